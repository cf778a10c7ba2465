/**
 * A binning rule as plain data: stored in model files and manifests, accepted on the command line.
 *
 * `number`, `time`, `duration` and `duration-legacy` (before 2024-03-30) are SpikingJelly's rules for a whole recording, number
 * for number, `tonic-…` those of Tonic's slicers without overlap; they need the end of the recording and so cannot run live.
 * Tonic's drop what is left at the end, counted as remainder. `fixed-duration` and
 * `fixed-count` are causal: offline and live give the same frames for any packet boundaries.
 */
export type BinningSpec =
  | { readonly by: 'number'; readonly steps: number }
  | { readonly by: 'time'; readonly steps: number; readonly emptyBin?: 'error' | 'zero' }
  | { readonly by: 'duration'; readonly durationMicros: number }
  | { readonly by: 'duration-legacy'; readonly durationMicros: number }
  | {
      readonly by: 'tonic-time-window';
      readonly durationMicros: number;
      readonly includeIncomplete?: boolean;
    }
  | { readonly by: 'tonic-time-bins'; readonly steps: number }
  | { readonly by: 'tonic-event-count'; readonly stepEvents: number; readonly includeIncomplete?: boolean }
  | { readonly by: 'tonic-event-bins'; readonly steps: number }
  | { readonly by: 'fixed-duration'; readonly stepMicros: number; readonly steps: number }
  | { readonly by: 'fixed-count'; readonly stepEvents: number; readonly steps: number };
