/** Writes NumPy archives. */
import { integerOption, type EventBatch } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';
import type { EncoderOptions } from '../event-format.ts';
import { joinBytes } from '../bytes.ts';
import { zipBytes } from '../compression/zip.ts';
import { writeInt64 } from '../npy/encoder.ts';
import { npyHeader } from '../npy/header.ts';
import { PushEncoder } from '../push-encoder.ts';
import { DEFAULT_MAX_NPZ_BYTES } from './decoder.ts';

/** Options of the NumPy archive encoder. */
export interface NpzEncoderOptions extends EncoderOptions {
  /** Most bytes of the arrays together, not compressed; 13 an event. Default 1 GiB, at most 2 GiB. */
  readonly maxNpzBytes?: number;
}

const ROW_BYTES = 13;
/** The bytes of a batch, one part a column. */
type ColumnParts = readonly [t: Uint8Array, x: Uint8Array, y: Uint8Array, p: Uint8Array];
const MEMBERS = [
  ['t.npy', "'<i8'"],
  ['x.npy', "'<u2'"],
  ['y.npy', "'<u2'"],
  ['p.npy', "'|u1'"],
] as const;

/**
 * Push encoder: arrays `t` (int64, µs), `x` and `y` (uint16) and `p` (uint8, 1 = ON), deflated, as
 * numpy.savez_compressed writes them. The sensor's size has no place in it. An archive holds one array after the
 * other: everything is kept until `finish`, which returns the whole file.
 *
 * @throws EventFormatError `UNENCODABLE_EVENT` for times that are no whole numbers below 2^53; `TOO_LARGE` for more
 * events than `maxNpzBytes` allows. OptionError.
 *
 * @example
 * ```ts
 * import { batchFromTuples, NpzEncoder } from 'saccade';
 * const encoder = new NpzEncoder();
 * console.log(encoder.push(batchFromTuples([[1500, 3, 4, 1]])).length); // 0
 * console.log(new TextDecoder().decode(encoder.finish().subarray(30, 35))); // 't.npy'
 * ```
 */
export class NpzEncoder extends PushEncoder {
  readonly #maxBytes: number;
  readonly #parts: ColumnParts[] = [];
  #rows = 0;

  constructor(options: NpzEncoderOptions = {}) {
    super('NPZ', options);
    this.#maxBytes = integerOption('maxNpzBytes', options.maxNpzBytes ?? DEFAULT_MAX_NPZ_BYTES, 1, 2 ** 31);
  }

  protected header(): Uint8Array {
    return new Uint8Array(0);
  }

  protected encode(batch: EventBatch): Uint8Array {
    const { t, x, y, p, length } = batch;
    const bytes = (this.#rows + length) * ROW_BYTES;
    if (bytes > this.#maxBytes) {
      throw new EventFormatError(
        'TOO_LARGE',
        0,
        `The arrays would have ${bytes} bytes, more than ${this.#maxBytes}. Raise maxNpzBytes, or write NumPy arrays (npy), which are not kept in memory.`,
      );
    }
    const times = new DataView(new ArrayBuffer(8 * length));
    for (let i = 0; i < length; i++) {
      if (!Number.isSafeInteger(t[i]))
        throw this.unencodable(batch, i, 0, 'times must be whole numbers below 2^53');
      writeInt64(times, 8 * i, t[i]!);
    }
    this.#parts.push([
      new Uint8Array(times.buffer),
      uint16(x, length),
      uint16(y, length),
      p.slice(0, length),
    ]);
    this.#rows += length;
    return new Uint8Array(0);
  }

  protected override end(): Uint8Array {
    const members = MEMBERS.map(([name, descr], i) => {
      const parts = [npyHeader(descr, [this.#rows]), ...this.#parts.map((columns) => columns[i]!)];
      return { name, bytes: joinBytes(parts) };
    });
    this.#parts.length = 0;
    // Of zlib: as fast as level 1 and 5 to 20 % smaller; level 6 takes two to four times as long for 1 to 3 %.
    return zipBytes(members, { level: 4 });
  }
}

function uint16(values: Uint16Array, length: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * length));
  for (let i = 0; i < length; i++) view.setUint16(2 * i, values[i]!, true);
  return new Uint8Array(view.buffer);
}
