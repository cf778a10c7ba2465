import type { BinningSpec } from './binning-spec.ts';
import { CountSlicer } from './count-slicer.ts';
import { DurationSlicer } from './duration-slicer.ts';
import { RecordingSlicer } from './recording-slicer.ts';
import type { EventSlicer, RemainderPolicy } from './slicer.ts';

/**
 * The slicer of a rule: the one door for training, preprocessing, offline and live classification.
 *
 * @param options `remainder` is for the causal rules; the others have no incomplete window.
 *
 * @example
 * ```ts
 * import { createSlicer } from 'saccade';
 * const slicer = createSlicer({ by: 'fixed-duration', stepMicros: 30_000, steps: 10 });
 * console.log(slicer.finish()); // []
 * ```
 */
export function createSlicer(
  spec: BinningSpec,
  options: { readonly remainder?: RemainderPolicy } = {},
): EventSlicer {
  switch (spec.by) {
    case 'fixed-duration':
      return new DurationSlicer({ ...spec, ...options });
    case 'fixed-count':
      return new CountSlicer({ ...spec, ...options });
    default:
      return new RecordingSlicer(spec);
  }
}
