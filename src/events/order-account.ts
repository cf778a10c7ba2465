import { SaccadeError } from './errors.ts';
import type { EventBatch } from './event-batch.ts';
import { firstStepBack } from './time-order.ts';

/**
 * An event comes earlier than one before it, where that was to be refused.
 *
 * @example
 * ```ts
 * import { batchFromTuples, OrderAccount, UnsortedEventsError } from 'saccade';
 * const order = new OrderAccount({ refuse: true });
 * try { order.push(batchFromTuples([[20, 1, 1, 1], [10, 1, 1, 1]])); } catch (error) {
 *   console.log(error instanceof UnsortedEventsError && error.index); // 1
 * }
 * ```
 */
export class UnsortedEventsError extends SaccadeError<'UNSORTED_EVENTS'> {
  override readonly name = 'UnsortedEventsError';
  /** Number of the event in the stream, from 0. */
  readonly index: number;

  constructor(index: number, problem: string) {
    super('UNSORTED_EVENTS', `Event ${index} ${problem}`);
    this.index = index;
  }
}

/** See {@link OrderAccount}. */
export interface OrderAccountOptions {
  /** Throws at the first late event. Default false. */
  readonly refuse?: boolean;
}

/**
 * Counts late events: those with a time before that of the newest event so far in their time segment. Formats keep
 * the order of a recording, so a file whose events are grouped by polarity, say, has many; whatever cuts a stream by time
 * can only leave them out.
 *
 * @example
 * ```ts
 * import { batchFromTuples, OrderAccount } from 'saccade';
 * const order = new OrderAccount();
 * order.push(batchFromTuples([[10, 1, 1, 1], [50, 2, 2, 1], [20, 3, 3, 0], [30, 4, 4, 0]]));
 * console.log(order.lateEvents, order.largestStepMicros); // 2 30
 * ```
 */
export class OrderAccount {
  readonly #refuse: boolean;
  #segment: number | null = null;
  #newest = -Infinity;
  #events = 0;
  #lateEvents = 0;
  #largestStepMicros = 0;

  constructor({ refuse = false }: OrderAccountOptions = {}) {
    this.#refuse = refuse;
  }

  /** Events earlier than the newest before them in their segment. */
  get lateEvents(): number {
    return this.#lateEvents;
  }

  /** The longest way back from the newest event to a late one; 0 where none is late. */
  get largestStepMicros(): number {
    return this.#largestStepMicros;
  }

  /** @throws UnsortedEventsError for the first late event, if such are refused. */
  push({ t, length, segment }: EventBatch): void {
    if (length === 0) return;
    if (segment !== this.#segment) {
      this.#segment = segment;
      this.#newest = -Infinity;
    }
    // In order, as nearly all batches are: looked at four at a time.
    const inOrder = t[0]! >= this.#newest ? firstStepBack(t, 0, length) : 0;
    let newest = inOrder === 0 ? this.#newest : t[inOrder - 1]!;
    for (let i = inOrder; i < length; i++) {
      const time = t[i]!;
      if (time >= newest) newest = time;
      else this.#late(i, time, newest);
    }
    this.#newest = newest;
    this.#events += length;
  }

  #late(index: number, time: number, newest: number): void {
    if (this.#refuse) {
      const problem = `(t ${time} µs) comes ${newest - time} µs earlier than one before it (t ${newest} µs); \`saccade convert --sort\` sorts a recording.`;
      throw new UnsortedEventsError(this.#events + index, problem);
    }
    this.#lateEvents++;
    this.#largestStepMicros = Math.max(this.#largestStepMicros, newest - time);
  }
}
