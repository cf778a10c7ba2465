/** Writes Prophesee EVT2.1. */
import type { EventBatch } from '../../events/index.ts';
import type { EncoderOptions } from '../event-format.ts';
import { LOW_MICROS, TIME_HIGH } from '../evt2/words.ts';
import { RawEncoder } from '../prophesee/raw-encoder.ts';

/**
 * Push encoder, `little` order. Events of one time, row and polarity share a word where they stand side by side in the
 * stream with ascending x. Limits as for EVT2.
 *
 * @example
 * ```ts
 * import { batchFromTuples, Evt21Encoder } from 'saccade';
 * const encoder = new Evt21Encoder({ geometry: { width: 64, height: 64 } });
 * const one = encoder.push(batchFromTuples([[0, 3, 4, 1]]));
 * const three = encoder.push(batchFromTuples([[9, 3, 4, 1], [9, 5, 4, 1], [9, 31, 4, 1]]));
 * console.log(three.length); // 8
 * ```
 */
export class Evt21Encoder extends RawEncoder {
  #high = -1;

  constructor(options: EncoderOptions = {}) {
    super('EVT21', options);
  }

  protected encodeWords({ length, t, x, y, p }: EventBatch): Uint8Array {
    const bytes = new Uint8Array(16 * length);
    const view = new DataView(bytes.buffer);
    let at = 0;
    let high = this.#high;
    for (let i = 0; i < length;) {
      const time = t[i]!;
      const row = y[i]!;
      const polarity = p[i]!;
      const timeHigh = (time / LOW_MICROS) | 0;
      if (timeHigh !== high) {
        high = timeHigh;
        view.setInt32(at + 4, (TIME_HIGH << 28) | high, true);
        at += 8;
      }
      // Readers that take whole groups of pixels want the base to be a multiple of 32.
      const base = x[i]! & ~31;
      let mask = 0;
      let last = -1;
      for (; i < length && t[i] === time && y[i] === row && p[i] === polarity; i++) {
        const bit = x[i]! - base;
        if (bit <= last || bit >= 32) break;
        mask |= 1 << bit;
        last = bit;
      }
      view.setInt32(at, mask, true);
      view.setInt32(at + 4, (polarity << 28) | ((time & (LOW_MICROS - 1)) << 22) | (base << 11) | row, true);
      at += 8;
    }
    this.#high = high;
    return bytes.subarray(0, at);
  }
}
