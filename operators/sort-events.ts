import { Observable, type OperatorFunction } from 'rxjs';
import { EventSorter, type EventBatch, type SortOptions, type SortReport } from '../src/events/index.ts';

/** See {@link sortEvents}. */
export interface SortEventsOptions extends SortOptions {
  /** Called once when the stream ends, with the number of events that came too late. */
  readonly onReport?: (report: SortReport) => void;
}

/**
 * Puts events into order of time that are at most `maxDelayMicros` late; see {@link EventSorter}. For cameras whose driver
 * hands over packets of several threads or polarities, in front of whatever cuts by time.
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { batchFromTuples } from 'saccade';
 * import { sortEvents } from 'saccade/operators';
 * of(batchFromTuples([[10, 1, 1, 1], [30, 2, 2, 1], [20, 3, 3, 0]]))
 *   .pipe(sortEvents({ maxDelayMicros: 50 }))
 *   .subscribe(({ t }) => console.log(Array.from(t))); // [10, 20, 30]
 * ```
 */
export function sortEvents({
  onReport,
  ...options
}: SortEventsOptions): OperatorFunction<EventBatch, EventBatch> {
  return (batches) =>
    new Observable((subscriber) => {
      const sorter = new EventSorter(options);
      return batches.subscribe({
        next(batch) {
          for (const sorted of sorter.push(batch)) subscriber.next(sorted);
        },
        error(error) {
          subscriber.error(error);
        },
        complete() {
          for (const sorted of sorter.finish()) subscriber.next(sorted);
          onReport?.(sorter.report);
          subscriber.complete();
        },
      });
    });
}
