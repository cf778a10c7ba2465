/**
 * Writes zip archives (PKWARE's APPNOTE 6.3, without its 64-bit form). fflate's writers either compress by themselves or put
 * sizes behind the members, where a reader that streams must search for them; Node's zlib is several times as fast.
 */
import { EventFormatError } from '../errors.ts';
import { deflate, type DeflateOptions } from './deflate.ts';

/** A file in an archive. */
export interface ZipMember {
  /** ASCII. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const MOST_MEMBERS = 0xffff;
/** Offsets and sizes have 32 bits, and the largest values announce the 64-bit form. */
const MOST_BYTES = 0xffff_fffe;
const LOCAL_HEADER_BYTES = 30;
const DIRECTORY_ENTRY_BYTES = 46;
const DIRECTORY_END_BYTES = 22;
/** Of deflate, and of any zip of this form. */
const VERSION_NEEDED = 20;
const METHOD_STORED = 0;
const METHOD_DEFLATED = 8;
/** 1980-01-01, the first day that there is: equal members give equal bytes. */
const DATE = (0 << 9) | (1 << 5) | 1;

interface Entry {
  readonly name: Uint8Array;
  readonly method: number;
  readonly crc32: number;
  readonly stored: Uint8Array;
  readonly size: number;
}

/**
 * An archive of these members, in their order. Equal members give equal bytes in one environment.
 *
 * @throws EventFormatError `TOO_LARGE` for what the 32-bit form cannot hold.
 */
export function zipBytes(members: readonly ZipMember[], options: DeflateOptions): Uint8Array {
  if (members.length > MOST_MEMBERS)
    throw tooLarge(`${members.length} members, an archive holds at most ${MOST_MEMBERS}`);
  const entries = members.map((member) => packed(member, options));
  const filesBytes = sum(entries, ({ name, stored }) => LOCAL_HEADER_BYTES + name.length + stored.length);
  const directoryBytes = sum(entries, ({ name }) => DIRECTORY_ENTRY_BYTES + name.length);
  const total = filesBytes + directoryBytes + DIRECTORY_END_BYTES;
  if (total > MOST_BYTES) throw tooLarge(`${total} bytes, an archive holds at most ${MOST_BYTES}`);
  const archive = new Uint8Array(total);
  const view = new DataView(archive.buffer);
  let at = 0;
  let directoryAt = filesBytes;
  for (const entry of entries) {
    writeDirectoryEntry(view, directoryAt, entry, at);
    archive.set(entry.name, directoryAt + DIRECTORY_ENTRY_BYTES);
    directoryAt += DIRECTORY_ENTRY_BYTES + entry.name.length;
    writeLocalHeader(view, at, entry);
    archive.set(entry.name, at + LOCAL_HEADER_BYTES);
    archive.set(entry.stored, at + LOCAL_HEADER_BYTES + entry.name.length);
    at += LOCAL_HEADER_BYTES + entry.name.length + entry.stored.length;
  }
  view.setUint32(directoryAt, 0x06054b50, true);
  view.setUint16(directoryAt + 8, entries.length, true);
  view.setUint16(directoryAt + 10, entries.length, true);
  view.setUint32(directoryAt + 12, directoryBytes, true);
  view.setUint32(directoryAt + 16, filesBytes, true);
  return archive;
}

function packed({ name, bytes }: ZipMember, options: DeflateOptions): Entry {
  if (bytes.length > MOST_BYTES)
    throw tooLarge(`${bytes.length} bytes in ${name}, a member has at most ${MOST_BYTES}`);
  const deflated = deflate(bytes, options);
  const isStored = options.level === 0;
  return {
    name: new TextEncoder().encode(name),
    method: isStored ? METHOD_STORED : METHOD_DEFLATED,
    crc32: deflated.crc32,
    stored: isStored ? bytes : deflated.bytes,
    size: bytes.length,
  };
}

function writeLocalHeader(view: DataView, at: number, entry: Entry): void {
  view.setUint32(at, 0x04034b50, true);
  writeCommon(view, at + 4, entry);
}

function writeDirectoryEntry(view: DataView, at: number, entry: Entry, fileAt: number): void {
  view.setUint32(at, 0x02014b50, true);
  view.setUint16(at + 4, VERSION_NEEDED, true);
  writeCommon(view, at + 6, entry);
  view.setUint32(at + 42, fileAt, true);
}

/** What a member's own header and its entry in the directory say alike; flags, time and further fields stay zero. */
function writeCommon(view: DataView, at: number, { name, method, crc32, stored, size }: Entry): void {
  view.setUint16(at, VERSION_NEEDED, true);
  view.setUint16(at + 4, method, true);
  view.setUint16(at + 8, DATE, true);
  view.setUint32(at + 10, crc32, true);
  view.setUint32(at + 14, stored.length, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, name.length, true);
}

function sum(entries: readonly Entry[], size: (entry: Entry) => number): number {
  return entries.reduce((total, entry) => total + size(entry), 0);
}

function tooLarge(what: string): EventFormatError {
  return new EventFormatError('TOO_LARGE', 0, `The archive would have ${what}. Write several.`);
}
