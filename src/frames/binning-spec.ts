/**
 * A binning rule as plain data: stored in model files and manifests, accepted on the command line.
 *
 * `number`, `time` and `duration` are SpikingJelly's rules for a whole recording, number for number;
 * the first two need the end of the recording and so cannot run live. `fixed-duration` and
 * `fixed-count` are causal: offline and live give the same frames for any packet boundaries.
 */
export type BinningSpec =
  | { readonly by: 'number'; readonly steps: number }
  | { readonly by: 'time'; readonly steps: number; readonly emptyBin?: 'error' | 'zero' }
  | { readonly by: 'duration'; readonly durationMicros: number }
  | { readonly by: 'fixed-duration'; readonly stepMicros: number; readonly steps: number }
  | { readonly by: 'fixed-count'; readonly stepEvents: number; readonly steps: number };
