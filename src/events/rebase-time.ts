import type { EventBatch } from './event-batch.ts';

/**
 * Subtracts the time of the first event from all times, in each time segment its own: recordings then begin at 0.
 * Formats with a short counter hold more of such a recording. An event before the first one gets a negative time.
 *
 * @example
 * ```ts
 * import { batchFromTuples, TimeRebaser } from 'saccade';
 * const batch = new TimeRebaser().push(batchFromTuples([[5_000_010, 1, 2, 1], [5_000_030, 3, 4, 0]]));
 * console.log(Array.from(batch.t)); // [0, 20]
 * ```
 */
export class TimeRebaser {
  #segment: number | null = null;
  #origin = 0;

  /** Time of the first event of the segment, which is subtracted; `null` before the first event. */
  get origin(): number | null {
    return this.#segment === null ? null : this.#origin;
  }

  /** The batch with its own times; the other arrays are shared. */
  push(batch: EventBatch): EventBatch {
    if (batch.length === 0) return batch;
    if (batch.segment !== this.#segment) {
      this.#segment = batch.segment;
      this.#origin = batch.t[0]!;
    }
    const origin = this.#origin;
    return origin === 0 ? batch : { ...batch, t: batch.t.map((time) => time - origin) };
  }
}
