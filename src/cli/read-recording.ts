/** Reading a recording from start to end in bounded memory. */
import { RecordingOpener, type RecordingEntry } from '../../datasets/index.ts';
import type { EventBatch } from '../events/index.ts';
import {
  detectFormat,
  DETECTION_BYTES,
  recycleBatch,
  type Detection,
  type DetectionHints,
  type EventDecoder,
} from '../formats/index.ts';

/** Bytes decoded at once: some formats make many events of few bytes. */
const PIECE_BYTES = 256 * 1024;

/** Opens a recording (a file, or `archive.zip!member`) for as long as `use` takes. */
export async function withRecording<T>(
  location: string,
  use: (entry: RecordingEntry) => Promise<T>,
): Promise<T> {
  const opener = new RecordingOpener();
  try {
    return await use(await opener.open(location));
  } finally {
    await opener.close();
  }
}

/** What {@link decodeRecording} may be told. */
export interface DecodeRecordingOptions {
  /** Called and awaited after each piece, with the bytes decoded so far. */
  readonly onPiece?: (bytes: number) => void | Promise<void>;
  /** Its reason is thrown. */
  readonly signal?: AbortSignal;
}

/**
 * The batches of a recording, each good until the next is asked for. The next piece is read when the last one's
 * batches were taken.
 */
export async function* decodeRecording(
  { open }: RecordingEntry,
  decoder: EventDecoder,
  { onPiece, signal }: DecodeRecordingOptions = {},
): AsyncGenerator<EventBatch, void, undefined> {
  for await (const chunk of open()) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      signal?.throwIfAborted();
      yield* inTurn(decoder.push(chunk.subarray(at, at + PIECE_BYTES)));
      await onPiece?.(decoder.report.bytes);
    }
  }
  signal?.throwIfAborted();
  yield* inTurn(decoder.finish());
}

function* inTurn(batches: readonly EventBatch[]): Generator<EventBatch, void, undefined> {
  for (const batch of batches) {
    yield batch;
    recycleBatch(batch);
  }
}

/** Tells the format without decoding. */
export async function detectRecording(entry: RecordingEntry, hints: DetectionHints): Promise<Detection> {
  const head = new Uint8Array(DETECTION_BYTES);
  let length = 0;
  for await (const chunk of entry.open()) {
    const part = chunk.subarray(0, DETECTION_BYTES - length);
    head.set(part, length);
    length += part.length;
    if (length === DETECTION_BYTES) break;
  }
  return detectFormat(head.subarray(0, length), { fileName: entry.id, ...hints });
}
