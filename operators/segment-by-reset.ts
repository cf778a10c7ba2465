import { defer, groupBy, Subject, tap, type GroupedObservable, type OperatorFunction } from 'rxjs';
import type { EventBatch } from '../src/events/index.ts';

/**
 * Splits a stream where the camera's clock was reset: one observable of batches for each time segment, whose `key`
 * is the segment's number. A segment completes when the next one begins, or with the stream. Times are comparable
 * only inside a segment, so slice each on its own.
 *
 * A segment delivers while the stream goes on and keeps nothing: subscribe to it at once (`mergeMap`, or `concatMap`
 * if nothing behind it delays the segment's end).
 *
 * @example
 * ```ts
 * import { count, from, map, mergeMap } from 'rxjs';
 * import { batchFromTuples } from 'saccade';
 * import { segmentByReset } from 'saccade/operators';
 * const before = batchFromTuples([[900, 1, 1, 1]]);
 * const after = { ...batchFromTuples([[0, 1, 1, 0]]), segment: 1 };
 * from([before, before, after])
 *   .pipe(
 *     segmentByReset(),
 *     mergeMap((segment) => segment.pipe(count(), map((batches) => [segment.key, batches]))),
 *   )
 *   .subscribe((found) => console.log(found)); // [0, 2] [1, 1]
 * ```
 */
export function segmentByReset(): OperatorFunction<EventBatch, GroupedObservable<number, EventBatch>> {
  return (batches) =>
    defer(() => {
      const next = new Subject<void>();
      let current: number | null = null;
      return batches.pipe(
        tap(({ segment }) => {
          if (current !== null && segment !== current) next.next();
          current = segment;
        }),
        groupBy(({ segment }) => segment, { duration: () => next }),
      );
    });
}
