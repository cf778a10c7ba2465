/** Records of 5 bytes: x, y, polarity (1 = ON) and 23 bits of microseconds, big-endian, no header. */
import { allocateEvents, type SensorGeometry } from '../../events/index.ts';
import type { DecoderOptions } from '../event-format.ts';
import { FixedRecordReader } from '../fixed-record-reader.ts';
import { PushDecoder } from '../push-decoder.ts';
import { ATIS40_RECORD_BYTES, OVERFLOW_Y } from './record.ts';

/** Options of the ATIS 40-bit decoder. The format states no geometry: give it to have events checked. */
export interface Atis40DecoderOptions extends DecoderOptions {
  /** Records with y = 240 add 2^13 µs to all later times instead of being events. Default true. */
  readonly overflowMarkers?: boolean;
}

const OVERFLOW_MICROS = 2 ** 13;

/**
 * Push decoder for N-MNIST and its relatives.
 *
 * @example
 * ```ts
 * import { Atis40Decoder } from 'saccade';
 * const decoder = new Atis40Decoder({ geometry: { width: 34, height: 34 } });
 * const [batch] = decoder.push(new Uint8Array([3, 4, 0x80, 1, 0]));
 * console.log(batch?.x[0], batch?.y[0], batch?.p[0], batch?.t[0]); // 3 4 1 256
 * ```
 */
export class Atis40Decoder extends PushDecoder {
  readonly geometry: SensorGeometry | null;
  readonly #records = new FixedRecordReader(ATIS40_RECORD_BYTES);
  readonly #overflowY: number;
  #timeOffset = 0;

  constructor(options: Atis40DecoderOptions = {}) {
    super('atis40', 'ATIS40', options);
    this.geometry = options.geometry ?? null;
    this.#overflowY = (options.overflowMarkers ?? true) ? OVERFLOW_Y : -1;
  }

  protected decode(bytes: Uint8Array): void {
    this.#records.push(bytes, (view, offset, count) => {
      for (let done = 0; done < count; done += this.maxBatchEvents) {
        this.#decodeRun(
          view,
          offset + done * ATIS40_RECORD_BYTES,
          Math.min(this.maxBatchEvents, count - done),
        );
      }
    });
  }

  protected end(): void {
    this.truncated(this.#records.pendingBytes);
  }

  #decodeRun(view: DataView, offset: number, count: number): void {
    const width = this.geometry?.width ?? 256;
    const height = this.geometry?.height ?? 256;
    const overflowY = this.#overflowY;
    const arrays = allocateEvents(count);
    const { t, x, y, p } = arrays;
    let timeOffset = this.#timeOffset;
    let n = 0;
    let outside = 0;
    for (let i = 0, at = offset; i < count; i++, at += ATIS40_RECORD_BYTES) {
      const column = view.getUint8(at);
      // y, polarity and time are the big-endian word that follows x.
      const word = view.getUint32(at + 1);
      const row = word >>> 24;
      if (row === overflowY) {
        timeOffset += OVERFLOW_MICROS;
        this.account.wraps++;
        continue;
      }
      if (column >= width || row >= height) {
        outside++;
        continue;
      }
      x[n] = column;
      y[n] = row;
      p[n] = (word >>> 23) & 1;
      t[n] = (word & 0x7f_ffff) + timeOffset;
      n++;
    }
    this.#timeOffset = timeOffset;
    this.account.dropped['outside-sensor'] += outside;
    this.deliver(arrays, n);
  }
}
