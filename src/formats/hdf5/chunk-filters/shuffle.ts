/** Filter 2: bytes of elements sorted by their place in the element. */
import { IS_LITTLE_ENDIAN, takeFresh } from '../../bytes.ts';
import type { ChunkFilter } from './filter.ts';
import { joinByKernel } from './shuffle-kernel.ts';

export const shuffleFilter: ChunkFilter = {
  id: 2,
  name: 'shuffle',
  decode: (bytes, [elementBytes = 1], _, take) => unshuffle(bytes, elementBytes, take(bytes.length)),
};

/**
 * Puts bytes back to their elements; those behind the last whole element stay as they are.
 *
 * @param out as many bytes in other memory, where they go.
 */
export function unshuffle(
  bytes: Uint8Array,
  elementBytes: number,
  out: Uint8Array = takeFresh(bytes.length),
): Uint8Array {
  const count = elementBytes < 2 ? 0 : Math.floor(bytes.length / elementBytes);
  // A file may state any size, of which there are none.
  if (count === 0) out.set(bytes);
  else if (!joinByKernel(bytes, elementBytes, count, out)) joinPlainly(bytes, elementBytes, count, out);
  out.set(bytes.subarray(count * elementBytes), count * elementBytes);
  return out;
}

function joinPlainly(bytes: Uint8Array, elementBytes: number, count: number, out: Uint8Array): void {
  const isAligned = (size: number): boolean =>
    IS_LITTLE_ENDIAN && elementBytes % size === 0 && out.byteOffset % size === 0;
  if (elementBytes === 2 && isAligned(2)) joinPairs(bytes, out, count);
  else if (isAligned(4)) joinFours(bytes, out, count, elementBytes);
  else joinAny(bytes, out, count, elementBytes);
}

/** Of elements of any size, byte by byte. */
function joinAny(bytes: Uint8Array, out: Uint8Array, count: number, elementBytes: number): void {
  for (let place = 0, from = 0; place < elementBytes; place++)
    for (let i = 0, to = place; i < count; i++, to += elementBytes) out[to] = bytes[from++]!;
}

/** Of two bytes: an element is written at once, 0.9 ns a byte instead of 1.7. */
function joinPairs(bytes: Uint8Array, out: Uint8Array, count: number): void {
  const elements = new Uint16Array(out.buffer, out.byteOffset, count);
  for (let i = 0; i < count; i++) elements[i] = bytes[i]! | (bytes[count + i]! << 8);
}

/** Of 4, 8, 12 and so on: four bytes at once. */
function joinFours(bytes: Uint8Array, out: Uint8Array, count: number, elementBytes: number): void {
  const step = elementBytes / 4;
  const words = new Uint32Array(out.buffer, out.byteOffset, step * count);
  for (let word = 0; word < step; word++) {
    const from = 4 * word * count;
    for (let i = 0, to = word; i < count; i++, to += step)
      words[to] =
        bytes[from + i]! |
        (bytes[from + count + i]! << 8) |
        (bytes[from + 2 * count + i]! << 16) |
        (bytes[from + 3 * count + i]! << 24);
  }
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
