/** Writes ATIS 40-bit records. */
import type { EventBatch } from '../../events/index.ts';
import type { EncoderOptions } from '../event-format.ts';
import { PushEncoder } from '../push-encoder.ts';
import { takeBytes } from '../recycle-bytes.ts';
import { encodeRecords, type TimeWindow } from '../records/encode.ts';
import type { RecordLayout } from '../records/index.ts';
import { atis40Layout } from './layout.ts';
import { ATIS40_RECORD_BYTES, OVERFLOW_Y } from './record.ts';

const LAYOUT: RecordLayout = atis40Layout({ width: 256, height: OVERFLOW_Y }, false);
const WINDOW: TimeWindow = { lowest: 0, highest: 2 ** 23, offset: 0, base: 0 };

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
    const bytes = takeBytes(batch.length * ATIS40_RECORD_BYTES);
    const next = encodeRecords(LAYOUT, WINDOW, batch, 0, batch.length, bytes, 0);
    if (next < batch.length) {
      throw this.unencodable(
        batch,
        next,
        next * ATIS40_RECORD_BYTES,
        'x must be below 256, y below 240, t whole and from 0 to 8388607. Subtract an offset from the times, or cut the recording',
      );
    }
    return bytes;
  }
}
