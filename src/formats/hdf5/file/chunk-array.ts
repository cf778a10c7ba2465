/**
 * Chunks listed in arrays, as HDF5 1.10 and newer do where they may write its newest forms. Source: HDF5 File Format
 * Specification 3.0, VII.C and VII.D.
 */
import type { ByteTask } from '../../random-access.ts';
import type { ChunkIndex, ChunkPlace } from './chunk-index.ts';
import type { Cursor } from './cursor.ts';
import { checkSum, type Hdf5File } from './file-reader.ts';

/** More chunks than files have. */
const MAX_CHUNKS = 2 ** 26;
/** Signature, version, kind of client and address of the header, in front of each block. */
const BLOCK_HEAD_BYTES = 14;
const CHECKSUM_BYTES = 4;

/** A chunk in the list; without an address there is none. */
interface Listed {
  readonly address: number | null;
  readonly length: number | null;
  readonly mask: number;
}

/** Reads all that an array lists. */
type ReadArray = (file: Hdf5File, address: number, shape: readonly number[]) => ByteTask<Listed[]>;

/** The chunks that an array lists, by their numbers in the grid of chunks. */
export class ChunkArray implements ChunkIndex {
  readonly #file: Hdf5File;
  readonly #address: number;
  readonly #chunk: readonly number[];
  readonly #read: ReadArray;
  /** Of chunks, in each dimension. */
  readonly #grid: readonly number[];
  #list: Listed[] | undefined;

  /** @param maximum elements in each dimension, as far as the dataset can grow. */
  constructor(
    file: Hdf5File,
    address: number,
    chunk: readonly number[],
    maximum: readonly (number | null)[],
    read: ReadArray,
  ) {
    this.#file = file;
    this.#address = address;
    this.#chunk = chunk;
    this.#read = read;
    this.#grid = chunk.map((size, i) => Math.ceil((maximum[i] ?? Infinity) / size));
  }

  *find(start: readonly number[]): ByteTask<ChunkPlace | null> {
    this.#list ??= yield* this.#read(this.#file, this.#address, this.#grid);
    const number = start.reduce((index, at, i) => index * this.#rowChunks(i) + at / this.#chunk[i]!, 0);
    for (let i = number; i < this.#list.length; i++) {
      const { address, length, mask } = this.#list[i]!;
      if (address !== null) return { start: this.#startOf(i), address, length, mask };
    }
    return null;
  }

  /** Chunks in a dimension but the first, which may grow without end. */
  #rowChunks(dimension: number): number {
    return dimension === 0 ? 1 : this.#grid[dimension]!;
  }

  #startOf(number: number): number[] {
    let rest = number;
    const places = this.#chunk.map((size, i) => {
      const below = this.#grid.slice(i + 1).reduce((product, count) => product * count, 1);
      const place = Math.floor(rest / below);
      rest -= place * below;
      return place * size;
    });
    return places;
  }
}

/** An array of as many elements as there can be chunks. */
export function* readFixedArray(file: Hdf5File, address: number): ByteTask<Listed[]> {
  const what = 'A list of chunks';
  const head = yield* file.read(address, 28, what);
  head.signature('FAHD');
  head.skip(1);
  const client = head.u8();
  const bytes = head.u8();
  const pageElements = 2 ** head.u8();
  const count = checkedCount(head, head.u64());
  const block = head.address();
  checkSum(head, 0);
  if (block === null) return [];
  const readElement = elementReader(head, client, bytes);
  if (count <= pageElements) {
    const cursor = yield* file.read(block, BLOCK_HEAD_BYTES + count * bytes + CHECKSUM_BYTES, what);
    return readElements(cursor, 'FADB', BLOCK_HEAD_BYTES, count, readElement);
  }
  const pages = Math.ceil(count / pageElements);
  const bitmapBytes = Math.ceil(pages / 8);
  const start = yield* file.read(block, BLOCK_HEAD_BYTES + bitmapBytes + CHECKSUM_BYTES, what);
  readElements(start, 'FADB', BLOCK_HEAD_BYTES + bitmapBytes, 0, readElement);
  const bitmap = start.bytes.subarray(BLOCK_HEAD_BYTES);
  const list: Listed[] = [];
  for (let page = 0, at = block + start.bytes.length; page < pages; page++) {
    const elements = Math.min(pageElements, count - page * pageElements);
    const isThere = (bitmap[page >> 3]! & (0x80 >> (page & 7))) !== 0;
    const cursor = isThere ? yield* file.read(at, elements * bytes + CHECKSUM_BYTES, what) : null;
    append(list, cursor === null ? nothing(elements) : readElements(cursor, '', 0, elements, readElement));
    at += pageElements * bytes + CHECKSUM_BYTES;
  }
  return list;
}

/** An array that grows: some elements in the index, others in blocks that double in number and size by turns. */
export function* readExtensibleArray(file: Hdf5File, address: number): ByteTask<Listed[]> {
  const what = 'A list of chunks';
  const head = yield* file.read(address, 72, what);
  head.signature('EAHD');
  head.skip(1);
  const client = head.u8();
  const bytes = head.u8();
  const maxBits = head.u8();
  const inIndex = head.u8();
  const minBlock = head.u8();
  const minPointers = head.u8();
  const pageElements = 2 ** head.u8();
  head.skip(4 * 8);
  const count = checkedCount(head, head.u64());
  head.skip(8);
  const index = head.address();
  checkSum(head, 0);
  if (index === null) return [];
  const readElement = elementReader(head, client, bytes);
  const isPower = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;
  if (!isPower(minBlock) || !isPower(minPointers) || maxBits > 64)
    throw head.corrupt('has blocks of sizes that cannot be', 0);
  const superblocks = 1 + maxBits - Math.log2(minBlock);
  const direct = 2 * (minPointers - 1);
  const firstSuperblock = 2 * Math.log2(minPointers);
  const pointers = direct + Math.max(0, superblocks - firstSuperblock);
  const length = BLOCK_HEAD_BYTES + inIndex * bytes + 8 * pointers + CHECKSUM_BYTES;
  const cursor = yield* file.read(index, length, what);
  const list = readElements(cursor, 'EAIB', BLOCK_HEAD_BYTES, inIndex, readElement);
  cursor.at = BLOCK_HEAD_BYTES + inIndex * bytes;
  const offsetBytes = Math.ceil(maxBits / 8);
  const readBlock = function* (at: number | null, elements: number): ByteTask<Listed[]> {
    if (at === null) return nothing(elements);
    const headBytes = BLOCK_HEAD_BYTES + offsetBytes;
    if (elements <= pageElements) {
      const block = yield* file.read(at, headBytes + elements * bytes + CHECKSUM_BYTES, what);
      return readElements(block, 'EADB', headBytes, elements, readElement);
    }
    const found: Listed[] = [];
    for (let from = at + headBytes + CHECKSUM_BYTES; found.length < elements;) {
      const page = yield* file.read(from, pageElements * bytes + CHECKSUM_BYTES, what);
      append(found, readElements(page, '', 0, pageElements, readElement));
      from += page.bytes.length;
    }
    return found;
  };
  for (let s = 0; s < superblocks && list.length < count; s++) {
    const blocks = 2 ** Math.floor(s / 2);
    const elements = 2 ** Math.ceil(s / 2) * minBlock;
    if (s < firstSuperblock) {
      for (let i = 0; i < blocks && list.length < count; i++)
        append(list, yield* readBlock(cursor.address(), elements));
      continue;
    }
    const at = cursor.address();
    if (at === null) {
      append(list, nothing(Math.min(blocks * elements, count - list.length)));
      continue;
    }
    const pages = Math.ceil(elements / pageElements);
    const bitmapBytes = elements > pageElements ? blocks * Math.ceil(pages / 8) : 0;
    const headBytes = BLOCK_HEAD_BYTES + offsetBytes + bitmapBytes;
    const superblock = yield* file.read(at, headBytes + 8 * blocks + CHECKSUM_BYTES, what);
    readElements(superblock, 'EASB', headBytes + 8 * blocks, 0, readElement);
    superblock.at = headBytes;
    for (let i = 0; i < blocks && list.length < count; i++)
      append(list, yield* readBlock(superblock.address(), elements));
  }
  list.length = Math.min(list.length, count);
  return list;
}

type ReadElement = (cursor: Cursor) => Listed;

/** @param client 1 where filters change the lengths of chunks, which are listed then. */
function elementReader(head: Cursor, client: number, bytes: number): ReadElement {
  const lengthBytes = bytes - 12;
  if (client === 0 && bytes === 8) return (cursor) => ({ address: cursor.address(), length: null, mask: 0 });
  if (client !== 1 || lengthBytes < 1 || lengthBytes > 8)
    throw head.corrupt('has elements that are no chunks', 0);
  return (cursor) => ({ address: cursor.address(), length: cursor.uint(lengthBytes), mask: cursor.u32() });
}

/** Checks a block, whose elements begin at a place in it, and reads them. */
function readElements(
  cursor: Cursor,
  signature: string,
  at: number,
  count: number,
  read: ReadElement,
): Listed[] {
  cursor.signature(signature);
  cursor.at = cursor.bytes.length - CHECKSUM_BYTES;
  checkSum(cursor, 0);
  cursor.at = at;
  return Array.from({ length: count }, () => read(cursor));
}

function nothing(count: number): Listed[] {
  return Array.from({ length: count }, () => ({ address: null, length: null, mask: 0 }));
}

function append(list: Listed[], more: readonly Listed[]): void {
  for (const element of more) list.push(element);
}

function checkedCount(head: Cursor, count: number): number {
  if (count > MAX_CHUNKS) throw head.corrupt(`states ${count} chunks`, 0);
  return count;
}
