import { isCausal, type BinningSpec } from './binning-spec.ts';
import { CountSlicer } from './count-slicer.ts';
import { DurationSlicer } from './duration-slicer.ts';
import { RecordingSlicer } from './recording-slicer.ts';
import type { EventSlicer, RemainderPolicy } from './slicer.ts';
import { SlidingSlicer } from './sliding-slicer.ts';

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
  if (!isCausal(spec)) return new RecordingSlicer(spec);
  const { steps } = spec;
  switch (spec.by) {
    case 'fixed-duration': {
      const { stepMicros: step, strideMicros: stride } = spec;
      if (stride === undefined || stride === step * steps) return new DurationSlicer({ ...spec, ...options });
      return new SlidingSlicer({ unit: 'micros', step, steps, stride, ...options });
    }
    case 'fixed-count': {
      const { stepEvents: step, strideEvents: stride } = spec;
      if (stride === undefined || stride === step * steps) return new CountSlicer({ ...spec, ...options });
      return new SlidingSlicer({ unit: 'events', step, steps, stride, ...options });
    }
    case 'mixed':
      return new DurationSlicer({ ...spec, ...options });
  }
}
