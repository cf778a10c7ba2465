/** An index made of the format's own table: nothing but the first events is decoded. */
import { OptionError, type RateCurve } from '../../events/index.ts';
import {
  DETECTION_BYTES,
  EventFormatError,
  eventFormats,
  type DetectingDecoder,
  type EventFormat,
  type FormatTable,
  runByteTask,
  type RandomAccess,
  type RandomAccessSource,
  type TablePiece,
} from '../../formats/index.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { RecordingDecoding } from './recording.ts';
import { MAX_STRETCHES, STRETCH_BYTES, type IndexStretch, type RecordingIndex } from './recording-index.ts';

/** In less than this the first events are. */
const HEAD_BYTES = 4 * 2 ** 20;
const PIECE_BYTES = 64 * 1024;
/** Of chunks that lie anywhere. */
const MOST_FIRST_BYTES = 64 * 2 ** 20;
const BINS = 240;

/** What is known beside the table. */
export interface TableIndexRequest {
  readonly source: RandomAccessSource;
  readonly createDecoder: () => DetectingDecoder;
  readonly decoding: RecordingDecoding;
  /** The options as an index states them. */
  readonly decodingText: string;
}

/** `null` where the recording has no table that can be believed. */
export async function readTableIndex(request: TableIndexRequest): Promise<RecordingIndex | null> {
  try {
    return await tableIndex(request);
  } catch (error) {
    // Whoever reads the events is told of it.
    if (error instanceof EventFormatError || error instanceof OptionError) return null;
    throw error;
  }
}

async function tableIndex(request: TableIndexRequest): Promise<RecordingIndex | null> {
  const { source, createDecoder, decoding, decodingText } = request;
  // Of one stretch there is nothing to pass over.
  if (source.size <= STRETCH_BYTES) return null;
  const head = await source.read(0, DETECTION_BYTES);
  const { format: stated } = decoding;
  const formats: readonly EventFormat[] = decoding.formats ?? eventFormats;
  const format = formats.find(
    (candidate) =>
      candidate.readTable !== undefined &&
      (stated ?? candidate.id) === candidate.id &&
      candidate.sniff(head)?.confidence === 'certain',
  );
  const task = format?.readTable?.(source.size, { ...decoding });
  if (format === undefined || task === undefined) return null;
  const table = await runByteTask(task, source);
  const decoder = createDecoder();
  const first = table === null ? null : await firstTime(source, decoder);
  if (table === null || first === null || first !== table.pieces[0]!.tEarliest) return null;
  const { pieces, headerBytes } = table;
  const last = pieces.reduce((latest, { tLatest }) => Math.max(latest, tLatest), first);
  const events = pieces.reduce((sum, piece) => sum + piece.events, 0);
  return {
    ...{ origin: 'table', file: await fingerprintOf(source), format: format.id, decoding: decodingText },
    geometry: decoder.geometry,
    prefixBytes: Math.min(source.size, Math.max(headerBytes, DETECTION_BYTES)),
    stretches: stretchesOf(table, first, Math.max(STRETCH_BYTES, source.size / MAX_STRETCHES)),
    summary: {
      ...{ events, on: null, tFirst: first, tLast: pieces.at(-1)!.tLatest, durationMicros: last - first },
      rate: rateOf(pieces, first, last),
      segments: [
        { segment: 0, events, tFirst: first, tLast: pieces.at(-1)!.tLatest, tEarliest: first, tLatest: last },
      ],
    },
    report: null,
  };
}

/** Time of the first event that the decoder gives; `null` where it does not come soon. @throws EventFormatError */
async function firstTime(source: RandomAccessSource, decoder: DetectingDecoder): Promise<number | null> {
  let access: RandomAccess | null = null;
  for (let at = 0; at < Math.min(HEAD_BYTES, source.size) && access === null; at += PIECE_BYTES) {
    const [batch] = decoder.push(await source.read(at, PIECE_BYTES));
    if (batch !== undefined) return batch.t[0]!;
    access = decoder.openRandomAccess(source.size);
  }
  return access && firstSupplied(source, access);
}

async function firstSupplied(source: RandomAccessSource, access: RandomAccess): Promise<number | null> {
  let bytes = 0;
  for (let { wanted } = access; wanted !== null && bytes < MOST_FIRST_BYTES; { wanted } = access) {
    bytes += wanted.length;
    const [batch] = access.supply(await source.read(wanted.offset, wanted.length));
    if (batch !== undefined) return batch.t[0]!;
  }
  return null;
}

function stretchesOf({ pieces }: FormatTable, tOrigin: number, leastBytes: number): IndexStretch[] {
  const stretches: (IndexStretch & { events: number; tEarliest: number; tLatest: number })[] = [];
  for (const { point, events, tEarliest, tLatest } of pieces) {
    const open = stretches.at(-1);
    if (open === undefined || point.byteOffset - (open.point?.byteOffset ?? 0) >= leastBytes) {
      const known = { segment: 0, lastSegment: 0, tOrigin };
      stretches.push({ point: open === undefined ? null : point, events, tEarliest, tLatest, ...known });
    } else {
      open.events += events;
      open.tEarliest = Math.min(open.tEarliest, tEarliest);
      open.tLatest = Math.max(open.tLatest, tLatest);
    }
  }
  return stretches;
}

/** The events of a piece are taken to lie in its middle. */
function rateOf(pieces: readonly TablePiece[], first: number, last: number): RateCurve {
  const spanMicros = last - first;
  const binMicros = Math.max(1, Math.ceil((spanMicros + 1) / BINS));
  const counts = new Array<number>(Math.floor(spanMicros / binMicros) + 1).fill(0);
  for (const { events, tEarliest, tLatest } of pieces)
    counts[Math.max(0, Math.floor(((tEarliest + tLatest) / 2 - first) / binMicros))]! += events;
  return { binMicros, spanMicros, counts };
}
