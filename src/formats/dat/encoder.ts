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
 * Push encoder. Times must be in [0, 2^32) µs, or go on from there by less than 2^31 µs a step: they are written
 * modulo 2^32, which decoders unwrap.
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
  #last = 0;

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
    let last = this.#last;
    for (let i = 0, at = 0; i < batch.length; i++, at += DAT_RECORD_BYTES) {
      const time = t[i]!;
      if (x[i]! > column.mask || y[i]! > row.mask || !(time >= 0) || Math.abs(time - last) >= 2 ** 31) {
        throw this.unencodable(
          batch,
          i,
          at,
          `x must be at most ${column.mask}, y at most ${row.mask}, t at least 0 and less than 2^31 from the event before. Subtract an offset from the times`,
        );
      }
      last = time;
      view.setUint32(at, time >>> 0, true);
      view.setUint32(
        at + 4,
        ((x[i]! << column.shift) | (y[i]! << row.shift) | (p[i]! << polarity.shift)) >>> 0,
        true,
      );
    }
    this.#last = last;
    return bytes;
  }
}
