/** Writes Prophesee EVT2. */
import type { EventBatch } from '../../events/index.ts';
import type { EncoderOptions } from '../event-format.ts';
import { RawEncoder } from '../prophesee/raw-encoder.ts';
import { LOW_MICROS, TIME_HIGH } from './words.ts';

/**
 * Push encoder. x and y below 2048, times in [0, 2^34) µs that never go back.
 *
 * @example
 * ```ts
 * import { batchFromTuples, Evt2Encoder } from 'saccade';
 * const bytes = new Evt2Encoder().push(batchFromTuples([[130, 3, 4, 1]]));
 * console.log(new TextDecoder().decode(bytes.subarray(0, 13)), bytes.length); // '% format EVT2' 28
 * ```
 */
export class Evt2Encoder extends RawEncoder {
  #high = -1;

  constructor(options: EncoderOptions = {}) {
    super('EVT2', options);
  }

  protected encodeWords({ length, t, x, y, p }: EventBatch): Uint8Array {
    const bytes = new Uint8Array(8 * length);
    const view = new DataView(bytes.buffer);
    let at = 0;
    let high = this.#high;
    for (let i = 0; i < length; i++) {
      const time = t[i]!;
      const timeHigh = (time / LOW_MICROS) | 0;
      if (timeHigh !== high) {
        high = timeHigh;
        view.setInt32(at, (TIME_HIGH << 28) | high, true);
        at += 4;
      }
      view.setInt32(at, (p[i]! << 28) | ((time & (LOW_MICROS - 1)) << 22) | (x[i]! << 11) | y[i]!, true);
      at += 4;
    }
    this.#high = high;
    return bytes.subarray(0, at);
  }
}
