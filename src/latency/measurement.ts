/** What an experiment measures. */
import type { BufferPolicy } from '../pipeline/index.ts';
import type { ClockEstimate } from './clock.ts';
import type { EarlyDecision } from './early-decision.ts';
import type { DelayDistribution } from './histogram.ts';
import type { StepAccuracy } from './step-accuracy.ts';
import type { MeanInterval } from './statistics.ts';
import type { TargetPath } from './target.ts';

/** What is varied between conditions. */
export interface Settings {
  /** Times the recordings' own speed. */
  readonly rate: number;
  readonly cameras: number;
  readonly policy: BufferPolicy;
  /** Threads of the engine; `null` where a remote server decides. */
  readonly threads: number | null;
  /** Duration of the model's window, milliseconds; `null` where it has none. */
  readonly windowMs: number | null;
}

/** One decision. */
export interface LatencySample {
  readonly camera: number;
  /** Number of the recording in the camera's stream, and its name. */
  readonly index: number;
  readonly recording: string;
  readonly truth: string | null;
  readonly label: string;
  readonly window: number;
  readonly step: number;
  readonly final: boolean;
  readonly warmup: boolean;
  /** From when the last event of the step was due to the decision. */
  readonly delayMs: number;
  /** From when the first event of its window was due to the decision. */
  readonly sinceOnsetMs: number;
  /** When the decision came, seconds since the first event was due. */
  readonly atSeconds: number;
  readonly scores: readonly number[];
  /** As {@link STAGES}; `null` where the server did not say. */
  readonly stages: readonly number[] | null;
}

/** One decision and where its time went. */
export interface DecisionExample {
  readonly recording: string;
  readonly window: number;
  readonly delayMs: number;
  readonly stages: readonly number[];
}

/** Time steps after the warm-up. Expected = measured + flushed + unmeasured + missing. */
export interface StepAccount {
  /** Those that the recordings have. */
  readonly expected: number;
  readonly measured: number;
  /** Decided because the camera was silent: no delay of the system. */
  readonly flushed: number;
  /** Decided, but of no step that was expected. */
  readonly unmeasured: number;
  /** Never decided: dropped, or lost. */
  readonly missing: number;
}

/** Delays of a stretch of time. */
export interface TimelinePoint {
  readonly atSeconds: number;
  readonly decisions: number;
  readonly medianMs: number;
  readonly maxMs: number;
}

/** One run: a server of its own, a warm-up, all recordings. */
export interface RunRecord {
  readonly repeat: number;
  /** Place among all runs of the experiment: conditions are mixed. */
  readonly order: number;
  readonly seconds: number;
  readonly events: number;
  readonly steps: StepAccount;
  /** What the server left out, by reason; with the warm-up. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly sequenceGaps: number;
  readonly sequenceRepeats: number;
  readonly unreadDecisions: number;
  /** How late messages left, for whatever reason: back-pressure too. */
  readonly sentLateMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Only those that had been waited for: how late the load generator itself is. Large values spoil the result. */
  readonly generatorLateMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Delay of the load generator's event loop. */
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** The server's clock beside ours; `null` where there is one clock, or it said nothing. */
  readonly clock: ClockEstimate | null;
  /** Every time step of the warm-up, in none of the others. */
  readonly warmup: DelayDistribution;
  /** After the last step of a window. */
  readonly final: DelayDistribution;
  readonly everyStep: DelayDistribution;
  /** Final decisions, from the first event of their window. */
  readonly sinceOnset: DelayDistribution;
  /** Means over final decisions, as {@link STAGES}; `null` where the server did not say. */
  readonly stages: readonly number[] | null;
  /** The decisions at these percentiles. */
  readonly examples: { readonly [Percentile in 'p50' | 'p99' | 'max']: DecisionExample } | null;
  readonly timeline: readonly TimelinePoint[];
}

/** What of a distribution has an interval. */
export const STATISTICS = ['p50', 'p90', 'p99', 'p999', 'max', 'mean'] as const;

/** Means over the runs. */
export type DelayIntervals = { readonly [Name in (typeof STATISTICS)[number]]: MeanInterval };

/** All runs with the same settings. */
export interface ConditionRecord {
  readonly settings: Settings;
  readonly runs: readonly RunRecord[];
  readonly final: DelayIntervals;
  readonly everyStep: DelayIntervals;
  readonly sinceOnset: DelayIntervals;
  /** Of all runs put together. */
  readonly together: { readonly final: DelayDistribution; readonly everyStep: DelayDistribution };
  readonly byStep: readonly StepAccuracy[];
  /** Windows that one run decided otherwise than another: none, unless the system is not exact. */
  readonly disagreements: number;
  readonly early: EarlyDecision;
}

/** What a measurement was made on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly platform: string;
  /** Of the processor's clock; `null` where it is not known. */
  readonly governor: string | null;
  /** Whether WebAssembly SIMD is there. */
  readonly simd: boolean;
}

/** The result of an experiment. */
export interface LatencyReport {
  readonly format: 'saccade-latency';
  readonly version: 1;
  readonly saccade: string;
  readonly createdAt: string;
  readonly path: TargetPath;
  /** Of a remote server. */
  readonly url: string | null;
  readonly model: {
    readonly name: string;
    readonly sha256: string;
    readonly steps: number;
    readonly classes: readonly string[];
  };
  /** Of the load generator; a server that it started runs there too. */
  readonly machine: Machine;
  readonly engine: string | null;
  readonly seed: number;
  readonly repeats: number;
  /** Recordings of each camera that warm the system up, and how often each recording is sent after that. */
  readonly warmupRecordings: number;
  readonly rounds: number;
  /** A message is so long a stretch of recorded time. */
  readonly batchMs: number;
  readonly recordings: number;
  /** Labels that the model has no class of: such recordings say nothing of its accuracy. */
  readonly unknownLabels: readonly string[];
  readonly conditions: readonly ConditionRecord[];
}
