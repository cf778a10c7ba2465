/** Writes events as lines of text. */
import { OptionError, type EventBatch } from '../../events/index.ts';
import { columnsOption, type ColumnRole } from '../columns.ts';
import type { EncoderOptions } from '../event-format.ts';
import { PushEncoder } from '../push-encoder.ts';
import { takeBytes } from '../recycle-bytes.ts';
import { DECIMAL_SHIFT, timeUnitOption, type TimeUnit } from '../time-unit.ts';

/** Options of the CSV encoder. */
export interface CsvEncoderOptions extends EncoderOptions {
  /** Order of the columns. Default `t,x,y,p`. */
  readonly columns?: string;
  /** Unit of the times, also in the name of their column unless it is `us`. Default: that of `columns` (`t_s`), else `us`. */
  readonly timeUnit?: TimeUnit;
}

const LF = 0x0a;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
/** Sign, 16 digits, point or three zeros. */
const MAX_TIME_BYTES = 20;
/** Two columns of up to five digits, one of one digit, three commas, line feed. */
const MAX_OTHER_BYTES = 15;

/**
 * Push encoder: a line with the columns' names, then one line an event. Polarity is 0 or 1. The sensor's size has
 * no place in it.
 *
 * @throws EventFormatError `UNENCODABLE_EVENT` for times that are no whole numbers below 2^53. OptionError.
 *
 * @example
 * ```ts
 * import { batchFromTuples, CsvEncoder } from 'saccade';
 * const bytes = new CsvEncoder({ timeUnit: 's' }).push(batchFromTuples([[1500, 3, 4, 1]]));
 * console.log(new TextDecoder().decode(bytes)); // 't_s,x,y,p\n0.001500,3,4,1\n'
 * ```
 */
export class CsvEncoder extends PushEncoder {
  readonly #roles: readonly ColumnRole[];
  readonly #unit: TimeUnit;

  constructor(options: CsvEncoderOptions = {}) {
    super('CSV', options);
    const { roles, unit } = columnsOption(options.columns ?? 't,x,y,p');
    if (roles.length !== 4)
      throw new OptionError('columns', 'must be t, x, y and p in some order, nothing else, for writing');
    this.#roles = roles as ColumnRole[];
    if (unit === 'unknown') throw new OptionError('columns', 'must name a unit of times that is written');
    this.#unit = timeUnitOption(options.timeUnit) ?? unit ?? 'us';
  }

  protected header(): Uint8Array {
    const time = this.#unit === 'us' ? 't' : `t_${this.#unit}`;
    const names = this.#roles.map((role) => (role === 't' ? time : role));
    return new TextEncoder().encode(`${names.join(',')}\n`);
  }

  protected encode(batch: EventBatch): Uint8Array {
    const { t, x, y, p, length } = batch;
    const writer = new DigitWriter(length * (MAX_TIME_BYTES + MAX_OTHER_BYTES));
    const shift = DECIMAL_SHIFT[this.#unit];
    const [first, second, third, fourth] = this.#roles;
    for (let i = 0; i < length; i++) {
      if (!Number.isSafeInteger(t[i]))
        throw this.unencodable(batch, i, writer.length, 'times must be whole numbers below 2^53');
      for (const role of [first, second, third, fourth]) {
        if (role === 't') writer.time(t[i]!, shift);
        else writer.whole(role === 'x' ? x[i]! : role === 'y' ? y[i]! : p[i]!);
        writer.byte(role === fourth ? LF : COMMA);
      }
    }
    return writer.bytes();
  }
}

/** Writes numbers into bytes that are known to suffice. */
class DigitWriter {
  readonly #bytes: Uint8Array;
  length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  bytes(): Uint8Array {
    const bytes = takeBytes(this.length);
    bytes.set(this.#bytes.subarray(0, this.length));
    return bytes;
  }

  byte(byte: number): void {
    this.#bytes[this.length++] = byte;
  }

  /** A whole number below 2^31, with at least so many digits. */
  whole(value: number, digits = 1): void {
    let count = digits;
    for (let limit = 10 ** digits; value >= limit; limit *= 10) count++;
    let rest = value | 0;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      const tenth = (rest / 10) | 0;
      this.#bytes[at] = ZERO + rest - 10 * tenth;
      rest = tenth;
    }
    this.length += count;
  }

  /** Microseconds with the point `shift` places to the left, or followed by as many zeros. */
  time(micros: number, shift: number): void {
    if (micros < 0) this.byte(MINUS);
    const value = Math.abs(micros);
    const unit = 10 ** Math.max(shift, 0);
    const parts = Math.floor(value / unit);
    const high = Math.floor(parts / 1e9);
    if (high > 0) this.whole(high);
    this.whole(parts - 1e9 * high, high > 0 ? 9 : 1);
    if (shift > 0) {
      this.byte(DOT);
      this.whole(value - unit * parts, shift);
    } else {
      for (let i = 0; i < -shift && value > 0; i++) this.byte(ZERO);
    }
  }
}
