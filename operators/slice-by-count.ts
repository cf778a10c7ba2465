import type { OperatorFunction } from 'rxjs';
import type { EventBatch } from '../src/events/index.ts';
import { CountSlicer, type CountSlicerOptions, type EventSlice } from '../src/frames/index.ts';
import { sliceWith, type SliceTiming } from './slice-with.ts';

/**
 * Cuts a stream into windows of a fixed number of events, T steps each. Fast motion gives decisions faster.
 * See {@link CountSlicer}; `flushAfterMs` closes a window that a silent camera left open.
 *
 * @example
 * ```ts
 * import { from } from 'rxjs';
 * import { batchFromTuples } from 'saccade';
 * import { sliceByCount } from 'saccade/operators';
 * const events = batchFromTuples([[0, 1, 1, 1], [40, 1, 1, 0], [130, 2, 2, 1]]);
 * from([events]).pipe(sliceByCount({ stepEvents: 1, steps: 3 })).subscribe(({ step }) => console.log(step)); // 0 1 2
 * ```
 */
export function sliceByCount(
  options: CountSlicerOptions & SliceTiming,
): OperatorFunction<EventBatch, EventSlice> {
  return sliceWith(() => new CountSlicer(options), options);
}
