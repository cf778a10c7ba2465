/** Writes Prophesee DAT. */
import type { EventBatch, SensorGeometry } from '../../events/index.ts';
import type { EncoderOptions } from '../event-format.ts';
import { propheseeHeaderBytes } from '../prophesee/header.ts';
import { PushEncoder } from '../push-encoder.ts';
import { DAT_FIELDS, DAT_RECORD_BYTES, type DatVersion } from './record.ts';

/** Options of the DAT encoder. */
export interface DatEncoderOptions extends EncoderOptions {
  /** Default 2. Version 1 has 9 bits of x and 8 of y, and is written without a header, as POKER-DVS has it. */
  readonly datVersion?: DatVersion;
}

const CD = 0x0c;

/**
 * Push encoder. Times are written modulo 2^32 µs and unwrapped by decoders: the first must be in [0, 2^32), later ones
 * may go beyond by less than 2^31 a step, and back by up to 2^31, but not over a multiple of 2^32.
 *
 * @example
 * ```ts
 * import { batchFromTuples, DatEncoder } from 'saccade';
 * const bytes = new DatEncoder({ datVersion: 1 }).push(batchFromTuples([[1, 2, 3, 1]]));
 * console.log(Array.from(bytes)); // [1, 0, 0, 0, 2, 6, 2, 0]
 * ```
 */
export class DatEncoder extends PushEncoder {
  readonly #version: DatVersion;
  /** The counter as a decoder sees it. */
  #stamp = 0;
  #offset = 0;

  constructor(options: DatEncoderOptions = {}) {
    super(`DAT version ${options.datVersion ?? 2}`, options);
    this.#version = options.datVersion ?? 2;
  }

  protected header(geometry: SensorGeometry | null): Uint8Array {
    if (this.#version === 1) return new Uint8Array(0);
    const size = geometry === null ? [] : [`Width ${geometry.width}`, `Height ${geometry.height}`];
    const text = propheseeHeaderBytes(['Data file containing CD events.', 'Version 2', ...size]);
    return Uint8Array.of(...text, CD, DAT_RECORD_BYTES);
  }

  protected encode(batch: EventBatch): Uint8Array {
    const { x: column, y: row, polarity } = DAT_FIELDS[this.#version];
    const bytes = new Uint8Array(batch.length * DAT_RECORD_BYTES);
    const view = new DataView(bytes.buffer);
    const { t, x, y, p } = batch;
    let [last, offset] = [this.#stamp, this.#offset];
    for (let i = 0, at = 0; i < batch.length; i++, at += DAT_RECORD_BYTES) {
      const time = t[i]!;
      const stamp = time >>> 0;
      if (last - stamp > 2 ** 31) offset += 2 ** 32;
      if (x[i]! > column.mask || y[i]! > row.mask || stamp + offset !== time) {
        throw this.unencodable(
          batch,
          i,
          at,
          `x must be at most ${column.mask}, y at most ${row.mask}; t must begin in [0, 2^32), and where it passes a multiple of 2^32 do so forwards and by less than 2^31. Subtract an offset from the times`,
        );
      }
      last = stamp;
      view.setUint32(at, stamp, true);
      view.setUint32(
        at + 4,
        ((x[i]! << column.shift) | (y[i]! << row.shift) | (p[i]! << polarity.shift)) >>> 0,
        true,
      );
    }
    [this.#stamp, this.#offset] = [last, offset];
    return bytes;
  }
}
