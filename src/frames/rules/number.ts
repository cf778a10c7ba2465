import { stepsOption } from '../slicer.ts';
import type { IndexRange } from './index-range.ts';
import type { RecordedEvents } from './recorded-events.ts';

/**
 * SpikingJelly `split_by='number'`: floor(N / T) events a step, the last one takes what is left. With fewer
 * events than steps the last step holds them all.
 *
 * @throws {@link OptionError}
 *
 * @example
 * ```ts
 * import { batchFromTuples, numberRanges, RecordedEvents } from 'saccade';
 * const ten = batchFromTuples(Array.from({ length: 10 }, (_, t) => [t, 0, 0, 1] as const));
 * console.log(numberRanges(new RecordedEvents([ten]), 4)); // [[0, 2], [2, 4], [4, 6], [6, 10]]
 * ```
 */
export function numberRanges(events: RecordedEvents, steps: number): IndexRange[] {
  stepsOption(steps);
  const share = Math.floor(events.length / steps);
  return Array.from({ length: steps }, (_, k) => [
    k * share,
    k === steps - 1 ? events.length : (k + 1) * share,
  ]);
}
