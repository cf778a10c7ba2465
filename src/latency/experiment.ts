/**
 * The experiment: recordings are replayed open loop, and every decision is measured from when the last event of its step
 * was due, whatever the system under test does meanwhile.
 */
import type { CreateDecoderOptions } from '../formats/index.ts';
import type { ReplayRecording } from '../live/index.ts';
import type { Model } from '../network/index.ts';
import { runOrder, withWindow } from './conditions.ts';
import { chooseStoppingRule, type StoppingRuleOptions } from './early-decision.ts';
import { mergeDistributions, type DelayDistribution } from './histogram.ts';
import { describeMachine } from './machine.ts';
import {
  STATISTICS,
  type ConditionRecord,
  type DelayIntervals,
  type LatencyReport,
  type LatencySample,
  type RunRecord,
  type Settings,
} from './measurement.ts';
import { planRecordings, type RecordingPlan } from './recording-plan.ts';
import { measureRun } from './run.ts';
import { meanInterval } from './statistics.ts';
import { accuracyBySteps } from './step-accuracy.ts';
import type { LatencyTarget } from './target.ts';
import { trajectoriesOf } from './trajectories.ts';

/** See {@link measureLatency}. */
export interface LatencyOptions
  extends
    StoppingRuleOptions,
    Pick<LatencyReport, 'saccade' | 'path' | 'url' | 'engine' | 'repeats' | 'rounds' | 'batchMs'> {
  readonly model: Model;
  readonly modelSha256: string;
  readonly recordings: readonly ReplayRecording[];
  readonly decoding: CreateDecoderOptions;
  readonly conditions: readonly Settings[];
  /** Opens the system for one run. @param model with the window of these settings. */
  readonly open: (settings: Settings, model: Model) => Promise<LatencyTarget>;
  /** Recordings that each camera sends first, in each run. */
  readonly warmup: number;
  readonly maxEvents?: number;
  readonly signal?: AbortSignal;
  /** Told before each run. */
  readonly onRun?: (done: number, total: number, settings: Settings) => void;
}

/** A decision, and in which run it was made. */
export interface RunSample extends LatencySample {
  readonly condition: number;
  readonly repeat: number;
}

/** All recordings together: 0.9 GB. */
const MAX_EVENTS = 2 ** 26;

/**
 * Runs the experiment. Every run has a system of its own: what differs from process to process is in the spread.
 *
 * @returns the report and all samples, late ones and those of warm-ups included.
 * @throws RecordingError for a recording that cannot be read, OptionError, and what the system throws.
 */
export async function measureLatency(
  options: LatencyOptions,
): Promise<{ report: LatencyReport; samples: RunSample[] }> {
  const { model, conditions, repeats, seed, open, signal, onRun } = options;
  const plansOf = await planAll(options);
  const runs = conditions.map((): RunRecord[] => []);
  const samples = conditions.map((): LatencySample[][] => []);
  const order = runOrder(conditions.length, repeats, seed);
  for (const [place, { condition, repeat }] of order.entries()) {
    const settings = conditions[condition]!;
    signal?.throwIfAborted();
    onRun?.(place, order.length, settings);
    const own = withWindow(model, settings.windowMs);
    const target = await open(settings, own);
    try {
      const plans = plansOf(settings);
      const run = await measureRun({
        ...options,
        target,
        model: own,
        plans,
        settings,
        repeat,
        order: place,
        signal,
      });
      runs[condition]!.push(run.record);
      samples[condition]!.push(run.samples);
    } finally {
      await target.close();
    }
  }
  const report = reportOf(
    options,
    conditions.map((settings, i) => conditionOf(settings, runs[i]!, samples[i]!, options)),
  );
  const all = samples.flatMap((perRun, condition) =>
    perRun.flatMap((own, i) => own.map((sample) => ({ ...sample, condition, repeat: runs[condition]![i]!.repeat }))),
  ); // prettier-ignore
  return { report, samples: all };
}

/** Each window has its own steps to expect. */
async function planAll({
  model,
  recordings,
  decoding,
  batchMs,
  conditions,
  maxEvents = MAX_EVENTS,
}: LatencyOptions): Promise<(settings: Settings) => RecordingPlan[]> {
  const plans = new Map<number | null, RecordingPlan[]>();
  const windows = new Set(conditions.map(({ windowMs }) => windowMs));
  for (const windowMs of windows) {
    const own = await planRecordings(recordings, {
      model: withWindow(model, windowMs),
      decoding,
      batchMicros: 1000 * batchMs,
      maxEvents: maxEvents / windows.size,
    });
    plans.set(windowMs, own);
  }
  return ({ windowMs }) => plans.get(windowMs)!;
}

function conditionOf(
  settings: Settings,
  runs: readonly RunRecord[],
  samples: readonly (readonly LatencySample[])[],
  options: LatencyOptions,
): ConditionRecord {
  const { steps, classes } = options.model.network;
  const { trajectories, disagreements } = trajectoriesOf(samples, steps, classes);
  return {
    settings,
    runs,
    final: intervalsOf(runs.map(({ final }) => final)),
    everyStep: intervalsOf(runs.map(({ everyStep }) => everyStep)),
    sinceOnset: intervalsOf(runs.map(({ sinceOnset }) => sinceOnset)),
    together: {
      final: mergeDistributions(runs.map(({ final }) => final)),
      everyStep: mergeDistributions(runs.map(({ everyStep }) => everyStep)),
    },
    byStep: accuracyBySteps(trajectories, steps),
    disagreements,
    early: chooseStoppingRule(trajectories, options),
  };
}

/** Means of percentiles over runs, with their intervals. */
function intervalsOf(distributions: readonly DelayDistribution[]): DelayIntervals {
  const entries = STATISTICS.map((name) => [
    name,
    meanInterval(distributions.map(({ summary }) => summary[name]))!,
  ]);
  return Object.fromEntries(entries) as DelayIntervals;
}

function reportOf(options: LatencyOptions, conditions: readonly ConditionRecord[]): LatencyReport {
  const { model, modelSha256, recordings, saccade, path, url, engine, seed, repeats, rounds, batchMs } =
    options;
  const known = new Set(model.network.classes);
  const unknown = recordings.flatMap(({ label }) => (label === null || known.has(label) ? [] : [label]));
  return {
    format: 'saccade-latency',
    version: 1,
    saccade,
    createdAt: new Date().toISOString(),
    path,
    url,
    model: {
      name: model.network.name,
      sha256: modelSha256,
      steps: model.network.steps,
      classes: model.network.classes,
    },
    machine: describeMachine(),
    engine,
    seed,
    repeats,
    warmupRecordings: options.warmup,
    rounds,
    batchMs,
    recordings: recordings.length,
    unknownLabels: [...new Set(unknown)],
    conditions,
  };
}
