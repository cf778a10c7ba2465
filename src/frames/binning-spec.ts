/**
 * A binning rule as plain data: stored in model files and manifests, accepted on the command line.
 *
 * `number`, `time`, `duration` and `duration-legacy` (before 2024-03-30) are SpikingJelly's rules for a whole recording, number
 * for number, `tonic-…` those of Tonic's slicers; they need the end of the recording and so cannot run live.
 * Tonic's drop what is left at the end, counted as remainder. Steps overlap by `overlapMicros`, `overlapEvents`, or an `overlap` that is a
 * share of a step.
 *
 * `fixed-duration`, `fixed-count` and `mixed` are causal: offline and live give the same frames for any packet boundaries. Steps of
 * `mixed` end after a time or a number of events, whichever comes first. With a stride windows overlap: each begins so far behind the
 * one before it.
 */
export type BinningSpec =
  | { readonly by: 'number'; readonly steps: number }
  | { readonly by: 'time'; readonly steps: number; readonly emptyBin?: 'error' | 'zero' }
  | { readonly by: 'duration'; readonly durationMicros: number }
  | { readonly by: 'duration-legacy'; readonly durationMicros: number }
  | {
      readonly by: 'tonic-time-window';
      readonly durationMicros: number;
      readonly overlapMicros?: number;
      readonly includeIncomplete?: boolean;
    }
  | { readonly by: 'tonic-time-bins'; readonly steps: number; readonly overlap?: number }
  | {
      readonly by: 'tonic-event-count';
      readonly stepEvents: number;
      readonly overlapEvents?: number;
      readonly includeIncomplete?: boolean;
    }
  | { readonly by: 'tonic-event-bins'; readonly steps: number; readonly overlap?: number }
  | CausalBinningSpec;

/** The rules that run live. */
export type CausalBinningSpec =
  | {
      readonly by: 'fixed-duration';
      readonly stepMicros: number;
      readonly steps: number;
      readonly strideMicros?: number;
    }
  | {
      readonly by: 'fixed-count';
      readonly stepEvents: number;
      readonly steps: number;
      readonly strideEvents?: number;
    }
  | {
      readonly by: 'mixed';
      readonly stepMicros: number;
      readonly stepEvents: number;
      readonly steps: number;
    };

const CAUSAL = ['fixed-duration', 'fixed-count', 'mixed'] as const satisfies CausalBinningSpec['by'][];

/** Whether a rule cuts windows out of a stream as it comes; the others make one of a whole recording. */
export function isCausal(spec: BinningSpec): spec is CausalBinningSpec {
  return (CAUSAL as readonly string[]).includes(spec.by);
}

/** Whether windows of a rule have events in common. */
export function windowsOverlap(spec: BinningSpec): boolean {
  if (spec.by === 'fixed-duration') return (spec.strideMicros ?? Infinity) < spec.stepMicros * spec.steps;
  if (spec.by === 'fixed-count') return (spec.strideEvents ?? Infinity) < spec.stepEvents * spec.steps;
  return false;
}
