/** CRC-32 of zip, gzip and PNG (RFC 1952, section 8): of Node's zlib where there is one, else by tables. */
import { nodeZlib } from './node-zlib.ts';

const POLYNOMIAL = 0xedb8_8320;
/** Bytes taken at once, each with a table of its own. */
const SLICES = 8;

let tables: Int32Array | undefined;

/** @param previous checksum of the bytes before. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  return nodeZlib()?.crc32(bytes, previous) ?? crc32WithoutNode(bytes, previous);
}

/** Slicing by 8 (Kounavis and Berry, 2005): eight look-ups for eight bytes, which do not wait for each other. */
export function crc32WithoutNode(bytes: Uint8Array, previous = 0): number {
  tables ??= makeTables();
  const of = tables;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let crc = ~previous;
  let at = 0;
  for (const end = bytes.length - SLICES; at <= end; at += SLICES) {
    const low = view.getInt32(at, true) ^ crc;
    const high = view.getInt32(at + 4, true);
    crc =
      of[0x700 | (low & 0xff)]! ^
      of[0x600 | ((low >>> 8) & 0xff)]! ^
      of[0x500 | ((low >>> 16) & 0xff)]! ^
      of[0x400 | (low >>> 24)]! ^
      of[0x300 | (high & 0xff)]! ^
      of[0x200 | ((high >>> 8) & 0xff)]! ^
      of[0x100 | ((high >>> 16) & 0xff)]! ^
      of[high >>> 24]!;
  }
  for (; at < bytes.length; at++) crc = of[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The checksum of each byte with 0 to 7 zeros behind it. */
function makeTables(): Int32Array {
  const made = new Int32Array(0x100 * SLICES);
  for (let byte = 0; byte < 0x100; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    made[byte] = crc;
  }
  for (let i = 0x100; i < made.length; i++) {
    const crc = made[i - 0x100]!;
    made[i] = (crc >>> 8) ^ made[crc & 0xff]!;
  }
  return made;
}
