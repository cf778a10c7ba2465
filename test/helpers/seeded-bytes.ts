import { SeededRandom } from '../../src/events/index.ts';

/** Bytes that repeat after 4,001, a number that no buffer's size is a multiple of; the same for the same length. */
export function seededBytes(length: number): Uint8Array {
  const random = new SeededRandom(length);
  const block = Uint8Array.from({ length: Math.min(length, 4001) }, () => random.integer(256));
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += block.length) bytes.set(block.subarray(0, length - at), at);
  return bytes;
}
