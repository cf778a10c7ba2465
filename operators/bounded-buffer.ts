import { from, Observable, type ObservableInput, type OperatorFunction, type Subscription } from 'rxjs';
import { BoundedQueue, type BoundedQueueOptions, type BufferStats } from '../src/pipeline/index.ts';

/** See {@link boundedBuffer}. */
export interface BoundedBufferOptions<Item, Result> extends BoundedQueueOptions<Item> {
  /** The slow work; one item at a time, in order. */
  readonly process: (item: Item) => ObservableInput<Result>;
  /** Called after every change. */
  readonly onStats?: (stats: BufferStats) => void;
}

/**
 * Stands between a source that pushes and work that takes time, with an explicit bound and policy. RxJS has
 * no back-pressure: a bare `concatMap` would buffer without limit.
 *
 * @example
 * ```ts
 * import { from, lastValueFrom, toArray } from 'rxjs';
 * import { boundedBuffer } from 'saccade/operators';
 * const results = await lastValueFrom(
 *   from([1, 2, 3, 4, 5]).pipe(
 *     boundedBuffer({ maxItems: 2, policy: 'drop-oldest', process: async (n: number) => n * 10 }),
 *     toArray(),
 *   ),
 * );
 * console.log(results); // [10, 40, 50]: 1 was in work at once, 2 and 3 made room
 * ```
 */
export function boundedBuffer<Item, Result>({
  process,
  onStats,
  ...options
}: BoundedBufferOptions<Item, Result>): OperatorFunction<Item, Result> {
  // What is wrong with the options is said at once.
  new BoundedQueue(options);
  return (source) =>
    new Observable((subscriber) => {
      const queue = new BoundedQueue<Item>(options);
      let work: Subscription | undefined;
      let busy = false;
      let completed = false;

      const startNext = (): void => {
        // A loop, not recursion: synchronous work on a long queue must not grow the stack.
        while (!busy && queue.stats.waiting > 0 && !subscriber.closed) {
          const item = queue.shift()!;
          busy = true;
          onStats?.(queue.stats);
          let inner: Observable<Result>;
          try {
            inner = from(process(item));
          } catch (error) {
            subscriber.error(error);
            return;
          }
          let finishedAtOnce = true;
          work = inner.subscribe({
            next: (result) => {
              subscriber.next(result);
            },
            error: (error) => {
              subscriber.error(error);
            },
            complete: () => {
              busy = false;
              if (!finishedAtOnce) startNext();
            },
          });
          finishedAtOnce = false;
        }
        if (completed && !busy && queue.stats.waiting === 0) subscriber.complete();
      };

      subscriber.add(() => work?.unsubscribe());
      return source.subscribe({
        next(item) {
          queue.push(item);
          onStats?.(queue.stats);
          startNext();
        },
        error(error) {
          subscriber.error(error);
        },
        complete() {
          completed = true;
          startNext();
        },
      });
    });
}
