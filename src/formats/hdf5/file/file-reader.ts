/** The structures of an HDF5 file, by their addresses. */
import { EventFormatError } from '../../errors.ts';
import type { ByteTask } from '../../random-access.ts';
import { Cursor } from './cursor.ts';
import { lookup3 } from './checksum.ts';

const SIGNATURE = '\u0089HDF\r\n\u001a\n';
/** Where a file may begin: behind a block of the user's. */
const STARTS: readonly number[] = [0, 512, 1024, 2048];
const SUPERBLOCK_BYTES = 96 + 40;
/** A structure that states more is none. */
const MAX_STRUCTURE_BYTES = 2 ** 24;

/** Reads structures; addresses are those that the file states, counted from its superblock. */
export class Hdf5File {
  /** Where the superblock begins: behind a block of the user's there. */
  readonly base: number;
  /** Of the root group's object header. */
  readonly root: number;
  /** Where the file says that it ends, from its first byte. */
  readonly statedSize: number;
  /** First bytes, which may say who wrote it. */
  readonly head: Uint8Array;

  constructor(base: number, root: number, statedSize: number, head: Uint8Array) {
    this.base = base;
    this.root = root;
    this.statedSize = statedSize;
    this.head = head;
  }

  /** Bytes at an address. @throws EventFormatError `TRUNCATED` where the file ends before. */
  *read(address: number, length: number, what: string): ByteTask<Cursor> {
    const offset = this.base + address;
    if (length > MAX_STRUCTURE_BYTES)
      throw new EventFormatError(
        'CORRUPT_DATA',
        offset,
        `${what} has ${length} bytes, which is no such thing.`,
      );
    return new Cursor(yield* readBytes(offset, length, what), offset, what);
  }
}

/** Bytes of the file. @throws EventFormatError `TRUNCATED` where it ends before. */
export function* readBytes(offset: number, length: number, what: string): ByteTask<Uint8Array> {
  const bytes = length === 0 ? new Uint8Array(0) : yield { offset, length };
  if (bytes.length < length)
    throw new EventFormatError('TRUNCATED', offset + bytes.length, `The file ends inside ${inText(what)}.`);
  return bytes;
}

function inText(what: string): string {
  return what.replace(/^The /, 'the ').replace(/^A /, 'a ');
}

/** Where the signature of HDF5 is among the first bytes; -1 where it is not. */
export function signatureAt(head: Uint8Array): number {
  const isAt = (start: number): boolean => {
    for (let i = 0; i < SIGNATURE.length; i++) if (head[start + i] !== SIGNATURE.charCodeAt(i)) return false;
    return true;
  };
  return STARTS.find(isAt) ?? -1;
}

/** Reads the superblock. @throws EventFormatError */
export function* openHdf5File(): ByteTask<Hdf5File> {
  const what = 'The superblock';
  const start = yield* findStart();
  const head = yield { offset: start, length: SUPERBLOCK_BYTES };
  const cursor = new Cursor(head, start, what);
  if (head.length < SUPERBLOCK_BYTES / 2)
    throw new EventFormatError('TRUNCATED', start + head.length, 'The file ends inside its superblock.');
  cursor.skip(SIGNATURE.length);
  const version = cursor.u8();
  if (version > 3) throw badHeader(start, `version ${version} of its superblock`);
  const first = start === 0 ? head : yield { offset: 0, length: 128 };
  if (version >= 2) {
    checkSizes(cursor, start);
    cursor.skip(1 + 8 + 8);
    const end = cursor.address();
    const root = cursor.address();
    checkSum(cursor, 0);
    if (root === null || end === null) throw unfinished(start);
    return new Hdf5File(start, root, end, first);
  }
  cursor.skip(4);
  checkSizes(cursor, start);
  cursor.skip(1 + 4 + 4 + (version === 1 ? 4 : 0) + 8 + 8);
  const end = cursor.address();
  cursor.skip(8 + 8);
  const root = cursor.address();
  if (root === null || end === null) throw unfinished(start);
  return new Hdf5File(start, root, end, first);
}

function* findStart(): ByteTask<number> {
  for (const start of STARTS) {
    const bytes = yield { offset: start, length: SIGNATURE.length };
    if (signatureAt(bytes) === 0) return start;
    if (bytes.length < SIGNATURE.length) break;
  }
  throw new EventFormatError('BAD_HEADER', 0, 'This is no HDF5 file: it has no superblock.');
}

function checkSizes(cursor: Cursor, start: number): void {
  const sizes = [cursor.u8(), cursor.u8()];
  if (sizes.some((size) => size !== 8)) throw badHeader(start, `addresses of ${sizes.join(' and ')} bytes`);
}

/** Compares the checksum at the cursor with that of the bytes from `from` up to it. @throws EventFormatError */
export function checkSum(cursor: Cursor, from: number): void {
  const computed = lookup3(cursor.bytes.subarray(from, cursor.at));
  if (cursor.u32() !== computed)
    throw cursor.corrupt('has another checksum than it states: it is damaged', from);
}

function badHeader(at: number, what: string): EventFormatError {
  return new EventFormatError('BAD_HEADER', at, `The file has ${what}, which is not read. ${REPACK}`);
}

function unfinished(at: number): EventFormatError {
  return new EventFormatError(
    'BAD_HEADER',
    at,
    'The file was never finished: it states neither where it ends nor what is in it.',
  );
}

/** What makes a file of any form one that is read. */
export const REPACK = 'h5repack --low=0 --high=1 in.h5 out.h5 writes it in the form that is.';
