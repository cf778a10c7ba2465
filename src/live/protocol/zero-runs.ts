/**
 * Mostly empty planes in few bytes: runs of zeros are left out. The bytes are groups of a u8 number of zeros, a u8 number
 * of values, and the values; zeros behind the last group are not written.
 */
import { ProtocolError } from './errors.ts';

const MOST = 255;

/** Packs a plane. At most 3 bytes in place of 2, where every second value is zero. */
export function packZeroRuns(values: Uint8Array): Uint8Array {
  // The worst: a group of three bytes for each value that is not zero.
  const packed = new Uint8Array(2 * values.length + 3);
  let end = 0;
  for (let at = 0; ;) {
    let from = at;
    while (from < values.length && values[from] === 0) from++;
    if (from === values.length) return packed.subarray(0, end);
    for (; from - at > MOST; at += MOST) {
      packed[end++] = MOST;
      packed[end++] = 0;
    }
    let to = from;
    while (to < values.length && values[to] !== 0 && to - from < MOST) to++;
    packed[end++] = from - at;
    packed[end++] = to - from;
    packed.set(values.subarray(from, to), end);
    end += to - from;
    at = to;
  }
}

/**
 * The plane of so many values.
 *
 * @param offset of the packed bytes in the message, for errors.
 * @throws ProtocolError `LENGTH_MISMATCH`
 */
export function unpackZeroRuns(packed: Uint8Array, length: number, offset: number): Uint8Array {
  const values = new Uint8Array(length);
  let at = 0;
  for (let read = 0; read < packed.length;) {
    const count = packed[read + 1] ?? MOST;
    at += packed[read]!;
    if (at + count > length || read + 2 + count > packed.length)
      throw new ProtocolError('LENGTH_MISMATCH', offset + read, 'A run of the picture is too long.');
    values.set(packed.subarray(read + 2, read + 2 + count), at);
    at += count;
    read += 2 + count;
  }
  return values;
}
