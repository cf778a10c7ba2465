/** An index made of a table that another program wrote beside the recording; see `TableBeside`. */
import type { EventBatch } from '../../events/index.ts';
import {
  DETECTION_BYTES,
  EventFormatError,
  eventFormats,
  recycleBatch,
  runByteTask,
  type DetectingDecoder,
  type EventFormat,
  type PlaceBeside,
  type RandomAccessSource,
  type ResumePoint,
  type TableBeside,
  type TablePiece,
} from '../../formats/index.ts';
import { RecordingAccessError } from './errors.ts';
import { STRETCH_BYTES, type RecordingIndex } from './recording-index.ts';
import { sourceChunks } from './source-chunks.ts';
import { indexOf, leastStretch, readFirst, type TableIndexRequest } from './table-index.ts';

/** So much of what leads up to a place is decoded until it tells the state: less than a stretch. */
const LEAD_BYTES = [2048, 16_384, 131_072];
const READ_AT_ONCE = 32;
/** A table that ends so long before the recording does is no table of it. */
const MOST_LAST_BYTES = 64 * 2 ** 20;

/**
 * Reads the table. At every place the words of the recording must tell its time, and from two states that differ in everything they
 * must lead to the same one: then it is that of a decoder that came from the start.
 *
 * @returns `null` for recordings so short that nothing is to be passed over.
 * @throws RecordingAccessError `OTHER_RECORDING`, `BAD_INDEX` where it is of no use; what the sources throw.
 */
export async function readBesideIndex(
  request: TableIndexRequest,
  tableFile: RandomAccessSource,
): Promise<RecordingIndex | null> {
  if (request.source.size <= STRETCH_BYTES) return null;
  try {
    return await besideIndex(request, tableFile);
  } catch (cause) {
    if (!(cause instanceof EventFormatError)) throw cause;
    throw new RecordingAccessError(
      cause.code === 'BAD_HEADER' ? 'OTHER_RECORDING' : 'BAD_INDEX',
      cause.message,
      { cause },
    );
  }
}

async function besideIndex(
  request: TableIndexRequest,
  tableFile: RandomAccessSource,
): Promise<RecordingIndex> {
  const { source, createDecoder, decoding } = request;
  const head = await source.read(0, DETECTION_BYTES);
  const formats: readonly EventFormat[] = decoding.formats ?? eventFormats;
  const format = formats.find(
    (candidate) =>
      candidate.tableBeside !== undefined &&
      (decoding.format ?? candidate.id) === candidate.id &&
      candidate.sniff(head)?.confidence === 'certain',
  );
  const decoder = createDecoder();
  const first = format === undefined ? null : await readFirst(source, decoder);
  if (format?.tableBeside === undefined || first === null)
    throw useless('the recording is of a format that has no table beside it, or has no events soon');
  const { size } = source;
  const { headerBytes, headerLines } = decoder.report;
  const task = format.tableBeside.read(
    tableFile.size,
    { size, headerBytes, headerLines },
    leastStretch(source),
  );
  const pieces: TablePiece[] = [];
  let [events, tEarliest] = [0, first.tMicros];
  let point: ResumePoint = { byteOffset: 0, segment: 0, state: [] };
  for await (const { place, lead } of withLeads(await runByteTask(task, tableFile), source)) {
    events += place.events;
    const next = await pointAt(place, lead, format.tableBeside, source, decoder);
    if (next === null || events === 0) continue;
    pieces.push({ point, events, tEarliest, tLatest: place.tMicros });
    [point, tEarliest, events] = [next, place.tMicros, 0];
  }
  if (pieces.length === 0)
    throw useless('what leads up to its places does not tell what words behind them refer to');
  let last = await lastPiece(point, source, decoder);
  // The last event is in the last piece.
  while (last.events === 0 && pieces.length > 1) last = await lastPiece(pieces.pop()!.point, source, decoder);
  if (last.events === 0) throw useless('it counts events where none are');
  pieces.push(last);
  const about = { geometry: decoder.geometry, prefixBytes: first.bytes };
  return indexOf(pieces, { ...request, format, ...about });
}

/** Places with so much of what leads up to them as is enough for most: some are read at once, as each read is a wait. */
async function* withLeads(
  places: readonly PlaceBeside[],
  source: RandomAccessSource,
): AsyncGenerator<{ readonly place: PlaceBeside; readonly lead: Uint8Array }, void, undefined> {
  for (let i = 0; i < places.length; i += READ_AT_ONCE) {
    const some = places.slice(i, i + READ_AT_ONCE);
    const leads = await Promise.all(
      some.map(({ byteOffset }) => bytesBefore(byteOffset, LEAD_BYTES[0]!, source)),
    );
    for (const [n, place] of some.entries()) yield { place, lead: leads[n]! };
  }
}

/** How to go on at a place; `null` where what leads up to it does not tell. */
async function pointAt(
  { byteOffset, tMicros }: PlaceBeside,
  firstLead: Uint8Array,
  table: TableBeside,
  source: RandomAccessSource,
  decoder: DetectingDecoder,
): Promise<ResumePoint | null> {
  let isTold = false;
  for (const bytes of LEAD_BYTES) {
    const lead = bytes === firstLead.length ? firstLead : await bytesBefore(byteOffset, bytes, source);
    const from = byteOffset - bytes;
    const [one, other] = table.guesses(tMicros).map((guess) => endOf(guess, from, lead, decoder));
    const state = one!;
    isTold = isSame(state, other!);
    const settled = isTold ? table.settle(state, tMicros) : null;
    if (settled !== null) return { byteOffset, segment: 0, state: settled };
  }
  if (!isTold) return null;
  throw new RecordingAccessError(
    'OTHER_RECORDING',
    `The table beside the recording is of another one, or this one has changed: at byte ${byteOffset} it is not ${tMicros} µs.`,
  );
}

/** The bytes that lead up to a place. Not by `read`, which a file answers with a window around what is asked for. */
async function bytesBefore(
  byteOffset: number,
  length: number,
  source: RandomAccessSource,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  for await (const chunk of sourceChunks(source, byteOffset - length, byteOffset)) {
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  return bytes;
}

/** The state that decoding bytes leads to. @throws EventFormatError */
function endOf(
  state: readonly number[],
  byteOffset: number,
  bytes: Uint8Array,
  decoder: DetectingDecoder,
): readonly number[] {
  decoder.resume({ byteOffset, segment: 0, state });
  decoder.push(bytes).forEach(recycleBatch);
  return decoder.resumePoint()?.state ?? [];
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length > 0 && a.every((value, i) => value === b[i]);
}

/** The events behind the last place: they are not in the table. */
async function lastPiece(
  point: ResumePoint,
  source: RandomAccessSource,
  decoder: DetectingDecoder,
): Promise<TablePiece> {
  const rest = source.size - point.byteOffset;
  if (rest > MOST_LAST_BYTES) throw useless(`it says nothing of the last ${rest} bytes`);
  decoder.resume(point);
  const piece = { point, events: 0, tEarliest: Infinity, tLatest: -Infinity };
  const take = (batches: readonly EventBatch[]): void => {
    for (const batch of batches) {
      piece.events += batch.length;
      for (const micros of batch.t) {
        piece.tEarliest = Math.min(piece.tEarliest, micros);
        piece.tLatest = Math.max(piece.tLatest, micros);
      }
      recycleBatch(batch);
    }
  };
  for await (const chunk of sourceChunks(source, point.byteOffset, source.size)) take(decoder.push(chunk));
  take(decoder.finish());
  return piece;
}

function useless(problem: string): RecordingAccessError {
  return new RecordingAccessError('BAD_INDEX', `The table beside the recording does not help: ${problem}.`);
}
