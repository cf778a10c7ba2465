/** Reads the columns of one camera's events, a stretch of rows at a time. */
import type { SensorGeometry } from '../../events/index.ts';
import { IS_LITTLE_ENDIAN } from '../bytes.ts';
import { COLUMN_ROLES, columnsExample, type ColumnRole } from '../columns.ts';
import { EventFormatError } from '../errors.ts';
import { readNumbers, type NumberColumn } from '../npy/numbers.ts';
import { RowReader } from '../npy/row-reader.ts';
import type { DecoderSink } from '../push-decoder.ts';
import type { ByteTask } from '../random-access.ts';
import { PAUSE } from '../task-steps.ts';
import { settledUnit, type TimeUnit } from '../time-unit.ts';
import { DatasetReader, type Hole, type ReadingLimits, type Stretch } from './dataset-reader.ts';
import type { Dataset } from './file/dataset.ts';
import { areSeconds, inferOrder } from './inference.ts';
import { columnsOf } from './layouts/columns.ts';
import type { ColumnPlace, EventsPlace } from './layouts/layout.ts';

type Columns = Readonly<Record<ColumnRole, ColumnPlace>>;

/** Rows that are looked at to tell what nothing says. */
const SAMPLE_ROWS = 4096;
/** Rows after which events are handed on. */
const PIECE_ROWS = 0x1_0000;

/** What is known beside the place of the events. */
export interface EventsReaderOptions {
  readonly sink: DecoderSink;
  readonly limits: ReadingLimits;
  readonly unit: TimeUnit | undefined;
  readonly geometry: SensorGeometry | null;
  /** What the first column and row are called, where that is not known. */
  readonly firstPixel: 0 | 1 | undefined;
}

/** See {@link EventsReader.read}. */
export class EventsReader {
  readonly #options: EventsReaderOptions;
  readonly #readers = new Map<number, DatasetReader>();
  readonly #reported = new WeakSet<Hole>();
  /** Where the stretch begins that is being read. */
  #byteOffset = 0;
  /** Rows that were read, of how many. */
  #row = 0;
  #rows = 0;
  #rowReader: RowReader | undefined;
  /** What the first place and OFF are called. */
  #origins: readonly [place: number, polarity: number] = [0, 0];

  constructor(options: EventsReaderOptions) {
    this.#options = options;
  }

  /** Which part of the rows was read. */
  get share(): number {
    return this.#row / this.#rows;
  }

  /** What must be known to go on behind the rows so far, one of which was an event; `null` before. */
  save(): readonly number[] | null {
    const state = this.#rowReader?.save() ?? null;
    return state?.every((value) => Number.isSafeInteger(value)) === true
      ? [...state, ...this.#origins]
      : null;
  }

  /**
   * Delivers all events of a place.
   *
   * @param saved what another reader of the same place saved: those behind it.
   * @throws EventFormatError
   */
  *read(place: EventsPlace, saved?: readonly number[]): ByteTask<void> {
    const { sink, geometry } = this.#options;
    const stored = place.columns ?? (yield* this.#inferColumns(place));
    const columns = place.countsFromOne === true ? yield* this.#fromZero(stored, saved) : stored;
    const lengths = COLUMN_ROLES.map((role) => rowsOf(columns[role]));
    const rows = Math.min(...lengths);
    if (rows > 0) {
      const unit = yield* this.#unit(place, columns.t);
      const placeOf = (): number => this.#byteOffset;
      const rowReader = new RowReader(shifted(sink, place.timeOffset ?? 0), { unit, geometry, placeOf });
      // What a reader of rows saves first is how many there were.
      [this.#row, this.#rows] = [saved?.[0] ?? 0, rows];
      this.#rowReader = rowReader;
      if (saved !== undefined) rowReader.restore(saved.slice(0, -this.#origins.length));
      yield* this.#readRows(columns, rows, rowReader);
      rowReader.finish();
    }
    if (new Set(lengths).size > 1) {
      const text = COLUMN_ROLES.map((role, i) => `${role} ${lengths[i]}`).join(', ');
      const problem = `The datasets differ in length (${text}); events end with the shortest.`;
      sink.damage('CORRUPT_DATA', this.#addressOf(columns.t.dataset), problem);
    }
  }

  *#readRows(columns: Columns, rows: number, reader: RowReader): ByteTask<void> {
    while (this.#row < rows) {
      const row = this.#row;
      const stretches: Stretch[] = [];
      for (const role of COLUMN_ROLES) stretches.push(yield* this.#stretch(columns[role], row));
      const holes = stretches.filter(({ hole }) => hole !== null);
      // What one column lacks is lost of all: to its end at once, which may be as far away as a file likes to state.
      const end = Math.min(
        rows,
        holes.length > 0
          ? Math.max(...holes.map(({ to }) => to))
          : Math.min(row + PIECE_ROWS, ...stretches.map(({ to }) => to)),
      );
      if (end <= row)
        throw new EventFormatError(
          'CORRUPT_DATA',
          stretches[0]!.byteOffset,
          'A dataset has a chunk of no rows.',
        );
      this.#byteOffset = stretches[0]!.byteOffset;
      this.#row = end;
      if (holes.length === 0) {
        const column = (i: number): NumberColumn => {
          const place = columns[COLUMN_ROLES[i]!];
          return counted(place, columnAt(place, stretches[i]!, row), end - row);
        };
        reader.read({ t: column(0), x: column(1), y: column(2), p: column(3) }, end - row);
        yield PAUSE;
      } else {
        for (const { hole } of holes) this.#report(hole!);
        reader.skip(end - row);
      }
    }
  }

  #report(hole: Hole): void {
    if (this.#reported.has(hole)) return;
    this.#reported.add(hole);
    this.#options.sink.damage(hole.code, hole.byteOffset, hole.message);
  }

  *#stretch({ dataset, axis, index }: ColumnPlace, row: number): ByteTask<Stretch> {
    const { address } = dataset.object;
    // Columns that are made in memory share the object that they were made of.
    const key = dataset.layout.kind === 'compact' ? -1 : address;
    const known = key < 0 ? undefined : this.#readers.get(key);
    const reader = known ?? new DatasetReader(dataset, this.#options.limits);
    if (key >= 0) this.#readers.set(key, reader);
    return yield* reader.stretch(axis, index, row);
  }

  /** The unit that is stated or, of numbers that can have a fraction, told from the first times. */
  *#unit({ unit: stated }: EventsPlace, t: ColumnPlace): ByteTask<TimeUnit | null> {
    const { unit: option, sink } = this.#options;
    const unit = settledUnit(option, stated, this.#addressOf(t.dataset));
    if (unit !== null || t.type.kind !== 'f') return unit;
    const times = yield* this.#sample(t);
    if (!areSeconds(times)) return null;
    sink.account.note({
      code: 'INFERRED_TIME_UNIT',
      message: `Times are floating-point numbers with fractions finer than a thousandth, ${times[0]} the first: taken for seconds.`,
      option: 'timeUnit',
    });
    return 's';
  }

  /** MATLAB counts from 1, people who write files of it do not always: all rows are looked at. */
  *#fromZero(columns: Columns, saved: readonly number[] | undefined): ByteTask<Columns> {
    const [first, off] = saved?.slice(-2) ?? [yield* this.#firstPixel(columns), yield* this.#off(columns.p)];
    this.#origins = [first!, off!];
    return {
      t: columns.t,
      x: { ...columns.x, origin: first! },
      y: { ...columns.y, origin: first! },
      p: { ...columns.p, origin: off! },
    };
  }

  *#firstPixel({ x, y }: Columns): ByteTask<number> {
    const { firstPixel, sink } = this.#options;
    if (firstPixel !== undefined) return firstPixel;
    const isZero = (value: number): boolean => value === 0;
    const hasZero = ((yield* this.#find(x, isZero)) ?? (yield* this.#find(y, isZero))) !== null;
    const message = hasZero
      ? 'Coordinates are counted from 0, as some are 0.'
      : 'Coordinates are taken to be counted from 1, as MATLAB does and none is 0: 1 is subtracted.';
    sink.account.note({ code: 'INFERRED_ORIGIN', message, option: 'firstPixel' });
    return hasZero ? 0 : 1;
  }

  /** What OFF is called: 1 beside 2, and what 0 and -1 are of elsewhere. */
  *#off(p: ColumnPlace): ByteTask<number> {
    if ((yield* this.#find(p, (value) => value !== 1)) !== 2) return 0;
    return (yield* this.#find(p, (value) => value !== 1 && value !== 2)) === null ? 1 : 0;
  }

  /** The first number of a column that is such a one; `null`: none of those that are there. */
  *#find(column: ColumnPlace, isSuch: (value: number) => boolean): ByteTask<number | null> {
    const reader = this.#readerAhead(column);
    const numbers = new Float64Array(SAMPLE_ROWS);
    for (let row = 0; row < rowsOf(column);) {
      const stretch = yield* reader.stretch(column.axis, column.index, row);
      if (stretch.to <= row) return null;
      while (stretch.hole === null && row < stretch.to) {
        const part = numbers.subarray(0, Math.min(SAMPLE_ROWS, stretch.to - row));
        readNumbers(columnAt(column, stretch, row), 0, part);
        const found = part.find(isSuch);
        if (found !== undefined) return found;
        row += part.length;
      }
      row = stretch.to;
      yield PAUSE;
    }
    return null;
  }

  /** @throws EventFormatError where the first rows do not tell the order. */
  *#inferColumns({ matrix, path }: EventsPlace): ByteTask<Columns> {
    const { dataset, axis } = matrix!;
    const count = dataset.shape[1 - axis]!;
    const samples: Float64Array[] = [];
    for (let index = 0; index < count; index++)
      samples.push(yield* this.#sample({ ...matrix!, index, offset: 0 }));
    const order = inferOrder(samples);
    const text = order?.roles.join(',');
    if (order === null) {
      throw new EventFormatError(
        'BAD_HEADER',
        this.#addressOf(dataset),
        `The dataset ${path} is ${dataset.shape.join(' x ')} numbers: what its columns are is not known. Say it, for example: ${columnsExample('t,x,y,p', 'hdf5', 's')}.`,
      );
    }
    this.#options.sink.account.note({
      code: 'INFERRED_COLUMNS',
      message: `The columns of ${path} have no names; by their content they are ${text}.`,
      option: 'columns',
    });
    return columnsOf(matrix!, order);
  }

  *#sample(column: ColumnPlace): ByteTask<Float64Array> {
    const reader = this.#readerAhead(column);
    const sample = new Float64Array(Math.min(SAMPLE_ROWS, rowsOf(column)));
    for (let row = 0; row < sample.length;) {
      const stretch = yield* reader.stretch(column.axis, column.index, row);
      const to = Math.min(sample.length, stretch.to);
      if (stretch.hole !== null || to <= row) return sample.slice(0, row);
      readNumbers(columnAt(column, stretch, row), 0, sample.subarray(row, to));
      row = to;
    }
    return sample;
  }

  /** Of what is looked at before it is read: what is read twice is no damage, and takes no memory. */
  #readerAhead({ dataset }: ColumnPlace): DatasetReader {
    const { maxChunkBytes } = this.#options.limits;
    return new DatasetReader(dataset, { maxChunkBytes, onElements: () => undefined });
  }

  #addressOf({ object }: Dataset): number {
    return object.file.base + object.address;
  }
}

function rowsOf({ dataset, axis }: ColumnPlace): number {
  return dataset.shape[axis]!;
}

/** Numbers from a row on. */
function columnAt({ offset, type }: ColumnPlace, stretch: Stretch, row: number): NumberColumn {
  const { view, stride, from } = stretch;
  return { view, offset: stretch.offset + offset + (row - from) * stride, stride, type };
}

/** The next numbers as they are, or counted from another one. */
function counted({ origin = 0 }: ColumnPlace, column: NumberColumn, rows: number): NumberColumn {
  if (origin === 0) return column;
  const numbers = new Float64Array(rows);
  readNumbers(column, 0, numbers);
  for (let i = 0; i < rows; i++) numbers[i]! -= origin;
  const type = { kind: 'f', bytes: 8, little: IS_LITTLE_ENDIAN } as const;
  return { view: new DataView(numbers.buffer), offset: 0, stride: 8, type };
}

/** A sink of events whose times are counted from another origin. */
function shifted(sink: DecoderSink, micros: number): DecoderSink {
  if (micros === 0) return sink;
  return {
    ...sink,
    deliver: (arrays, length, statistics) => {
      for (let i = 0; i < length; i++) arrays.t[i]! += micros;
      sink.deliver(arrays, length, statistics);
    },
  };
}
