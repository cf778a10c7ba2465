/**
 * Decompresses bzip2 with a limit on what comes out. The libraries for it need Node's Buffer and know no limit. Source: the
 * format as described by J. Tsai, "BZIP2 format specification".
 */
import { CodecError, tooLarge } from '../aedat4/codec/codec-error.ts';

const BLOCK_BYTES = 100_000;
const BLOCK_MAGIC: readonly number[] = [0x314159, 0x265359];
const END_MAGIC: readonly number[] = [0x177245, 0x385090];
const MAX_CODE_BITS = 20;
/** Symbols that a table is used for. */
const GROUP_SYMBOLS = 50;
const RUN_A = 0;
const RUN_B = 1;

function corrupt(what: string): CodecError {
  return new CodecError('CORRUPT_DATA', `A bzip2 stream ${what}.`);
}

/** Bits, the upper ones of a byte first. */
class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #bits = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Up to 24 bits. */
  read(count: number): number {
    while (this.#count < count) {
      if (this.#at >= this.#bytes.length) throw corrupt('ends early');
      this.#bits = ((this.#bits << 8) | this.#bytes[this.#at++]!) & 0xffff_ffff;
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#bits >>> this.#count) & ((1 << count) - 1);
  }

  read32(): number {
    return ((this.read(16) << 16) | this.read(16)) >>> 0;
  }

  toByte(): void {
    this.#count -= this.#count % 8;
  }
}

/** A canonical Huffman code. */
interface HuffmanTable {
  readonly minBits: number;
  readonly maxBits: number;
  /** By length: the last code, and what is taken from a code to make it a place in `symbols`. */
  readonly limit: Int32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
}

function huffmanTable(lengths: Uint8Array): HuffmanTable {
  const symbols = new Uint16Array(lengths.length);
  const limit = new Int32Array(MAX_CODE_BITS + 2).fill(-1);
  const base = new Int32Array(MAX_CODE_BITS + 2);
  const [minBits, maxBits] = [Math.min(...lengths), Math.max(...lengths)];
  let [code, place] = [0, 0];
  for (let bits = minBits; bits <= maxBits; bits++) {
    base[bits] = code - place;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== bits) continue;
      symbols[place++] = symbol;
      code++;
    }
    limit[bits] = code - 1;
    code *= 2;
  }
  return { minBits, maxBits, limit, base, symbols };
}

function readSymbol(bits: BitReader, { minBits, maxBits, limit, base, symbols }: HuffmanTable): number {
  let code = bits.read(minBits);
  for (let length = minBits; length <= maxBits; length++) {
    const place = code - base[length]!;
    if (code <= limit[length]! && place >= 0 && place < symbols.length) return symbols[place]!;
    if (length < maxBits) code = 2 * code + bits.read(1);
  }
  throw corrupt('has a code that stands for nothing');
}

/** The bytes that a block uses. */
function readAlphabet(bits: BitReader): Uint8Array {
  const used = bits.read(16);
  const alphabet: number[] = [];
  for (let i = 0; i < 16; i++) {
    if (((used >>> (15 - i)) & 1) === 0) continue;
    const row = bits.read(16);
    for (let j = 0; j < 16; j++) if (((row >>> (15 - j)) & 1) === 1) alphabet.push(16 * i + j);
  }
  return Uint8Array.from(alphabet);
}

/** Which table holds for each group of symbols. */
function readSelectors(bits: BitReader, tables: number): Uint8Array {
  const selectors = new Uint8Array(bits.read(15));
  const recent = Array.from({ length: tables }, (_, i) => i);
  for (let i = 0; i < selectors.length; i++) {
    let back = 0;
    while (bits.read(1) === 1) if (++back >= tables) throw corrupt('names a table that is not there');
    const [table] = recent.splice(back, 1);
    recent.unshift(table!);
    selectors[i] = table!;
  }
  return selectors;
}

function readTable(bits: BitReader, symbols: number): HuffmanTable {
  const lengths = new Uint8Array(symbols);
  let length = bits.read(5);
  for (let i = 0; i < symbols; i++) {
    while (bits.read(1) === 1) length += bits.read(1) === 0 ? 1 : -1;
    if (length < 1 || length > MAX_CODE_BITS) throw corrupt('has a code of a length that is none');
    lengths[i] = length;
  }
  return huffmanTable(lengths);
}

/** The last column of the sorted rotations, in the lower bytes of `column`. */
function readColumn(bits: BitReader, column: Uint32Array, counts: Uint32Array): number {
  const recent = readAlphabet(bits);
  const end = recent.length + 1;
  const tableCount = bits.read(3);
  if (recent.length === 0 || tableCount < 2 || tableCount > 6) throw corrupt('has a block without symbols');
  const selectors = readSelectors(bits, tableCount);
  const tables = Array.from({ length: tableCount }, () => readTable(bits, end + 1));
  let [length, run, weight] = [0, 0, 1];
  for (let i = 0; ; i++) {
    const selector = selectors[Math.floor(i / GROUP_SYMBOLS)];
    if (selector === undefined) throw corrupt('has more symbols than tables for them');
    const symbol = readSymbol(bits, tables[selector]!);
    if (symbol === RUN_A || symbol === RUN_B) {
      run += weight << symbol;
      weight *= 2;
      if (run > column.length) throw corrupt('has a block that is longer than it may be');
      continue;
    }
    if (run > 0) {
      if (length + run > column.length) throw corrupt('has a block that is longer than it may be');
      column.fill(recent[0]!, length, length + run);
      counts[recent[0]!]! += run;
      length += run;
      [run, weight] = [0, 1];
    }
    if (symbol === end) return length;
    if (length >= column.length) throw corrupt('has a block that is longer than it may be');
    const byte = recent[symbol - 1]!;
    recent.copyWithin(1, 0, symbol - 1);
    recent[0] = byte;
    column[length++] = byte;
    counts[byte]!++;
  }
}

/** The bytes of a compressed stream, or of several one behind the other. @throws CodecError */
export function bunzip(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const bits = new BitReader(bytes);
  let output = new Uint8Array(Math.min(maxBytes, 4 * bytes.length));
  let length = 0;
  const put = (byte: number, times: number): void => {
    if (length + times > maxBytes) throw tooLarge(maxBytes);
    if (length + times > output.length) {
      const larger = new Uint8Array(Math.min(maxBytes, 2 * (length + times)));
      larger.set(output);
      output = larger;
    }
    output.fill(byte, length, length + times);
    length += times;
  };
  do {
    if (bits.read(24) !== 0x425a68) throw corrupt('does not begin with its magic number');
    const level = bits.read(8) - 0x30;
    if (level < 1 || level > 9) throw corrupt('has an unknown block size');
    readBlocks(bits, new Uint32Array(level * BLOCK_BYTES), put);
    bits.toByte();
  } while (!bits.isAtEnd);
  return output.subarray(0, length);
}

function readBlocks(bits: BitReader, column: Uint32Array, put: (byte: number, times: number) => void): void {
  let streamSum = 0;
  for (;;) {
    const magic = [bits.read(24), bits.read(24)];
    const sum = bits.read32();
    if (magic.every((word, i) => word === END_MAGIC[i])) {
      if (sum !== streamSum) throw corrupt('has a wrong checksum');
      return;
    }
    if (!magic.every((word, i) => word === BLOCK_MAGIC[i])) throw corrupt('has no block where one should be');
    if (bits.read(1) === 1) throw corrupt('is of a version of bzip2 that is not read');
    const origin = bits.read(24);
    const counts = new Uint32Array(256);
    const length = readColumn(bits, column, counts);
    if (origin >= length) throw corrupt('begins outside its block');
    linkColumn(column, length, counts);
    if (putBlock(column, length, origin, put) !== sum) throw corrupt('has a block whose checksum is wrong');
    streamSum = (((streamSum << 1) | (streamSum >>> 31)) ^ sum) >>> 0;
  }
}

/** In the upper bits of each place: where the next byte is. */
function linkColumn(column: Uint32Array, length: number, counts: Uint32Array): void {
  let before = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte]!;
    counts[byte] = before;
    before += count;
  }
  for (let i = 0; i < length; i++) column[counts[column[i]! & 0xff]!++]! |= i << 8;
}

/** Writes a block, in which a byte that was there four times is followed by how often it comes more. Returns its checksum. */
function putBlock(
  column: Uint32Array,
  length: number,
  origin: number,
  put: (byte: number, times: number) => void,
): number {
  let [place, equal, previous, sum] = [column[origin]! >>> 8, 0, -1, 0xffff_ffff];
  for (let i = 0; i < length; i++) {
    const entry = column[place]!;
    const byte = entry & 0xff;
    place = entry >>> 8;
    const isCount = equal === 4;
    const [value, times] = isCount ? [previous, byte] : [byte, 1];
    for (let j = 0; j < times; j++) sum = (sum << 8) ^ CHECKSUMS[(sum >>> 24) ^ value]!;
    put(value, times);
    if (isCount) equal = 0;
    else equal = byte === previous ? equal + 1 : 1;
    previous = byte;
  }
  return ~sum >>> 0;
}

/** CRC-32 with the upper bits first. */
const CHECKSUMS: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit++) sum = (sum << 1) ^ (sum < 0 ? 0x04c1_1db7 : 0);
  return sum;
});
