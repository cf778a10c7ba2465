/** What a latency experiment measures, and how it is summed up. */
import { createHistogram } from 'node:perf_hooks';
import os from 'node:os';
import process from 'node:process';
import { SaccadeError } from '../events/index.ts';

/** One decision. */
export interface LatencySample {
  readonly recording: string;
  readonly window: number;
  readonly step: number;
  readonly final: boolean;
  /** From the due time of the last event of the step to the decision, milliseconds. */
  readonly delayMs: number;
  /** Of which the engine took. */
  readonly computeMs: number;
  /** When the decision came, seconds since the experiment began. */
  readonly atSeconds: number;
  readonly confidence: number;
  /** `null` if the truth is not known, or no class of the model. */
  readonly correct: boolean | null;
}

/** Percentiles in milliseconds. */
export interface DelaySummary {
  readonly decisions: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly mean: number;
}

/** How early it could have decided. */
export interface StepSummary {
  readonly step: number;
  readonly decisions: number;
  /** Share of right decisions among those whose truth is known, `null` if none is. */
  readonly accuracy: number | null;
  readonly confidence: number;
}

/** What a measurement was made on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly platform: string;
}

/** The result of an experiment. */
export interface LatencyReport {
  readonly model: string;
  readonly path: 'websocket' | 'direct';
  readonly rate: number;
  readonly repeat: number;
  readonly machine: Machine;
  readonly recordings: number;
  readonly seconds: number;
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly sequenceGaps: number;
  /** Decisions in front of which no event was due. */
  readonly unmeasured: number;
  /** Labels of recordings that the model has no class of: such recordings say nothing of its accuracy. */
  readonly unknownLabels: readonly string[];
  /** How late the load generator itself sent, p99 in milliseconds: large values spoil the result. */
  readonly sendDelayP99: number;
  /** Delay of the load generator's event loop, p99 in milliseconds. */
  readonly eventLoopDelayP99: number;
  readonly final: DelaySummary;
  readonly everyStep: DelaySummary;
  readonly byStep: readonly StepSummary[];
}

/** Histograms hold whole microseconds up to this: a minute. */
const HIGHEST_MICROS = 60_000_000;

/**
 * Percentiles of delays from an HDR histogram of three digits.
 *
 * @throws SaccadeError `DELAY_OUT_OF_RANGE` if a delay passes one minute: leaving it out would flatter.
 */
export function summariseDelays(delaysMs: readonly number[]): DelaySummary {
  const histogram = createHistogram({ lowest: 1, highest: HIGHEST_MICROS, figures: 3 });
  for (const delay of delaysMs) histogram.record(Math.max(1, Math.round(1000 * delay)));
  if (histogram.exceeds > 0) {
    throw new SaccadeError(
      'DELAY_OUT_OF_RANGE',
      `${histogram.exceeds} delays are longer than a minute; lower the rate.`,
    );
  }
  const at = (percentile: number): number =>
    delaysMs.length === 0 ? 0 : histogram.percentile(percentile) / 1000;
  return {
    decisions: delaysMs.length,
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p999: at(99.9),
    max: delaysMs.length === 0 ? 0 : histogram.max / 1000,
    mean: delaysMs.length === 0 ? 0 : histogram.mean / 1000,
  };
}

/** Accuracy and confidence after each time step. */
export function summariseSteps(samples: readonly LatencySample[], steps: number): StepSummary[] {
  return Array.from({ length: steps }, (_, step) => {
    const own = samples.filter((sample) => sample.step === step);
    const known = own.filter(({ correct }) => correct !== null);
    const right = known.filter(({ correct }) => correct).length;
    return {
      step,
      decisions: own.length,
      accuracy: known.length === 0 ? null : right / known.length,
      confidence: own.reduce((sum, { confidence }) => sum + confidence, 0) / Math.max(1, own.length),
    };
  });
}

/** What the experiment ran on. */
export function describeMachine(): Machine {
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.cpus().length,
    node: process.version,
    platform: `${os.platform()} ${os.arch()}`,
  };
}
