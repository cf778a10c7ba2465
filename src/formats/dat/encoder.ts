/** Writes Prophesee DAT. */
import type { EventBatch, SensorGeometry } from '../../events/index.ts';
import type { EncoderOptions } from '../event-format.ts';
import { propheseeHeaderBytes } from '../prophesee/header.ts';
import { encodableSensor, PushEncoder } from '../push-encoder.ts';
import { takeBytes } from '../recycle-bytes.ts';
import { encodeRecords } from '../records/encode.ts';
import type { RecordLayout } from '../records/index.ts';
import { datLayout } from './layout.ts';
import { DAT_FIELDS, DAT_RECORD_BYTES, type DatVersion } from './record.ts';

/** Options of the DAT encoder. */
export interface DatEncoderOptions extends EncoderOptions {
  /** Default 2. Version 1 has 9 bits of x and 8 of y; OpenEB reads its records as those of version 2, faery right. */
  readonly datVersion?: DatVersion;
}

const CD = 0x0c;
/** The counter begins again after so many microseconds. */
const RANGE = 2 ** 32;
/** A longer step looks like a wrap, or hides one. */
const MAX_STEP = 2 ** 31;

/**
 * Push encoder, with the header lines that OpenEB and faery look for. x and y on the sensor. Times are written modulo
 * 2^32 µs and unwrapped by decoders: the first must be in [0, 2^32), later ones may go beyond by less than 2^31 a step,
 * and back by up to 2^31, but not over a multiple of 2^32. faery unwraps like this; OpenEB does not, and takes times
 * from 2^32 (71.6 minutes) on for those after 0.
 *
 * @example
 * ```ts
 * import { batchFromTuples, DatEncoder } from 'saccade';
 * const bytes = new DatEncoder().push(batchFromTuples([[1, 2, 3, 1]], { width: 8, height: 8 }));
 * console.log(Array.from(bytes.slice(-10))); // [12, 8, 1, 0, 0, 0, 2, 192, 0, 16]
 * ```
 */
export class DatEncoder extends PushEncoder {
  readonly #version: DatVersion;
  #layout: RecordLayout;
  #last = 0;
  /** What a decoder adds to the counter. */
  #offset = 0;

  constructor(options: DatEncoderOptions = {}) {
    super(`DAT version ${options.datVersion ?? 2}`, options);
    this.#version = options.datVersion ?? 2;
    this.#layout = datLayout(this.#version, null, DAT_RECORD_BYTES);
  }

  protected header(geometry: SensorGeometry | null): Uint8Array {
    const { x, y } = DAT_FIELDS[this.#version];
    const sensor = encodableSensor(geometry, x.mask + 1, y.mask + 1);
    this.#layout = datLayout(this.#version, sensor, DAT_RECORD_BYTES);
    if (geometry === null)
      this.note('faery takes a sensor whose size a DAT file does not state for 1280x720: state geometry');
    if (this.#version === 1) this.note('OpenEB reads records of DAT version 1 as those of version 2');
    const size = geometry === null ? [] : [`Width ${geometry.width}`, `Height ${geometry.height}`];
    const text = propheseeHeaderBytes([
      'Data file containing CD events.',
      `Version ${this.#version}`,
      ...size,
    ]);
    return Uint8Array.of(...text, CD, DAT_RECORD_BYTES);
  }

  protected encode(batch: EventBatch): Uint8Array {
    const { t, length } = batch;
    const bytes = takeBytes(length * DAT_RECORD_BYTES);
    let [last, offset] = [this.#last, this.#offset];
    for (let i = 0; i < length;) {
      const time = t[i]!;
      const at = i * DAT_RECORD_BYTES;
      if (time >= offset + RANGE && time - last < MAX_STEP) offset += RANGE;
      // Decoders take a longer fall for a wrap of the counter; within the window there is none.
      const window = {
        lowest: Math.max(offset, time - MAX_STEP / 2),
        highest: Math.min(offset + RANGE, time + MAX_STEP / 2),
        offset: offset + RANGE / 2,
        base: -RANGE / 2,
      };
      const isWrap = last - time > MAX_STEP;
      const next = isWrap ? i : encodeRecords(this.#layout, window, batch, i, length, bytes, at);
      if (next === i) {
        const { x, y } = this.#layout;
        throw this.unencodable(
          batch,
          i,
          at,
          `x must be below ${x.size}, y below ${y.size}; t must be whole and begin in [0, 2^32), and where it passes a multiple of 2^32 do so forwards and by less than 2^31. Subtract an offset from the times`,
        );
      }
      last = t[next - 1]!;
      i = next;
    }
    [this.#last, this.#offset] = [last, offset];
    if (offset > 0) this.note('OpenEB takes times from 2^32 µs (71.6 minutes) on for those after 0');
    return bytes;
  }
}
