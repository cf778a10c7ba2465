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
    return state?.every((value) => Number.isSafeInteger(value)) === true ? state : null;
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
    const columns = place.countsFromOne === true ? yield* this.#fromZero(stored) : stored;
    const lengths = COLUMN_ROLES.map((role) => rowsOf(columns[role]));
    const rows = Math.min(...lengths);
    if (rows > 0) {
      const unit = yield* this.#unit(place, columns.t);
      const placeOf = (): number => this.#byteOffset;
      const rowReader = new RowReader(shifted(sink, place.timeOffset ?? 0), { unit, geometry, placeOf });
      // What a reader of rows saves first is how many there were.
      [this.#row, this.#rows] = [saved?.[0] ?? 0, rows];
      this.#rowReader = rowReader;
      if (saved !== undefined) rowReader.restore(saved);
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

  /** MATLAB counts from 1, people who write files of it do not always. */
  *#fromZero(columns: Columns): ByteTask<Columns> {
    const { firstPixel, sink } = this.#options;
    const [x, y, p] = [
      yield* this.#sample(columns.x),
      yield* this.#sample(columns.y),
      yield* this.#sample(columns.p),
    ];
    const hasZero = [...x, ...y].some((value) => value === 0);
    const origin = firstPixel ?? (hasZero ? 0 : 1);
    if (firstPixel === undefined) {
      const message = hasZero
        ? 'Coordinates are counted from 0, as some of the first ones are 0.'
        : `Coordinates are taken to be counted from 1, as MATLAB does and none of the first ${x.length} is 0: 1 is subtracted.`;
      sink.account.note({ code: 'INFERRED_ORIGIN', message, option: 'firstPixel' });
    }
    const isOneOrTwo = p.includes(2) && p.every((value) => value === 1 || value === 2);
    return {
      t: columns.t,
      x: { ...columns.x, origin },
      y: { ...columns.y, origin },
      p: { ...columns.p, origin: isOneOrTwo ? 1 : 0 },
    };
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
    if (rowsOf(column) === 0) return new Float64Array(0);
    const stretch = yield* this.#stretch(column, 0);
    if (stretch.hole !== null) return new Float64Array(0);
    const sample = new Float64Array(Math.min(SAMPLE_ROWS, stretch.to, rowsOf(column)));
    readNumbers(columnAt(column, stretch, 0), 0, sample);
    return sample;
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
