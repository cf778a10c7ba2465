/** A queue with an explicit bound, between a source that pushes and work that takes time. */
import { integerOption } from '../events/index.ts';

/**
 * What to do with an item for which there is no room. `drop-oldest`: the newest matter (a live camera).
 * `drop-newest`: what was accepted is finished. `pause`: nothing is dropped, the source is asked to stop.
 */
export type BufferPolicy = 'drop-oldest' | 'drop-newest' | 'pause';

/** See {@link BoundedQueue}. */
export interface BoundedQueueOptions<Item> {
  /** Most items that wait. */
  readonly maxItems: number;
  readonly policy: BufferPolicy;
  readonly onDrop?: (item: Item) => void;
  /** Policy `pause`: stop the source. It may still deliver what is under way; that is kept. */
  readonly onPause?: () => void;
  /** Policy `pause`: half of the queue is free again. */
  readonly onResume?: () => void;
}

/** Counters of a queue. */
export interface BufferStats {
  /** Items that wait, the one in work not counted. */
  readonly waiting: number;
  readonly dropped: number;
  /** Whether the source was asked to stop. */
  readonly paused: boolean;
}

/**
 * First in, first out.
 *
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { BoundedQueue } from 'saccade';
 * const queue = new BoundedQueue<number>({ maxItems: 2, policy: 'drop-oldest' });
 * for (const item of [1, 2, 3]) queue.push(item);
 * console.log(queue.shift(), queue.stats); // 2 { waiting: 1, dropped: 1, paused: false }
 * ```
 */
export class BoundedQueue<Item> {
  readonly #options: BoundedQueueOptions<Item>;
  #maxItems: number;
  readonly #waiting: Item[] = [];
  #dropped = 0;
  #paused = false;

  constructor(options: BoundedQueueOptions<Item>) {
    this.#maxItems = integerOption('maxItems', options.maxItems, 1);
    this.#options = options;
  }

  get stats(): BufferStats {
    return { waiting: this.#waiting.length, dropped: this.#dropped, paused: this.#paused };
  }

  /** Another bound, for what comes from now on. @throws OptionError */
  set maxItems(value: number) {
    this.#maxItems = integerOption('maxItems', value, 1);
  }

  push(item: Item): void {
    const { policy } = this.#options;
    const maxItems = this.#maxItems;
    if (this.#waiting.length >= maxItems && policy === 'drop-newest') {
      this.#drop(item);
      return;
    }
    if (this.#waiting.length >= maxItems && policy === 'drop-oldest') this.#drop(this.#waiting.shift()!);
    this.#waiting.push(item);
    if (this.#waiting.length >= maxItems && policy === 'pause') this.#setPaused(true);
  }

  /** Takes the oldest item, `undefined` if none waits. */
  shift(): Item | undefined {
    const item = this.#waiting.shift();
    if (this.#waiting.length <= this.#maxItems / 2) this.#setPaused(false);
    return item;
  }

  /** Lets all go, as dropped. */
  clear(): void {
    while (this.#waiting.length > 0) this.#drop(this.#waiting.shift()!);
    this.#setPaused(false);
  }

  #drop(item: Item): void {
    this.#dropped++;
    this.#options.onDrop?.(item);
  }

  #setPaused(value: boolean): void {
    if (this.#paused === value) return;
    this.#paused = value;
    if (value) this.#options.onPause?.();
    else this.#options.onResume?.();
  }
}
