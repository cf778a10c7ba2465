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
    const bytes = new Uint8Array(batch.length * ATIS40_RECORD_BYTES);
    const view = new DataView(bytes.buffer);
    for (let i = 0, at = 0; i < batch.length; i++, at += ATIS40_RECORD_BYTES) {
      const [t, x, y, p] = [batch.t[i]!, batch.x[i]!, batch.y[i]!, batch.p[i]!];
      if (x > 0xff || y >= OVERFLOW_Y || t < 0 || t >= 2 ** 23) {
        throw this.unencodable(batch, i, at, 'x must be below 256, y below 240, t from 0 to 8388607');
      }
      view.setUint8(at, x);
      view.setUint32(at + 1, ((y << 24) | (p << 23) | t) >>> 0);
    }
    return bytes;
  }
}
