/** The checksum of zlib streams. Source: RFC 1950, section 9. */

const MODULUS = 65_521;
/** So many sums stay below 2^32. */
const SUMS = 5552;

export function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let at = 0; at < bytes.length;) {
    for (const end = Math.min(bytes.length, at + SUMS); at < end; at++) {
      low += bytes[at]!;
      high += low;
    }
    low %= MODULUS;
    high %= MODULUS;
  }
  return high * 0x1_0000 + low;
}
