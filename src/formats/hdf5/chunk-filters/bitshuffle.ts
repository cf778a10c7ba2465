/** Bits of elements sorted by their place in the element, as Bitshuffle and Blosc do. */
import { CodecError } from '../../aedat4/codec/codec-error.ts';

/** Elements whose bits lie together. */
const TOGETHER = 8;

/** Puts bits back to their elements, of which there must be a multiple of eight. @throws {@link CodecError} */
export function unshuffleBits(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const count = Math.floor(bytes.length / Math.max(1, elementBytes));
  // Versions of Blosc differ in what they do then.
  if (count % TOGETHER !== 0)
    throw new CodecError(
      'CORRUPT_DATA',
      'A block of shuffled bits has elements that are no multiple of eight.',
    );
  const out = new Uint8Array(bytes.length);
  const rowBytes = count / TOGETHER;
  for (let place = 0; place < elementBytes; place++) {
    for (let bit = 0; bit < 8; bit++) {
      const row = (8 * place + bit) * rowBytes;
      for (let i = 0; i < rowBytes; i++) {
        const bits = bytes[row + i]!;
        if (bits === 0) continue;
        for (let j = 0; j < TOGETHER; j++)
          if ((bits >>> j) & 1) out[(TOGETHER * i + j) * elementBytes + place]! |= 1 << bit;
      }
    }
  }
  out.set(bytes.subarray(count * elementBytes), count * elementBytes);
  return out;
}
