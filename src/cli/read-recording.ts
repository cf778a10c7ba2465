/** Reading a recording from start to end in bounded memory. */
import type { RecordingEntry } from '../../datasets/sources/source.ts';
import type { EventBatch } from '../events/index.ts';
import {
  detectFormat,
  DETECTION_BYTES,
  recycleBatch,
  type Detection,
  type DetectionHints,
  type EventDecoder,
} from '../formats/index.ts';
import { orAborted } from './interruptible.ts';

/** Bytes decoded at once: some formats make many events of few bytes. */
const PIECE_BYTES = 256 * 1024;

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
  const chunks = open()[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value: chunk } = await orAborted(chunks.next(), signal);
      if (done) break;
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        signal?.throwIfAborted();
        yield* inTurn(decoder.push(chunk.subarray(at, at + PIECE_BYTES)));
        await onPiece?.(decoder.report.bytes);
      }
    }
  } finally {
    // Not awaited: it comes when the next chunk does.
    void chunks.return?.();
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
