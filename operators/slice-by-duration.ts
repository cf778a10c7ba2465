import type { OperatorFunction } from 'rxjs';
import type { EventBatch } from '../src/events/index.ts';
import { DurationSlicer, type DurationSlicerOptions, type EventSlice } from '../src/frames/index.ts';
import { sliceWith, type SliceTiming } from './slice-with.ts';

/**
 * Cuts a stream into windows of fixed duration with T time steps each.
 *
 * A step leaves as soon as an event at or after its end arrives: time is the events' time, not the clock on
 * the wall, so a replay at any speed gives the same steps. `flushAfterMs` is the exception for silence.
 * See {@link DurationSlicer} for late events, gaps and the end of the recording.
 *
 * @example
 * ```ts
 * import { from } from 'rxjs';
 * import { batchFromTuples } from 'saccade';
 * import { sliceByDuration } from 'saccade/operators';
 * const events = batchFromTuples([[0, 1, 1, 1], [40, 1, 1, 0], [130, 2, 2, 1]]);
 * from([events])
 *   .pipe(sliceByDuration({ stepMicros: 50, steps: 2 }))
 *   .subscribe(({ window, step, batches }) => console.log(window, step, batches.length));
 * ```
 */
export function sliceByDuration(
  options: DurationSlicerOptions & SliceTiming,
): OperatorFunction<EventBatch, EventSlice> {
  return sliceWith(() => new DurationSlicer(options), options);
}
