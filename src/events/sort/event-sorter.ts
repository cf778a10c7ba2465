/** Puts events into order of time whose disorder is bounded. */
import { OptionError } from '../errors.ts';
import { sliceBatch, type EventBatch, type SensorGeometry } from '../event-batch.ts';
import { SortedBuffer } from './sorted-buffer.ts';

/** See {@link EventSorter}. */
export interface SortOptions {
  /** How much earlier than the newest event before it an event may be and still be put into its place. */
  readonly maxDelayMicros: number;
  /**
   * What happens to an event that is later than that: `drop` leaves it out, so that the output is sorted; `deliver`
   * hands it on where it came, so that nothing is lost. Both count it. Default `drop`.
   */
  readonly late?: 'drop' | 'deliver';
}

/** The account of sorting. */
export interface SortReport {
  /** Events that came. */
  readonly events: number;
  /** Events later than `maxDelayMicros`: dropped or delivered, as the option `late` says. */
  readonly lateEvents: number;
}

/**
 * Sorts a stream whose events are at most `maxDelayMicros` late: an event leaves when the newest one is so much later
 * that none can come in front of it. Stable: equal times stay in their order. Time segments never mix; a new one hands out
 * all of the one before. Where batches are cut never changes the events. Holds the events of the last `maxDelayMicros`.
 *
 * @throws {@link OptionError} for a delay that is negative or no number.
 *
 * @example
 * ```ts
 * import { batchFromTuples, EventSorter } from 'saccade';
 * const sorter = new EventSorter({ maxDelayMicros: 20 });
 * const events = batchFromTuples([[10, 1, 1, 1], [40, 2, 2, 1], [30, 3, 3, 0], [5, 4, 4, 0]]);
 * const sorted = [...sorter.push(events), ...sorter.finish()].flatMap(({ t }) => Array.from(t));
 * console.log(sorted, sorter.report); // [10, 30, 40] { events: 4, lateEvents: 1 }
 * ```
 */
export class EventSorter {
  readonly #maxDelayMicros: number;
  readonly #delivers: boolean;
  readonly #waiting = new SortedBuffer();
  #segment = 0;
  #geometry: SensorGeometry | null = null;
  #newest = -Infinity;
  #events = 0;
  #lateEvents = 0;

  constructor({ maxDelayMicros, late = 'drop' }: SortOptions) {
    if (!(maxDelayMicros >= 0))
      throw new OptionError('maxDelayMicros', `must be at least 0, got ${maxDelayMicros}`);
    this.#maxDelayMicros = maxDelayMicros;
    this.#delivers = late === 'deliver';
  }

  get report(): SortReport {
    return { events: this.#events, lateEvents: this.#lateEvents };
  }

  /** The events that none can come in front of any more. */
  push(batch: EventBatch): EventBatch[] {
    const { t, length, segment } = batch;
    if (length === 0) return [];
    const ready: EventBatch[] = [];
    if (segment !== this.#segment) {
      this.#take(Infinity, ready);
      this.#segment = segment;
      this.#newest = -Infinity;
    }
    this.#geometry = batch.geometry;
    let from = 0;
    for (let i = 0; i < length; i++) {
      const time = t[i]!;
      if (time > this.#newest) this.#newest = time;
      else if (time < this.#newest - this.#maxDelayMicros) {
        this.#waiting.insert(batch, from, i);
        from = i + 1;
        this.#lateEvents++;
        if (!this.#delivers) continue;
        this.#take(this.#newest - this.#maxDelayMicros, ready);
        ready.push(sliceBatch(batch, i, i + 1));
      }
    }
    this.#waiting.insert(batch, from, length);
    this.#events += length;
    this.#take(this.#newest - this.#maxDelayMicros, ready);
    return ready;
  }

  /** The stream is over: the events that still wait. */
  finish(): EventBatch[] {
    const ready: EventBatch[] = [];
    this.#take(Infinity, ready);
    return ready;
  }

  #take(untilMicros: number, ready: EventBatch[]): void {
    const batch = this.#waiting.takeUntil(untilMicros, this.#geometry, this.#segment);
    if (batch !== null) ready.push(batch);
  }
}
