/** Where the arrays of an archive lie, if they lie in it as they are. */
import { readNpyHeader } from '../npy/header.ts';
import type { ByteTask } from '../random-access.ts';
import {
  findDirectory,
  MEMBER_BYTES,
  memberHeaderBytes,
  MOST_END_BYTES,
  readEntries,
  readMember,
  type DirectoryEntry,
} from './directory.ts';

/** A member that is not compressed. */
export interface StoredMember {
  readonly name: string;
  /** Of its content. */
  readonly offset: number;
  readonly bytes: number;
  readonly crc32: number;
}

/** More are no archive of arrays. */
const MOST_MEMBERS = 1024;
const MOST_DIRECTORY_BYTES = 2 ** 20;
/** Headers of arrays are mostly shorter. */
const HEAD_BYTES = 256;
const STORED = 0;
/** Of its flags: encrypted, and with sizes that only follow behind the content. */
const UNKNOWN_CONTENT = 0x0001 | 0x0008;

/**
 * The arrays in the order of the archive, if its directory and its members' own headers state the same, and members lie one
 * behind the other from the first byte to the directory: then they are what reading in order finds. `null`: it must be read so.
 */
export function* storedMembers(size: number): ByteTask<StoredMember[] | null> {
  const tailAt = Math.max(0, size - MOST_END_BYTES);
  const place = findDirectory(yield { offset: tailAt, length: size - tailAt });
  if (place === null || place.length > MOST_DIRECTORY_BYTES) return null;
  const { stated: offset, length } = place;
  if (offset + length !== tailAt + place.end) return null;
  const entries = readEntries(yield { offset, length }, 0, length).sort((a, b) => a.at - b.at);
  if (entries.length === 0 || entries.length > MOST_MEMBERS) return null;
  const members: StoredMember[] = [];
  let at = 0;
  for (const entry of entries) {
    const content = entry.at === at ? yield* contentOf(entry) : null;
    if (content === null) return null;
    at = content + entry.packedBytes;
    if (!entry.name.endsWith('.npy')) continue;
    if (entry.method !== STORED || entry.packedBytes !== entry.bytes) return null;
    members.push({ name: entry.name, offset: content, bytes: entry.bytes, crc32: entry.crc32 });
  }
  return at === offset ? members : null;
}

/** Where a member's content begins; `null` if its own header is another than the directory states. */
function* contentOf(entry: DirectoryEntry): ByteTask<number | null> {
  const length = memberHeaderBytes(yield { offset: entry.at, length: MEMBER_BYTES });
  if (length === null) return null;
  const header = yield { offset: entry.at, length };
  if (header.length < length) return null;
  const { flags, ...own } = readMember(header);
  const isSame =
    own.name === entry.name &&
    own.method === entry.method &&
    own.packedBytes === entry.packedBytes &&
    own.bytes === entry.bytes;
  return isSame && (flags & UNKNOWN_CONTENT) === 0 ? entry.at + length : null;
}

/** The header of a stored array, or all of it where that ends before. @throws EventFormatError */
export function* arrayHead({ offset, bytes }: StoredMember): ByteTask<Uint8Array> {
  for (let length = Math.min(HEAD_BYTES, bytes); ; length = Math.min(16 * length, bytes)) {
    const head = length === 0 ? new Uint8Array(0) : yield { offset, length };
    const header = readNpyHeader(head);
    if (header !== null) return head.subarray(0, header.bytes);
    if (length === bytes || head.length < length) return head;
  }
}
