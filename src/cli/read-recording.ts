/** Reading a recording from start to end in bounded memory. */
import { openInTurn, type RecordingEntry } from '../../datasets/sources/source.ts';
import type { EventBatch } from '../events/index.ts';
import {
  createDecoder,
  detectFormat,
  DETECTION_BYTES,
  eventFormats,
  recycleBatch,
  type Detection,
  type DetectionHints,
  type EventDecoder,
  type EventFormat,
} from '../formats/index.ts';
import { packingOf } from '../formats/unpack/packings.ts';
import { decodeBytes, type DecodeBytesOptions } from '../pipeline/decode-bytes.ts';
import { orAborted } from './interruptible.ts';

/**
 * The batches of a recording, each good until the next is asked for; see {@link decodeBytes}. A signal ends the wait for
 * bytes too.
 */
export async function* decodeRecording(
  entry: RecordingEntry,
  decoder: EventDecoder,
  options: DecodeBytesOptions = {},
): AsyncGenerator<EventBatch, void, undefined> {
  const source = entry.openAnywhere?.();
  const reading = { ...options, ...(source && { source }) };
  try {
    for await (const batch of decodeBytes(
      untilAborted(openInTurn(entry), options.signal),
      decoder,
      reading,
    )) {
      yield batch;
      recycleBatch(batch);
    }
  } finally {
    await source?.close();
  }
}

async function* untilAborted(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await orAborted(iterator.next(), signal);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not awaited: an answer comes when the next chunk does.
    void iterator.return?.();
  }
}

/** Tells the format without decoding. */
export async function detectRecording(
  entry: RecordingEntry,
  hints: DetectionHints,
  signal?: AbortSignal,
): Promise<Detection> {
  const head = new Uint8Array(DETECTION_BYTES);
  let length = 0;
  for await (const chunk of untilAborted(openInTurn(entry), signal)) {
    const part = chunk.subarray(0, DETECTION_BYTES - length);
    head.set(part, length);
    length += part.length;
    if (length === DETECTION_BYTES) break;
  }
  const known = { fileName: entry.id, ...hints };
  const found = head.subarray(0, length);
  if (packingOf(found, known, hints.formats ?? eventFormats) === null) return detectFormat(found, known);
  return detectPacked(entry, known, signal);
}

/** Unpacks a recording as far as it takes. */
async function detectPacked(
  entry: RecordingEntry,
  hints: DetectionHints,
  signal: AbortSignal | undefined,
): Promise<Detection> {
  const decoder = createDecoder<readonly EventFormat[]>({ ...hints });
  for await (const batch of decodeBytes(untilAborted(openInTurn(entry), signal), decoder)) {
    recycleBatch(batch);
    if (decoder.detection !== undefined) return decoder.detection;
  }
  return decoder.detection ?? detectFormat(new Uint8Array(0), hints);
}
