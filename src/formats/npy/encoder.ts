/** Writes a structured NumPy array. */
import { integerOption, type EventBatch } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';
import type { BytePatch, EncoderOptions } from '../event-format.ts';
import { PushEncoder } from '../push-encoder.ts';
import { npyHeader } from './header.ts';

/** Options of the NumPy encoder. */
export interface NpyEncoderOptions extends EncoderOptions {
  /** How many events will come. With it the header is right from the start; without, `patches` make it right. */
  readonly events?: number;
}

/**
 * What the header states while the number of events is not known: more than there can be, so that NumPy refuses a file
 * that was never patched, where 0 would make it read an empty array without a word.
 */
export const UNKNOWN_ROWS: number = Number.MAX_SAFE_INTEGER - 1;

/** As NumPy describes it, and as {@link NpyEncoder} writes it. */
const DESCR = "[('t', '<i8'), ('x', '<u2'), ('y', '<u2'), ('p', '|u1')]";
const ROW_BYTES = 13;

/**
 * Push encoder: rows of `t` (int64, µs), `x` and `y` (uint16), `p` (uint8, 1 = ON), little-endian and packed. The
 * sensor's size has no place in it.
 *
 * How many events there are stands in the header. State `events`, or apply `patches` after `finish`: without either
 * NumPy refuses the file, and `NpyDecoder` reads it and reports it.
 *
 * @throws EventFormatError `UNENCODABLE_EVENT` for times that are no whole numbers below 2^53, and for more or fewer
 * events than `events`. OptionError.
 *
 * @example
 * ```ts
 * import { batchFromTuples, NpyEncoder } from 'saccade';
 * const encoder = new NpyEncoder();
 * const bytes = encoder.push(batchFromTuples([[1500, 3, 4, 1]]));
 * console.log(bytes.length % 64, Array.from(bytes.subarray(-13))); // 13 [220, 5, 0, 0, 0, 0, 0, 0, 3, 0, 4, 0, 1]
 * ```
 */
export class NpyEncoder extends PushEncoder {
  #rows = 0;
  #patches: readonly BytePatch[] = [];
  readonly #expected: number | undefined;

  constructor(options: NpyEncoderOptions = {}) {
    super('NumPy', options);
    this.#expected = options.events === undefined ? undefined : integerOption('events', options.events, 0);
  }

  get patches(): readonly BytePatch[] {
    return this.#patches;
  }

  protected header(): Uint8Array {
    return npyHeader(DESCR, [this.#expected ?? UNKNOWN_ROWS]);
  }

  protected encode(batch: EventBatch): Uint8Array {
    const { t, x, y, p, length } = batch;
    if (this.#rows + length > (this.#expected ?? UNKNOWN_ROWS))
      throw this.unencodable(batch, this.#expected! - this.#rows, 0, `events says ${this.#expected}`);
    const bytes = new Uint8Array(ROW_BYTES * length);
    const view = new DataView(bytes.buffer);
    for (let i = 0, at = 0; i < length; i++, at += ROW_BYTES) {
      const time = t[i]!;
      if (!Number.isSafeInteger(time))
        throw this.unencodable(batch, i, at, 'times must be whole numbers below 2^53');
      writeInt64(view, at, time);
      view.setUint16(at + 8, x[i]!, true);
      view.setUint16(at + 10, y[i]!, true);
      bytes[at + 12] = p[i]!;
    }
    this.#rows += length;
    return bytes;
  }

  protected override end(): Uint8Array {
    if (this.#rows < (this.#expected ?? 0)) {
      throw new EventFormatError(
        'UNENCODABLE_EVENT',
        0,
        `The option events says ${this.#expected}, but ${this.#rows} came. Leave it out and apply the patches.`,
      );
    }
    if (this.#expected === undefined)
      this.#patches = [{ byteOffset: 0, bytes: npyHeader(DESCR, [this.#rows]) }];
    return new Uint8Array(0);
  }
}

/** Writes a safe integer, little-endian. */
export function writeInt64(view: DataView, at: number, value: number): void {
  view.setInt32(at, value, true);
  view.setInt32(at + 4, Math.floor(value / 2 ** 32), true);
}
