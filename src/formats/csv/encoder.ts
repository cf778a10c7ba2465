/** Writes events as lines of text. */
import { OptionError, type EventBatch } from '../../events/index.ts';
import { columnsOption, type ColumnRole } from '../columns.ts';
import type { EncoderOptions } from '../event-format.ts';
import { PushEncoder } from '../push-encoder.ts';
import { takeBytes } from '../recycle-bytes.ts';
import { DECIMAL_SHIFT, timeUnitOption, type TimeUnit } from '../time-unit.ts';
import { giveSpace, takeSpace } from '../records/run-space.ts';
import { WriteKernel } from './write-kernel.ts';
import { MAX_LINE_BYTES, writeLinesScalar, type LineForm } from './write-lines.ts';

/** Options of the CSV encoder. */
export interface CsvEncoderOptions extends EncoderOptions {
  /** Order of the columns. Default `t,x,y,p`. */
  readonly columns?: string;
  /** Unit of the times, also in the name of their column unless it is `us`. Default: that of `columns` (`t_s`), else `us`. */
  readonly timeUnit?: TimeUnit;
}

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
  /** Room for the lines of a batch, used again. */
  #lines = new Uint8Array(0);
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
    const { length } = batch;
    const form: LineForm = { roles: this.#roles, shift: DECIMAL_SHIFT[this.#unit] };
    if (this.#lines.length < length * MAX_LINE_BYTES) this.#lines = new Uint8Array(length * MAX_LINE_BYTES);
    const bytes = this.#lines;
    const space = takeSpace();
    const kernel = form.shift < 0 ? null : space.kernel(WriteKernel);
    const fast = kernel?.write(form, batch, 0, length, bytes, 0) ?? { next: 0, end: 0 };
    giveSpace(space);
    const { next, end } = writeLinesScalar(form, batch, fast.next, length, bytes, fast.end);
    if (next < length) throw this.unencodable(batch, next, end, 'times must be whole numbers below 2^53');
    const written = takeBytes(end);
    written.set(bytes.subarray(0, end));
    return written;
  }
}
