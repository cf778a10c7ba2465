import { Observable, type OperatorFunction } from 'rxjs';
import {
  ClockGuard,
  type ClockGuardOptions,
  type ClockReport,
  type EventBatch,
} from '../src/events/index.ts';

/** Options of {@link guardClock}: those of the guard, and who wants its report. */
export interface GuardClockOptions extends ClockGuardOptions {
  /** Called once when the stream ends. */
  readonly onReport?: (report: ClockReport) => void;
}

/**
 * Makes restarts of the camera's clock new time segments, and leaves out events with an absurd time; put it in front of a
 * slicing operator, which begins its windows anew with every segment. See {@link ClockGuard}.
 *
 * @example
 * ```ts
 * import { from } from 'rxjs';
 * import { batchFromTuples } from 'saccade';
 * import { guardClock, sliceByDuration } from 'saccade/operators';
 * const events = batchFromTuples([[900, 1, 1, 1], [901, 1, 1, 1], [902, 1, 1, 1], [0, 1, 1, 0], [1, 1, 1, 0], [2, 2, 2, 1]]);
 * from([events])
 *   .pipe(guardClock({ maxBackMicros: 100 }), sliceByDuration({ stepMicros: 50, steps: 2, remainder: 'pad' }))
 *   .subscribe(({ window, segment }) => console.log(window, segment)); // 0 0, 0 0, 1 1, 1 1
 * ```
 */
export function guardClock({
  onReport,
  ...options
}: GuardClockOptions): OperatorFunction<EventBatch, EventBatch> {
  // What is wrong with the options is said at once.
  new ClockGuard(options);
  return (batches) =>
    new Observable((subscriber) => {
      const guard = new ClockGuard(options);
      return batches.subscribe({
        next(batch) {
          for (const kept of guard.push(batch)) subscriber.next(kept);
        },
        error(error) {
          subscriber.error(error);
        },
        complete() {
          for (const kept of guard.finish()) subscriber.next(kept);
          onReport?.(guard.report);
          subscriber.complete();
        },
      });
    });
}
