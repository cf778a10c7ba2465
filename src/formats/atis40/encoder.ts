/** Writes ATIS 40-bit records. */
import type { EventBatch } from '../../events/index.ts';
import type { EncoderOptions } from '../event-format.ts';
import { PushEncoder } from '../push-encoder.ts';
import { ATIS40_RECORD_BYTES, OVERFLOW_Y } from './record.ts';

/**
 * Push encoder. Refuses what the format cannot hold: x above 255, y above 239 (240 marks an overflow), times
 * outside [0, 2^23).
 *
 * @example
 * ```ts
 * import { Atis40Encoder, batchFromTuples } from 'saccade';
 * console.log(Array.from(new Atis40Encoder().push(batchFromTuples([[256, 3, 4, 1]])))); // [3, 4, 128, 1, 0]
 * ```
 */
export class Atis40Encoder extends PushEncoder {
  constructor(options: EncoderOptions = {}) {
    super('ATIS 40-bit', options);
  }

  protected header(): Uint8Array {
    return new Uint8Array(0);
  }

  protected encode(batch: EventBatch): Uint8Array {
    const { length, t, x, y, p } = batch;
    const bytes = new Uint8Array(length * ATIS40_RECORD_BYTES);
    const view = new DataView(bytes.buffer);
    for (let i = 0, at = 0; i < length; i++, at += ATIS40_RECORD_BYTES) {
      const time = t[i]!;
      const column = x[i]!;
      const row = y[i]!;
      if (column > 0xff || row >= OVERFLOW_Y || !(time >= 0) || time >= 2 ** 23) {
        throw this.unencodable(
          batch,
          i,
          at,
          'x must be below 256, y below 240, t from 0 to 8388607. Subtract an offset from the times, or cut the recording',
        );
      }
      bytes[at] = column;
      view.setInt32(at + 1, (row << 24) | (p[i]! << 23) | time);
    }
    return bytes;
  }
}
