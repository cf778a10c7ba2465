import { concatBatches, encodeCanonicalRecords, type EventBatch } from '../../src/events/index.ts';
import type { EventDecoder } from '../../src/formats/index.ts';

/** All events of a decoder that is fed in chunks of the given sizes, repeated. */
export function decodeAll(
  decoder: EventDecoder,
  bytes: Uint8Array,
  chunkSizes: readonly number[] = [Infinity],
): EventBatch {
  const batches: EventBatch[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = Math.min(bytes.length, at + Math.max(1, chunkSizes[i % chunkSizes.length]!));
    batches.push(...decoder.push(bytes.slice(at, end)));
    at = end;
  }
  batches.push(...decoder.finish());
  return concatBatches(batches);
}

/** The canonical stream as a text that equals another one's where the events do. */
export function canonicalText(batch: EventBatch): string {
  return new TextDecoder('latin1').decode(encodeCanonicalRecords(batch));
}
