/** Events as a structured NumPy array. */
import type { SensorGeometry } from '../../events/index.ts';
import { ByteQueue } from '../byte-queue.ts';
import {
  COLUMN_ROLES,
  columnOrder,
  timeUnitOption,
  type ColumnRole,
  type ColumnTimeOptions,
  type TimeUnit,
} from '../columns.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions } from '../event-format.ts';
import { FixedRecordReader } from '../fixed-record-reader.ts';
import { PushDecoder } from '../push-decoder.ts';
import { structType, type StructType } from './dtype.ts';
import { readNpyHeader, type NpyHeader } from './header.ts';
import { UNKNOWN_ROWS } from './encoder.ts';
import type { NumberColumn } from './numbers.ts';
import { RowReader } from './row-reader.ts';

/** Options of the NumPy decoder. */
export interface NpyDecoderOptions extends DecoderOptions, ColumnTimeOptions {}

/**
 * Push decoder of a one-dimensional structured array (numpy.lib.format, versions 1.0 to 3.0) with fields for time,
 * x, y and polarity, of any integer, floating-point or boolean type and byte order, in any place among others. The
 * names are those that CSV files have (`t`, `ts`, `timestamp`, `t_ns`, `x`, `y`, `p`, `polarity` …). Polarity is 1
 * or true, and 0, -1 or false. Times are rounded to whole microseconds. The file has no place for the sensor's size.
 *
 * Rows whose place, time or polarity is none are counted as dropped. A header that says no events in front of some,
 * or more than there can be, is what an interrupted writer leaves: damage, under `salvage` they are read.
 *
 * @throws EventFormatError `BAD_HEADER` for arrays of other types or shapes, and pickled objects. OptionError.
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
  readonly #unit: TimeUnit | undefined;
  readonly #queue = new ByteQueue();
  #array: StructArray | undefined;
  #saysNone = false;
  /** Whether the header is what {@link NpyEncoder} writes first. */
  #isUnfinished = false;
  /** Bytes of events that are to come, as the header says. */
  #left = 0;
  #hasExcess = false;

  constructor(options: NpyDecoderOptions = {}) {
    super('npy', 'NPY', options);
    this.geometry = options.geometry ?? null;
    this.#unit = timeUnitOption(options.timeUnit);
  }

  protected decode(bytes: Uint8Array): void {
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
    this.truncated(this.#queue.length, 'header');
    if (this.#array === undefined) return;
    const { pendingBytes } = this.#array.rows;
    if (pendingBytes > 0) this.truncated(pendingBytes, 'row');
    else if (this.#left === Infinity && this.#isUnfinished)
      this.damage('TRUNCATED', this.account.bytes, 'The header does not say how many events follow; none do.');
    else if (this.#left > 0 && !this.#saysNone)
      this.damage('TRUNCATED', this.account.bytes, `The last ${this.#left} bytes of events are missing.`);
  }

  #start({ descr, shape, fortranOrder, bytes }: NpyHeader): void {
    const type = structType(descr);
    const order = type === null ? null : columnOrder(type.fields.map(({ name }) => name));
    if (type === null || order === null)
      throw bad(
        'The array must be structured, with one field each for t, x, y and p, or ts, timestamp, polarity …',
      );
    if (shape.length !== 1 || fortranOrder)
      throw bad(`The array must have one dimension in C order; its shape is (${shape.join(', ')}).`);
    const columns = columnsOf(type, order.roles);
    const rows = new FixedRecordReader(type.itemBytes);
    const unit = this.#unit ?? order.unit ?? 'us';
    this.account.headerBytes = bytes;
    this.#isUnfinished = shape[0] === UNKNOWN_ROWS;
    this.#saysNone = shape[0] === 0 || this.#isUnfinished;
    this.#left = this.#saysNone ? Infinity : shape[0]! * type.itemBytes;
    this.#array = { rows, type, columns, reader: new RowReader(this.sink(), unit, this.geometry) };
  }

  #pushRows(bytes: Uint8Array): void {
    const { rows, type, columns, reader } = this.#array!;
    if (bytes.length > 0 && this.#left === Infinity) {
      this.#left = Number.MAX_SAFE_INTEGER;
      const at = this.account.headerBytes;
      this.damage('CORRUPT_DATA', at, 'The header does not say how many events follow; they are read.');
    }
    const data = bytes.subarray(0, this.#left);
    this.#left -= data.length;
    rows.push(data, (records, offset, count) => {
      const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
      const column = (role: ColumnRole): NumberColumn => ({
        view,
        stride: type.itemBytes,
        offset: offset + columns[role].offset,
        type: columns[role].type,
      });
      reader.read({ t: column('t'), x: column('x'), y: column('y'), p: column('p') }, count);
    });
    if (bytes.length > data.length && !this.#hasExcess) {
      this.#hasExcess = true;
      const at = this.account.bytes - bytes.length + data.length;
      this.damage(
        'CORRUPT_DATA',
        at,
        'Bytes follow the last event that the header states; they are left out.',
      );
    }
  }
}

type FieldPlaces = Readonly<Record<ColumnRole, Pick<NumberColumn, 'offset' | 'type'>>>;

interface StructArray {
  readonly rows: FixedRecordReader;
  readonly type: StructType;
  readonly columns: FieldPlaces;
  readonly reader: RowReader;
}

function columnsOf({ fields }: StructType, roles: readonly (ColumnRole | null)[]): FieldPlaces {
  const places = COLUMN_ROLES.map((role) => {
    const { name, offset, type } = fields[roles.indexOf(role)]!;
    if (type === null) throw bad(`Field "${name}" must be an integer, floating-point or boolean number.`);
    return [role, { offset, type }] as const;
  });
  return Object.fromEntries(places) as FieldPlaces;
}

function bad(problem: string): EventFormatError {
  return new EventFormatError('BAD_HEADER', 0, problem);
}
