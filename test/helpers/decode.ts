import { concatBatches, encodeCanonicalRecords, type EventBatch } from '../../src/events/index.ts';
import type { EventDecoder } from '../../src/formats/index.ts';

/** Chunks of the given sizes, repeated, each in memory of its own. */
export function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = Math.min(bytes.length, at + Math.max(1, sizes[i % sizes.length]!));
    yield bytes.slice(at, end);
    at = end;
  }
}

/** All events of a decoder that is fed in chunks of the given sizes, repeated. */
export function decodeAll(
  decoder: EventDecoder,
  bytes: Uint8Array,
  chunkSizes: readonly number[] = [Infinity],
): EventBatch {
  const batches: EventBatch[] = [];
  for (const chunk of chunksOf(bytes, chunkSizes)) batches.push(...decoder.push(chunk));
  batches.push(...decoder.finish());
  return concatBatches(batches);
}

/** The canonical stream as a text that equals another one's where the events do. */
export function canonicalText(batch: EventBatch): string {
  return new TextDecoder('latin1').decode(encodeCanonicalRecords(batch));
}
