/** The adapter that all slicing operators share. */
import {
  asyncScheduler,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import type { EventBatch } from '../src/events/index.ts';
import type { EventSlice, EventSlicer, SliceReport } from '../src/frames/index.ts';

/** Options of the slicing operators that concern the clock on the wall. */
export interface SliceTiming {
  /**
   * Closes the open window if no event came for this many milliseconds, so that a silent camera still gets
   * its decision. Default: never, which is what recordings want.
   */
  readonly flushAfterMs?: number;
  /** The clock of `flushAfterMs`. */
  readonly scheduler?: SchedulerLike;
  /** Called once when the stream ends, with what was left out. */
  readonly onReport?: (report: SliceReport) => void;
}

/** Runs a slicer per subscription. */
export function sliceWith(
  create: () => EventSlicer,
  { flushAfterMs, scheduler = asyncScheduler, onReport }: SliceTiming = {},
): OperatorFunction<EventBatch, EventSlice> {
  return (batches) =>
    new Observable((subscriber) => {
      const slicer = create();
      let timer: Subscription | undefined;
      const emit = (slices: readonly EventSlice[]): void => {
        for (const slice of slices) subscriber.next(slice);
      };
      const restartTimer = (): void => {
        timer?.unsubscribe();
        if (flushAfterMs === undefined) return;
        timer = scheduler.schedule(() => {
          emit(slicer.flush());
        }, flushAfterMs);
      };
      subscriber.add(() => timer?.unsubscribe());
      return batches.subscribe({
        next(batch) {
          try {
            emit(slicer.push(batch));
          } catch (error) {
            subscriber.error(error);
            return;
          }
          restartTimer();
        },
        error(error) {
          subscriber.error(error);
        },
        complete() {
          try {
            emit(slicer.finish());
          } catch (error) {
            subscriber.error(error);
            return;
          }
          onReport?.(slicer.report);
          subscriber.complete();
        },
      });
    });
}
