/** Writes ATIS 40-bit records. */
import type { EventBatch } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';
import type { EventEncoder } from '../event-format.ts';
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
export class Atis40Encoder implements EventEncoder {
  #offset = 0;

  push(batch: EventBatch): Uint8Array {
    const bytes = new Uint8Array(batch.length * ATIS40_RECORD_BYTES);
    const view = new DataView(bytes.buffer);
    for (let i = 0, at = 0; i < batch.length; i++, at += ATIS40_RECORD_BYTES) {
      const [t, x, y, p] = [batch.t[i]!, batch.x[i]!, batch.y[i]!, batch.p[i]!];
      if (x > 0xff || y >= OVERFLOW_Y || t < 0 || t >= 2 ** 23) {
        throw new EventFormatError(
          'UNENCODABLE_EVENT',
          this.#offset + at,
          `ATIS 40-bit cannot hold t ${t}, x ${x}, y ${y}: x must be below 256, y below 240, t from 0 to 8388607.`,
        );
      }
      view.setUint8(at, x);
      view.setUint32(at + 1, ((y << 24) | (p << 23) | t) >>> 0);
    }
    this.#offset += bytes.length;
    return bytes;
  }

  finish(): Uint8Array {
    return new Uint8Array(0);
  }
}
