/** Numbers as digits, written into bytes that are known to suffice. Each function returns where the next byte goes. */

const ZERO = 0x30;
/** The four digits of each number below 10,000. */
const QUADS: Uint8Array = Uint8Array.from(
  { length: 40_000 },
  (_, i) => ZERO + (Math.floor((i >> 2) / 10 ** (3 - (i & 3))) % 10),
);

/** A whole number from 0 to 2^53, without zeros in front. */
export function writeWhole(bytes: Uint8Array, at: number, value: number): number {
  if (value < 10_000) {
    let from = value << 2;
    const end = from + 4;
    from += value < 100 ? (value < 10 ? 3 : 2) : value < 1000 ? 1 : 0;
    let to = at;
    while (from < end) bytes[to++] = QUADS[from++]!;
    return to;
  }
  if (value < 100_000_000) {
    const high = (value / 10_000) | 0;
    return writeQuad(bytes, writeWhole(bytes, at, high), (value | 0) - 10_000 * high);
  }
  const high = Math.floor(value / 100_000_000);
  return writeEight(bytes, writeWhole(bytes, at, high), value - 100_000_000 * high);
}

/** A number of up to `digits` digits, below 2^31, with zeros in front. */
export function writeFixed(bytes: Uint8Array, at: number, value: number, digits: number): number {
  let rest = value | 0;
  for (let to = at + digits - 1; to >= at; to--) {
    const tenth = (rest / 10) | 0;
    bytes[to] = ZERO + rest - 10 * tenth;
    rest = tenth;
  }
  return at + digits;
}

function writeEight(bytes: Uint8Array, at: number, value: number): number {
  const high = (value / 10_000) | 0;
  return writeQuad(bytes, writeQuad(bytes, at, high), (value | 0) - 10_000 * high);
}

function writeQuad(bytes: Uint8Array, at: number, value: number): number {
  const from = value << 2;
  bytes[at] = QUADS[from]!;
  bytes[at + 1] = QUADS[from + 1]!;
  bytes[at + 2] = QUADS[from + 2]!;
  bytes[at + 3] = QUADS[from + 3]!;
  return at + 4;
}
