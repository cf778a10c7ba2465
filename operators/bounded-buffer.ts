import { from, Observable, type ObservableInput, type OperatorFunction, type Subscription } from 'rxjs';
import { integerOption } from '../src/events/index.ts';

/**
 * What to do with an item for which there is no room. `drop-oldest`: the newest matter (a live camera).
 * `drop-newest`: what was accepted is finished. `pause`: nothing is dropped, the source is asked to stop.
 */
export type BufferPolicy = 'drop-oldest' | 'drop-newest' | 'pause';

/** Counters of a buffer; live, read at any time. */
export interface BufferStats {
  /** Items that wait, the one in work not counted. */
  readonly waiting: number;
  readonly dropped: number;
  /** Whether the source was asked to stop. */
  readonly paused: boolean;
}

/** See {@link boundedBuffer}. */
export interface BoundedBufferOptions<Item, Result> {
  /** Most items that wait. */
  readonly maxItems: number;
  readonly policy: BufferPolicy;
  /** The slow work; one item at a time, in order. */
  readonly process: (item: Item) => ObservableInput<Result>;
  readonly onDrop?: (item: Item) => void;
  /** Policy `pause`: stop the source. It may still deliver what is under way; that is kept. */
  readonly onPause?: () => void;
  /** Policy `pause`: half of the buffer is free again. */
  readonly onResume?: () => void;
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
export function boundedBuffer<Item, Result>(
  options: BoundedBufferOptions<Item, Result>,
): OperatorFunction<Item, Result> {
  const maxItems = integerOption('maxItems', options.maxItems, 1);
  const { policy, process, onDrop, onPause, onResume, onStats } = options;
  return (source) =>
    new Observable((subscriber) => {
      const waiting: Item[] = [];
      let work: Subscription | undefined;
      let busy = false;
      let completed = false;
      let dropped = 0;
      let paused = false;

      const report = (): void => onStats?.({ waiting: waiting.length, dropped, paused });
      const drop = (item: Item | undefined): void => {
        dropped++;
        onDrop?.(item as Item);
      };
      const setPaused = (value: boolean): void => {
        if (paused === value) return;
        paused = value;
        if (value) onPause?.();
        else onResume?.();
      };
      const startNext = (): void => {
        // A loop, not recursion: synchronous work on a long queue must not grow the stack.
        while (!busy && waiting.length > 0 && !subscriber.closed) {
          const item = waiting.shift()!;
          busy = true;
          if (waiting.length <= maxItems / 2) setPaused(false);
          report();
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
        if (completed && !busy && waiting.length === 0) subscriber.complete();
      };

      subscriber.add(() => work?.unsubscribe());
      return source.subscribe({
        next(item) {
          if (waiting.length >= maxItems && policy === 'drop-newest') {
            drop(item);
          } else {
            if (waiting.length >= maxItems && policy === 'drop-oldest') drop(waiting.shift());
            waiting.push(item);
            if (waiting.length >= maxItems && policy === 'pause') setPaused(true);
          }
          report();
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
