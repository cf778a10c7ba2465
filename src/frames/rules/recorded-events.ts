import { sliceBatch, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import { firstStepBack, lowerBound } from '../../events/time-order.ts';

/**
 * The batches of one recording, in order, seen as one run of events, without copying. The geometry is the first one that is
 * stated.
 *
 * @example
 * ```ts
 * import { batchFromTuples, RecordedEvents } from 'saccade';
 * const batches = [batchFromTuples([[1, 0, 0, 1]]), batchFromTuples([[2, 5, 0, 0], [3, 0, 0, 1]])];
 * const events = new RecordedEvents(batches);
 * console.log(events.length, events.timeAt(1), events.slice(1, 2)[0]?.x[0]); // 3 2 5
 * ```
 */
export class RecordedEvents {
  readonly length: number;
  readonly #batches: readonly EventBatch[];
  /** Number of each batch's first event. */
  readonly #starts: readonly number[];

  constructor(batches: readonly EventBatch[]) {
    const filled = batches.filter(({ length }) => length > 0);
    const geometry: SensorGeometry | null = filled.find((batch) => batch.geometry !== null)?.geometry ?? null;
    this.#batches = filled.map((batch) => (batch.geometry === geometry ? batch : { ...batch, geometry }));
    let length = 0;
    this.#starts = filled.map((batch) => (length += batch.length) - batch.length);
    this.length = length;
  }

  /** Microseconds; `undefined` where there is no such event. */
  timeAt(index: number): number | undefined {
    if (index >= this.length) return undefined;
    const at = this.#batchOf(index);
    return this.#batches[at]?.t[index - this.#starts[at]!];
  }

  /** Index of the first event that is earlier than the one before it; `null` where none is. */
  firstStepBack(): number | null {
    let previous = -Infinity;
    for (const [i, { t, length }] of this.#batches.entries()) {
      const at = t[0]! < previous ? 0 : firstStepBack(t, 0, length);
      if (at < length) return this.#starts[i]! + at;
      previous = t[length - 1]!;
    }
    return null;
  }

  /** First index from `from` on whose time is at or after `value`; the times there are sorted. */
  lowerBound(value: number, from: number): number {
    for (let i = this.#batchOf(from); i < this.#batches.length; i++) {
      const { t, length } = this.#batches[i]!;
      const start = this.#starts[i]!;
      if (t[length - 1]! >= value) return start + lowerBound(t, value, Math.max(0, from - start), length);
    }
    return this.length;
  }

  /** The events `[start, end)`. */
  slice(start: number, end: number): EventBatch[] {
    const parts: EventBatch[] = [];
    for (let i = this.#batchOf(start), at = start; at < end; i++) {
      const batch = this.#batches[i]!;
      const first = this.#starts[i]!;
      const to = Math.min(end, first + batch.length);
      parts.push(sliceBatch(batch, at - first, to - first));
      at = to;
    }
    return parts;
  }

  /** Number of the batch that holds an event. */
  #batchOf(index: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle]! <= index) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
