/**
 * The experiment: recordings are replayed open loop, and every decision is measured from the due time of the
 * last event of its step, whatever the system under test does meanwhile.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { EventBatch } from '../events/index.ts';
import type { ReplayRecording } from '../live/index.ts';
import type { Model } from '../network/index.ts';
import { DueTimes } from './due-times.ts';
import {
  describeMachine,
  summariseDelays,
  summariseSteps,
  type LatencyReport,
  type LatencySample,
} from './measurement.ts';

/** A decision as a target reports it. */
export interface TargetDecision {
  readonly recording: string;
  readonly truth: string | null;
  readonly label: string;
  readonly window: number;
  readonly step: number;
  readonly final: boolean;
  readonly startMicros: number;
  readonly endMicros: number;
  readonly confidence: number;
  readonly computeMs: number;
}

/** What was lost on the way. */
export interface TargetLosses {
  readonly dropped: Readonly<Record<string, number>>;
  readonly sequenceGaps: number;
}

/** The system under test. */
export interface LatencyTarget {
  readonly path: LatencyReport['path'];
  /** Replays recordings at `rate`; calls back for every batch with its due time, and for every decision. */
  run(
    recordings: readonly ReplayRecording[],
    rate: number,
    onSegment: (name: string) => void,
    onBatch: (batch: EventBatch, dueAt: number) => void,
    onDecision: (decision: TargetDecision) => void,
  ): Promise<TargetLosses>;
  close(): Promise<void>;
}

/** See {@link measureLatency}. */
export interface LatencyOptions {
  readonly target: LatencyTarget;
  readonly model: Model;
  readonly recordings: readonly ReplayRecording[];
  readonly rate: number;
  readonly repeat: number;
  /** Recordings replayed first and left out: the engine's compiler needs them. */
  readonly warmup: number;
}

/**
 * Runs the experiment.
 *
 * @returns the report and all samples, late ones included.
 */
export async function measureLatency(
  options: LatencyOptions,
): Promise<{ report: LatencyReport; samples: LatencySample[] }> {
  const { target, model, recordings, rate, repeat, warmup } = options;
  const classes = new Set(model.network.classes);
  const unknownLabels = recordings
    .map(({ label }) => label)
    .filter((label): label is string => label !== null && !classes.has(label));
  const endsWithEvent = model.input.binning.by !== 'fixed-duration';
  const rounds = Array.from({ length: repeat }, () => recordings).flat();
  const warm = Array.from({ length: Math.ceil(warmup / Math.max(1, recordings.length)) }, () => recordings)
    .flat()
    .slice(0, warmup);
  if (warm.length > 0) await target.run(warm, WARMUP_RATE, ignore, ignore, ignore);

  const samples: LatencySample[] = [];
  const sendDelays: number[] = [];
  const due: DueTimes[] = [];
  let events = 0;
  let unmeasured = 0;
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  const startedAt = performance.now();
  let segment = -1;
  const segmentOf = new Map<string, number>();
  const losses = await target.run(
    rounds.map((recording, i) => ({ ...recording, name: `${i} ${recording.name}` })),
    rate,
    (name) => {
      segmentOf.set(name, ++segment);
      due.push(new DueTimes(rate));
    },
    (batch, dueAt) => {
      events += batch.length;
      sendDelays.push(performance.now() - dueAt);
      due[segment]!.push(batch, dueAt);
    },
    (decision) => {
      const now = performance.now();
      const dueAt = due[segmentOf.get(decision.recording)!]!.lastUntil(decision.endMicros, endsWithEvent);
      if (dueAt === undefined) {
        unmeasured++;
        return;
      }
      samples.push({
        recording: decision.recording,
        window: decision.window,
        step: decision.step,
        final: decision.final,
        delayMs: now - dueAt,
        computeMs: decision.computeMs,
        atSeconds: (now - startedAt) / 1000,
        confidence: decision.confidence,
        correct: classes.has(decision.truth ?? '') ? decision.truth === decision.label : null,
      });
    },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  loop.disable();
  const report: LatencyReport = {
    model: model.network.name,
    path: target.path,
    rate,
    repeat,
    machine: describeMachine(),
    recordings: rounds.length,
    seconds,
    events,
    eventsPerSecond: events / seconds,
    ...losses,
    unmeasured,
    unknownLabels: [...new Set(unknownLabels)],
    sendDelayP99: summariseDelays(sendDelays).p99,
    eventLoopDelayP99: loop.percentile(99) / 1e6,
    final: summariseDelays(samples.filter(({ final }) => final).map(({ delayMs }) => delayMs)),
    everyStep: summariseDelays(samples.map(({ delayMs }) => delayMs)),
    byStep: summariseSteps(samples, model.network.steps),
  };
  return { report, samples };
}

/** Times the recordings' own speed. */
const WARMUP_RATE = 10;

function ignore(): void {}
