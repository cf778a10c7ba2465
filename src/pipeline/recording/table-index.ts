/** An index made of the format's own table: nothing but the first events is decoded. */
import { OptionError, type RateCurve, type SensorGeometry } from '../../events/index.ts';
import {
  DETECTION_BYTES,
  EventFormatError,
  eventFormats,
  type DetectingDecoder,
  type EventFormat,
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
  const { source, createDecoder, decoding } = request;
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
  const first = table === null ? null : await readFirst(source, decoder);
  if (table === null || first === null || first.tMicros !== table.pieces[0]!.tEarliest) return null;
  const prefixBytes = Math.max(table.headerBytes, DETECTION_BYTES);
  return indexOf(table.pieces, { ...request, format, geometry: decoder.geometry, prefixBytes });
}

/** What an index states beside what its table says. */
export interface TableRecording extends Pick<TableIndexRequest, 'source' | 'decodingText'> {
  readonly format: EventFormat;
  readonly geometry: SensorGeometry | null;
  readonly prefixBytes: number;
}

/** The index of a recording whose events lie in these pieces. */
export async function indexOf(
  pieces: readonly TablePiece[],
  { source, decodingText, format, geometry, prefixBytes }: TableRecording,
): Promise<RecordingIndex> {
  const first = pieces[0]!.tEarliest;
  const last = pieces.reduce((latest, { tLatest }) => Math.max(latest, tLatest), first);
  const events = pieces.reduce((sum, piece) => sum + piece.events, 0);
  return {
    ...{ origin: 'table', file: await fingerprintOf(source), format: format.id, decoding: decodingText },
    geometry,
    prefixBytes: Math.min(source.size, prefixBytes),
    stretches: stretchesOf(pieces, first, leastStretch(source)),
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

/** Bytes of a stretch, but for the last. */
export function leastStretch({ size }: RandomAccessSource): number {
  return Math.max(STRETCH_BYTES, Math.ceil(size / MAX_STRETCHES));
}

/** Time of the first event that the decoder gives, and the bytes that it was given; `null` where none comes soon. @throws EventFormatError */
export async function readFirst(
  source: RandomAccessSource,
  decoder: DetectingDecoder,
): Promise<{ readonly tMicros: number; readonly bytes: number } | null> {
  let access: RandomAccess | null = null;
  let bytes = 0;
  while (bytes < Math.min(HEAD_BYTES, source.size) && access === null) {
    const piece = await source.read(bytes, PIECE_BYTES);
    bytes += piece.length;
    const [batch] = decoder.push(piece);
    if (batch !== undefined) return { tMicros: batch.t[0]!, bytes };
    access = decoder.openRandomAccess(source.size);
  }
  const tMicros = access && (await firstSupplied(source, access));
  return tMicros === null ? null : { tMicros, bytes };
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

function stretchesOf(pieces: readonly TablePiece[], tOrigin: number, leastBytes: number): IndexStretch[] {
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

/** The events of a piece are taken to be spread over it evenly. */
function rateOf(pieces: readonly TablePiece[], first: number, last: number): RateCurve {
  const spanMicros = last - first;
  const binMicros = Math.max(1, Math.ceil((spanMicros + 1) / BINS));
  const counts = new Array<number>(Math.floor(spanMicros / binMicros) + 1).fill(0);
  const binOf = (micros: number): number =>
    Math.min(counts.length - 1, Math.max(0, Math.floor((micros - first) / binMicros)));
  for (const { events, tEarliest, tLatest } of pieces) {
    const from = binOf(tEarliest);
    const to = Math.max(from, binOf(tLatest));
    const span = Math.max(1, tLatest - tEarliest + 1);
    let counted = 0;
    for (let bin = from; bin <= to; bin++) {
      const part = (first + (bin + 1) * binMicros - tEarliest) / span;
      const upTo = bin === to ? events : Math.round(events * part);
      counts[bin]! += upTo - counted;
      counted = upTo;
    }
  }
  return { binMicros, spanMicros, counts };
}
