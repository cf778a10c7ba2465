/** Writes Prophesee EVT3. */
import type { EventBatch } from '../../events/index.ts';
import type { EncoderOptions } from '../event-format.ts';
import { RawEncoder } from '../prophesee/raw-encoder.ts';
import {
  ADDR_X,
  ADDR_Y,
  TIME_HIGH,
  TIME_LOW,
  TIME_PART_RANGE,
  VECT_12,
  VECT_8,
  VECT_BASE_X,
} from './words.ts';

/** TIME_HIGH never steps by more than this, or readers would take a long silence for a wrap or lose one. */
const MAX_HIGH_STEP = 2 ** 10;
/** From so many pixels on a triplet of vectors is shorter than single events. */
const MIN_VECTOR_PIXELS = 5;
const VECTOR_PIXELS = 32;
const MAX_WORDS_PER_EVENT = 4;

/**
 * Push encoder. Five and more events of one time, row and polarity that stand side by side in the stream with
 * ascending x within 32 pixels become a triplet of vectors (12, 12 and 8 pixels, as cameras send them). Limits as for
 * EVT2. Long silences are bridged by TIME_HIGH words, one for 4.2 s, also from 0 to the first event.
 *
 * @example
 * ```ts
 * import { batchFromTuples, Evt3Encoder } from 'saccade';
 * const bytes = new Evt3Encoder({ geometry: { width: 64, height: 64 } }).push(batchFromTuples([[5, 3, 4, 1]]));
 * console.log(bytes.slice(-8)); // Uint8Array(8) [ 0, 128, 5, 96, 4, 0, 3, 40 ]
 * ```
 */
export class Evt3Encoder extends RawEncoder {
  /** TIME_HIGH with its wraps, -1 before the first. */
  #high = -1;
  #micros = -1;
  #row = -1;

  constructor(options: EncoderOptions = {}) {
    super('EVT3', options);
  }

  protected encodeWords(batch: EventBatch): Uint8Array {
    const { length, t, x, y, p } = batch;
    const bridges = Math.ceil(
      (t[length - 1]! - Math.max(0, this.#micros)) / (MAX_HIGH_STEP * TIME_PART_RANGE),
    );
    const bytes = new Uint8Array(2 * (MAX_WORDS_PER_EVENT * length + bridges + 1));
    const view = new DataView(bytes.buffer);
    let at = 0;
    const put = (type: number, value: number): void => {
      view.setUint16(at, (type << 12) | value, true);
      at += 2;
    };
    for (let i = 0; i < length;) {
      if (t[i] !== this.#micros) this.#putTime(t[i]!, put);
      if (y[i] !== this.#row) {
        this.#row = y[i]!;
        put(ADDR_Y, this.#row);
      }
      const end = vectorEnd(batch, i);
      if (end - i < MIN_VECTOR_PIXELS) {
        for (; i < end; i++) put(ADDR_X, (p[i]! << 11) | x[i]!);
        continue;
      }
      const base = x[i]!;
      put(VECT_BASE_X, (p[i]! << 11) | base);
      let mask = 0;
      for (; i < end; i++) mask |= 1 << (x[i]! - base);
      put(VECT_12, mask & 0xfff);
      put(VECT_12, (mask >>> 12) & 0xfff);
      put(VECT_8, mask >>> 24);
    }
    return bytes.subarray(0, at);
  }

  #putTime(time: number, put: (type: number, value: number) => void): void {
    const high = Math.floor(time / TIME_PART_RANGE);
    if (this.#high < 0) {
      this.#high = 0;
      put(TIME_HIGH, 0);
    }
    while (this.#high < high) {
      this.#high = Math.min(high, this.#high + MAX_HIGH_STEP);
      put(TIME_HIGH, this.#high % TIME_PART_RANGE);
    }
    put(TIME_LOW, time % TIME_PART_RANGE);
    this.#micros = time;
  }
}

/** The end of the events from `start` on that one triplet of vectors could hold. */
function vectorEnd({ length, t, x, y, p }: EventBatch, start: number): number {
  const limit = x[start]! + VECTOR_PIXELS;
  let end = start + 1;
  while (
    end < length &&
    x[end]! > x[end - 1]! &&
    x[end]! < limit &&
    t[end] === t[start] &&
    y[end] === y[start] &&
    p[end] === p[start]
  )
    end++;
  return end;
}
