/** Events as a NumPy array. */
import { integerOption, type SensorGeometry } from '../../events/index.ts';
import { ByteQueue } from '../byte-queue.ts';
import { columnsOption, type ColumnOrder, type ColumnOrderOptions } from '../columns.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions } from '../event-format.ts';
import { FixedRecordReader } from '../fixed-record-reader.ts';
import { PushDecoder } from '../push-decoder.ts';
import type { ByteTask, RandomAccess } from '../random-access.ts';
import { resumeState, type ResumePlace, type ResumePoint } from '../resume.ts';
import { accessTo, LateRefusal, PAUSE, TaskSteps } from '../task-steps.ts';
import { settledUnit, timeUnitOption, type ColumnTimeOptions, type TimeUnit } from '../time-unit.ts';
import { ColumnRows } from './column-rows.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { readNpyHeader, type NpyHeader } from './header.ts';
import { UNKNOWN_ROWS } from './encoder.ts';
import { RowReader } from './row-reader.ts';
import type { RowSettings } from './rows.ts';
import { columnsAt, columnsFrom, eventTable, rowsIn, type EventTable } from './table.ts';

/** Options of the NumPy decoder. */
export interface NpyDecoderOptions extends DecoderOptions, ColumnOrderOptions, ColumnTimeOptions {
  /**
   * Most bytes of an array whose columns lie one after the other, which is kept whole where bytes come in order. Default 1 GiB.
   */
  readonly maxNpyBytes?: number;
}

const DEFAULT_MAX_NPY_BYTES = 2 ** 30;
/** What a reader of rows saves. */
const APART_NUMBERS = 6;

/**
 * Push decoder of an array of events (numpy.lib.format, versions 1.0 to 3.0), of any integer, floating-point or boolean
 * types and byte order:
 *
 * - structured, of one dimension, with fields for time, x, y and polarity in any place among others. The names are those
 *   that CSV files have (`t`, `ts`, `timestamp`, `t_ns`, `x`, `y`, `p`, `polarity` …), or the option `columns` says which
 *   is which;
 * - a matrix of N rows and as many columns as the option `columns` names, or the other way round. Where the columns lie
 *   one after the other in the file (4 x N, or N x 4 in Fortran order), `push` keeps all of it, and the events come with
 *   `finish`; of a source that can be read at any place (see `decodeBytes`) some rows of each column are read at a time.
 *
 * Polarity is 1 or true, and 0, -1 or false; of unsigned numbers the greatest (255) is -1 that lost its sign.
 *
 * The unit of the times comes from the option `timeUnit` or the field's name (`t_s`). Where neither says it, whole times
 * are microseconds, also as floating-point numbers unless all of many are one other than 0; a fraction is an error,
 * wherever it comes. Times are rounded to the nearest microsecond, halves to the even one.
 *
 * A row with another polarity, a place that is no whole number of 16 bits, or a time that is not finite is damage. A
 * header that says no events in front of some, or more than there can be, is what an interrupted writer leaves: damage,
 * under `salvage` they are read.
 *
 * @throws EventFormatError `BAD_HEADER` for arrays of other types or shapes, and pickled objects; `UNKNOWN_TIME_UNIT`;
 * `UNKNOWN_POLARITY` for unsigned polarities of 0 and 255; `CORRUPT_DATA` where no row is an event; `TOO_LARGE`.
 * OptionError.
 *
 * @example
 * ```ts
 * import { batchFromTuples, NpyDecoder, NpyEncoder } from 'saccade';
 * const encoder = new NpyEncoder();
 * const records = encoder.push(batchFromTuples([[1000, 3, 4, 1]]));
 * encoder.finish();
 * for (const { byteOffset, bytes } of encoder.patches) records.set(bytes, byteOffset);
 * const [batch] = new NpyDecoder({ policy: 'strict' }).push(records);
 * console.log(batch?.t[0], batch?.x[0], batch?.p[0]); // 1000 3 1
 * ```
 */
export class NpyDecoder extends PushDecoder {
  readonly geometry: SensorGeometry | null;
  readonly #order: ColumnOrder | undefined;
  readonly #unit: TimeUnit | undefined;
  readonly #maxBytes: number;
  readonly #queue = new ByteQueue();
  #array: OpenArray | undefined;
  #saysNone = false;
  /** Whether the header is what {@link NpyEncoder} writes first. */
  #isUnfinished = false;
  /** Bytes of events that are to come, as the header says. */
  #left = 0;
  #hasExcess = false;
  readonly #refusal = new LateRefusal();
  /** Where columns are read where they lie, and the size of the recording. */
  #apart: { readonly rows: ColumnRows; readonly size: number } | undefined;
  #steps: TaskSteps | undefined;

  constructor(options: NpyDecoderOptions = {}) {
    super('npy', 'NPY', options);
    this.geometry = options.geometry ?? null;
    this.#order = options.columns === undefined ? undefined : columnsOption(options.columns);
    this.#unit = timeUnitOption(options.timeUnit);
    this.#maxBytes = integerOption('maxNpyBytes', options.maxNpyBytes ?? DEFAULT_MAX_NPY_BYTES, 1, 2 ** 40);
  }

  /** Of columns that lie one after the other: from now on bytes come from any place of a recording of so many bytes. */
  openRandomAccess(size: number): RandomAccess | null {
    const { rows } = this.#array ?? {};
    if (!(rows instanceof GrowingBytes)) return null;
    rows.release();
    this.account.restart(this.account.bytes);
    this.#steps = new TaskSteps(this.#readApart(size));
    return accessTo(
      () => this.#steps!.wanted,
      (bytes) => this.push(bytes),
    );
  }

  /** Of columns that lie one after the other, `byteOffset` is as far into the recording as the row is into the rows. */
  override resumePoint(): ResumePoint | null {
    const point = super.resumePoint();
    if (this.#apart === undefined) return point;
    return point && { ...point, byteOffset: Math.floor(this.#apart.rows.share * this.#apart.size) };
  }

  protected decode(bytes: Uint8Array): void {
    if (this.#steps !== undefined) {
      this.#steps.supply(bytes);
      return;
    }
    this.#refusal.check();
    if (this.#array !== undefined) {
      this.#pushRows(bytes);
      return;
    }
    this.#queue.push(bytes);
    const header = readNpyHeader(this.#queue.peek(this.#queue.length)!);
    if (header === null) {
      this.#queue.keep();
      return;
    }
    this.#start(header);
    this.#queue.skip(header.bytes);
    this.#pushRows(this.#queue.take(this.#queue.length)!);
  }

  protected end(): void {
    if (this.#apart === undefined) this.#refusal.check();
    this.truncated(this.#queue.length, 'header');
    if (this.#array === undefined) return;
    const { table, rows, reader } = this.#array;
    if (this.#apart !== undefined) {
      this.account.bytes = this.#apart.size;
    } else if (rows instanceof GrowingBytes) {
      try {
        reader.read(columnsAt(table.columns, rows.view()), rowsIn(table, rows.length));
      } finally {
        rows.release();
      }
    }
    const pendingBytes = rows instanceof GrowingBytes ? 0 : rows.pendingBytes;
    if (pendingBytes > 0) this.truncated(pendingBytes, 'row');
    else if (this.#left === Infinity && this.#isUnfinished)
      this.damage(
        'TRUNCATED',
        this.account.bytes,
        'The header does not say how many events follow; none do.',
      );
    else if (this.#left > 0 && !this.#saysNone)
      this.damage('TRUNCATED', this.account.bytes, `The last ${this.#left} bytes of events are missing.`);
    reader.finish();
  }

  /** Between rows; columns that lie one after the other only where bytes come from any place. */
  protected override place(): ResumePlace | null {
    const apart = this.#apart?.rows.save() ?? null;
    if (apart !== null) return { pendingBytes: 0, state: apart };
    if (this.#array === undefined || this.#array.rows instanceof GrowingBytes || this.#left === Infinity)
      return null;
    const state = this.#array.reader.save();
    if (state === null) return null;
    const { pendingBytes } = this.#array.rows;
    return { pendingBytes, state: [this.#left + pendingBytes, Number(this.#hasExcess), ...state] };
  }

  protected override goOn(point: ResumePoint): void {
    if (this.#apart !== undefined) {
      const state = resumeState(point, APART_NUMBERS);
      this.#steps = new TaskSteps(this.#readApart(this.#apart.size, state));
      return;
    }
    const { rows, reader } = this.#array ?? {};
    const canGoOn = rows instanceof FixedRecordReader;
    const [left, hasExcess, ...state] = resumeState(point, canGoOn ? 8 : -1);
    this.#left = left!;
    this.#hasExcess = hasExcess === 1;
    reader!.restore(state);
    (rows as FixedRecordReader).clear();
  }

  #start(header: NpyHeader): void {
    const table = eventTable(header, this.#order, 'npy');
    if ('problem' in table)
      throw new EventFormatError('BAD_HEADER', 0, `The array cannot be read as events. ${table.problem}`);
    const { rows, rowBytes, bytes, columns, unit } = table;
    if (rowBytes === null && bytes > this.#maxBytes) {
      const problem = `The array has ${bytes} bytes, more than ${this.#maxBytes}, and must be kept whole, as its columns lie one after the other. If that is right, raise maxNpyBytes, or give it as a file that can be read at any place.`;
      this.#refusal.hold(new EventFormatError('TOO_LARGE', 0, problem), this.account.bytes);
    }
    this.account.headerBytes = header.bytes;
    this.#isUnfinished = rows === UNKNOWN_ROWS;
    this.#saysNone = rowBytes !== null && (rows === 0 || this.#isUnfinished);
    this.#left = this.#saysNone ? Infinity : bytes;
    const { stride, offset } = columns.t;
    const settings: RowSettings = {
      unit: settledUnit(this.#unit, unit, 0),
      geometry: this.geometry,
      placeOf: (row) => header.bytes + row * stride + (rowBytes === null ? offset : 0),
    };
    this.#array = {
      table,
      rows: rowBytes === null ? new GrowingBytes('the array', bytes) : new FixedRecordReader(rowBytes),
      reader: new RowReader(this.sink(), settings),
      settings,
    };
  }

  /** Columns that lie one after the other, where they lie. */
  *#readApart(size: number, saved?: readonly number[]): ByteTask<void> {
    const { table, settings } = this.#array!;
    const { headerBytes } = this.account;
    const reader = new RowReader(this.sink(), settings);
    this.#array = { ...this.#array!, reader };
    const present = Math.min(size - headerBytes, table.bytes);
    this.#left = table.bytes - present;
    const rows = new ColumnRows(columnsFrom(table.columns, headerBytes), rowsIn(table, present), reader);
    this.#apart = { rows, size };
    yield PAUSE;
    // Said first, as where bytes come in order.
    if (saved === undefined && size - headerBytes > table.bytes)
      this.#reportExcess(headerBytes + table.bytes);
    yield* rows.read(saved);
  }

  #pushRows(bytes: Uint8Array): void {
    const { table, rows, reader } = this.#array!;
    if (bytes.length > 0 && this.#left === Infinity) {
      this.#left = Number.MAX_SAFE_INTEGER;
      const at = this.account.headerBytes;
      this.damage('CORRUPT_DATA', at, 'The header does not say how many events follow; they are read.');
    }
    const data = bytes.subarray(0, this.#left);
    this.#left -= data.length;
    if (rows instanceof GrowingBytes) {
      rows.push(data);
    } else {
      rows.push(data, (records, offset, count) => {
        const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
        reader.read(columnsAt(table.columns, view, offset), count);
      });
    }
    if (bytes.length > data.length && !this.#hasExcess)
      this.#reportExcess(this.account.bytes - bytes.length + data.length);
  }

  #reportExcess(at: number): void {
    this.#hasExcess = true;
    const problem = 'Bytes follow the last event that the header states; they are left out.';
    this.damage('CORRUPT_DATA', at, problem);
  }
}

interface OpenArray {
  readonly table: EventTable;
  /** Cuts whole rows, or gathers all. */
  readonly rows: FixedRecordReader | GrowingBytes;
  readonly reader: RowReader;
  readonly settings: RowSettings;
}
