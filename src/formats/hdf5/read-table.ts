/** Which rows lie in which millisecond, by DSEC's own table `/ms_to_idx` (github.com/uzh-rpg/DSEC, scripts/utils/eventslicer.py). */
import { COLUMN_ROLES } from '../columns.ts';
import { EventFormatError } from '../errors.ts';
import type { FormatTable, TablePiece } from '../format-table.ts';
import { readNumbers } from '../npy/numbers.ts';
import type { ByteTask } from '../random-access.ts';
import { DatasetReader, SLICE_BYTES } from './dataset-reader.ts';
import type { Hdf5DecoderOptions } from './decoder.ts';
import { openHdf5File } from './file/file-reader.ts';
import { Hdf5Tree } from './file/tree.ts';
import { columnIn } from './layouts/columns.ts';
import { dsecLayout } from './layouts/dsec.ts';
import { propheseeLayout } from './layouts/prophesee.ts';
import type { ColumnPlace, EventsPlace, LayoutOptions } from './layouts/layout.ts';

const MICROS = 1000;
/** More make no quicker search. */
const MOST_PIECES = 16_384;
/** Milliseconds looked at: a day. */
const MOST_ENTRIES = 2 ** 27;

/**
 * Reads the table, if the file is laid out as DSEC's are, with whole times in microseconds, and the table's rows go forwards.
 * `null`: the events must be looked at. A place is a row at which chunks of all columns begin: there decoders pause.
 */
export function* readHdf5Table(
  size: number,
  { hdf5Path, timeUnit, columns }: Hdf5DecoderOptions,
  layoutOptions: LayoutOptions,
): ByteTask<FormatTable | null> {
  if (hdf5Path !== undefined || columns !== undefined || (timeUnit ?? 'us') !== 'us') return null;
  try {
    const tree = new Hdf5Tree(yield* openHdf5File());
    if ((yield* propheseeLayout.find(tree, layoutOptions)).length > 0) return null;
    const [place, ...others] = yield* dsecLayout.find(tree, layoutOptions);
    const table = yield* tree.dataset('/ms_to_idx');
    const firsts = table === null ? null : columnIn(table);
    if (
      place === undefined ||
      place.columns === null ||
      others.length > 0 ||
      place.unit !== 'us' ||
      firsts === null
    )
      return null;
    return yield* tableOf(size, place, firsts, layoutOptions);
  } catch (error) {
    if (error instanceof EventFormatError) return null;
    throw error;
  }
}

function* tableOf(
  size: number,
  { columns, timeOffset = 0 }: EventsPlace,
  firsts: ColumnPlace,
  { maxChunkBytes }: LayoutOptions,
): ByteTask<FormatTable | null> {
  const places = COLUMN_ROLES.map((role) => columns![role]);
  const { t } = columns!;
  const rows = entriesOf(t);
  const isPlain =
    places.every(({ dataset: { shape } }) => shape.length === 1 && shape[0] === rows) &&
    [t, firsts].every(({ type }) => type.kind === 'u' || type.kind === 'i');
  if (!isPlain || rows === 0 || entriesOf(firsts) > MOST_ENTRIES || !Number.isSafeInteger(timeOffset))
    return null;
  const step = stepOf(places, rows);
  const times = readerOf(t, maxChunkBytes);
  const first = (yield* numbersFrom(t, times, 0))?.[0];
  const last = (yield* numbersFrom(t, times, rows - 1))?.[0];
  const bounds = yield* boundsOf(firsts, rows, step, maxChunkBytes);
  if (bounds === null || first === undefined || last === undefined || last < first) return null;
  const pieces = bounds.map(({ row, earliest, latest }, i): TablePiece => ({
    point: { byteOffset: Math.floor((row / rows) * size), segment: 0, state: [row] },
    events: Math.min(step, rows - row),
    tEarliest: timeOffset + (i === 0 ? first : Math.max(first, earliest)),
    tLatest: timeOffset + (i === bounds.length - 1 ? last : Math.min(last, latest)),
  }));
  return { headerBytes: 0, pieces };
}

/** Rows from one place to the next: a multiple of what lies together of each column. */
function stepOf(places: readonly ColumnPlace[], rows: number): number {
  const together = places.map(({ dataset: { layout } }) =>
    layout.kind === 'chunked' ? layout.chunk[0]! : SLICE_BYTES,
  );
  const common = together.reduce((product, count) => (product / commonDivisor(product, count)) * count, 1);
  return common * Math.max(1, Math.ceil(rows / common / MOST_PIECES));
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** What the table says of the times in front of a row and from it on. */
interface Bounds {
  readonly row: number;
  /** No event from the row on is earlier. */
  earliest: number;
  /** No event in front of the next place's row is later. */
  latest: number;
}

/** `null` where the table does not go forwards, or beyond the rows. */
function* boundsOf(
  table: ColumnPlace,
  rows: number,
  step: number,
  maxChunkBytes: number,
): ByteTask<Bounds[] | null> {
  const entries = entriesOf(table);
  const reader = readerOf(table, maxChunkBytes);
  const bounds: Bounds[] = [{ row: 0, earliest: -Infinity, latest: Infinity }];
  let previous = 0;
  for (let entry = 0; entry < entries;) {
    const numbers = yield* numbersFrom(table, reader, entry);
    if (numbers === null) return null;
    for (const row of numbers) {
      if (!(row >= previous && row <= rows)) return null;
      previous = row;
      take(bounds, row, entry++ * MICROS, { rows, step });
    }
  }
  const earliest = (entries - 1) * MICROS;
  for (let row = bounds.at(-1)!.row + step; row < rows; row += step)
    bounds.push({ row, earliest, latest: Infinity });
  return bounds;
}

/** All events in front of a row are earlier than a time, and none from it on is. */
function take(
  bounds: Bounds[],
  row: number,
  micros: number,
  { rows, step }: { readonly rows: number; readonly step: number },
): void {
  for (let open = bounds.at(-1)!; ; open = bounds.at(-1)!) {
    const next = open.row + step;
    if (next >= rows || row < next) break;
    open.latest = micros - 1;
    // The row is that of an earlier time unless it is the place's own.
    bounds.push({ row: next, earliest: micros - MICROS, latest: Infinity });
  }
  const open = bounds.at(-1)!;
  if (row <= open.row) open.earliest = micros;
}

function entriesOf({ dataset, axis }: ColumnPlace): number {
  return dataset.shape[axis]!;
}

function readerOf({ dataset }: ColumnPlace, maxChunkBytes: number): DatasetReader {
  return new DatasetReader(dataset, { maxChunkBytes, onElements: () => undefined });
}

/** Numbers of a column from a row on, as many as lie together; `null` where there are none. */
function* numbersFrom(
  column: ColumnPlace,
  reader: DatasetReader,
  row: number,
): ByteTask<Float64Array | null> {
  const { hole, view, offset, stride, from, to } = yield* reader.stretch(column.axis, 0, row);
  if (hole !== null || to <= row) return null;
  const numbers = new Float64Array(to - row);
  readNumbers({ view, offset: offset + column.offset, stride, type: column.type }, row - from, numbers);
  return numbers;
}
