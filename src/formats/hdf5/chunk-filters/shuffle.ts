/** Filter 2: bytes of elements sorted by their place in the element. */
import type { ChunkFilter } from './filter.ts';

export const shuffleFilter: ChunkFilter = {
  id: 2,
  name: 'shuffle',
  decode: (bytes, [elementBytes = 1]) => unshuffle(bytes, elementBytes),
};

/** Puts bytes back to their elements; those behind the last whole element stay as they are. */
export function unshuffle(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const count = elementBytes < 2 ? 0 : Math.floor(bytes.length / elementBytes);
  if (count < 2) return bytes;
  const out = new Uint8Array(bytes.length);
  for (let place = 0, from = 0; place < elementBytes; place++)
    for (let i = 0, to = place; i < count; i++, to += elementBytes) out[to] = bytes[from++]!;
  out.set(bytes.subarray(count * elementBytes), count * elementBytes);
  return out;
}

/** The other way round. */
export function shuffle(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const count = elementBytes < 2 ? 0 : Math.floor(bytes.length / elementBytes);
  if (count < 2) return bytes;
  const out = new Uint8Array(bytes.length);
  for (let place = 0, to = 0; place < elementBytes; place++)
    for (let i = 0, from = place; i < count; i++, from += elementBytes) out[to++] = bytes[from]!;
  out.set(bytes.subarray(count * elementBytes), count * elementBytes);
  return out;
}
