/** The directory at the end of a zip archive (PKWARE's APPNOTE 6.3.9, sections 4.3.7 to 4.3.16 and 4.5.3). */

const DIRECTORY_END = 0x0605_4b50;
const LOCATOR_64 = 0x0706_4b50;
const ENTRY = 0x0201_4b50;
const ENTRY_BYTES = 46;
const LOCATOR_BYTES = 20;
const END_64_BYTES = 56;
const END_BYTES = 22;
/** A comment behind the directory's end has 64 KiB at most. */
export const MOST_END_BYTES: number = END_BYTES + 0xffff + LOCATOR_BYTES + END_64_BYTES;
const IN_EXTRA = 0xffff_ffff;
const EXTRA_64 = 1;

/** A member, as the directory or its own header states it. */
export interface ZipMember {
  readonly name: string;
  readonly flags: number;
  /** 0: stored. */
  readonly method: number;
  readonly crc32: number;
  /** As stored, and unpacked. */
  readonly packedBytes: number;
  readonly bytes: number;
}

/** A member, and where its own header is. */
export interface DirectoryEntry extends ZipMember {
  readonly at: number;
}

/** Where a directory is, in the bytes that have its end. */
export interface DirectoryPlace {
  /** As the archive states it. */
  readonly stated: number;
  readonly length: number;
  /** Where it ends, in these bytes. */
  readonly end: number;
}

/** `null` if the end of a directory is not in the bytes, or not all of it. */
export function findDirectory(tail: Uint8Array): DirectoryPlace | null {
  const view = viewOf(tail);
  const end = directoryEnd(view);
  if (end < 0 || end + END_BYTES > tail.length) return null;
  const last = behindEntries(view, end);
  if (last === end || last < 0)
    return { stated: view.getUint32(end + 16, true), length: view.getUint32(end + 12, true), end };
  return { stated: u64(view, last + 48), length: u64(view, last + 40), end: last };
}

/** Entries from a place of the bytes on, as far as they follow each other. */
export function readEntries(bytes: Uint8Array, from: number, to: number): DirectoryEntry[] {
  const view = viewOf(bytes);
  const entries: DirectoryEntry[] = [];
  let at = from;
  while (at >= 0 && at + ENTRY_BYTES <= to && view.getUint32(at, true) === ENTRY) {
    const nameAt = at + ENTRY_BYTES;
    const extraAt = nameAt + view.getUint16(at + 28, true);
    const extraEnd = extraAt + view.getUint16(at + 30, true);
    const flags = view.getUint16(at + 8, true);
    const sizes = [at + 24, at + 20, at + 42].map((place) => view.getUint32(place, true));
    const [size, packedBytes, place] = wide(view, sizes, extraAt, Math.min(extraEnd, bytes.length));
    entries.push({
      name: nameOf(bytes.subarray(nameAt, extraAt), flags),
      flags,
      method: view.getUint16(at + 10, true),
      crc32: view.getUint32(at + 16, true),
      packedBytes: packedBytes!,
      bytes: size!,
      at: place!,
    });
    at = extraEnd + view.getUint16(at + 32, true);
  }
  return entries;
}

const MEMBER = 0x0403_4b50;
/** Bytes of a member's own header in front of its name. */
export const MEMBER_BYTES = 30;

/** How many bytes a member's own header has; `null` for bytes that are none. @param head its first {@link MEMBER_BYTES} */
export function memberHeaderBytes(head: Uint8Array): number | null {
  const view = viewOf(head);
  if (head.length < MEMBER_BYTES || view.getUint32(0, true) !== MEMBER) return null;
  return MEMBER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
}

/** What a member's own header states. @param header all of it */
export function readMember(header: Uint8Array): ZipMember {
  const view = viewOf(header);
  const flags = view.getUint16(6, true);
  const extraAt = MEMBER_BYTES + view.getUint16(26, true);
  const sizes = [view.getUint32(22, true), view.getUint32(18, true)];
  const [bytes, packedBytes] = wide(view, sizes, extraAt, header.length);
  return {
    name: nameOf(header.subarray(MEMBER_BYTES, extraAt), flags),
    flags,
    method: view.getUint16(8, true),
    crc32: view.getUint32(14, true),
    packedBytes: packedBytes!,
    bytes: bytes!,
  };
}

/**
 * The checksums that the directory states, by names of members.
 *
 * @param tail of the archive.
 * @returns `null` if the end of a directory is not in it.
 */
export function directoryChecksums(tail: Uint8Array): ReadonlyMap<string, ReadonlySet<number>> | null {
  const view = viewOf(tail);
  const end = directoryEnd(view);
  if (end < 0) return null;
  const checksums = new Map<string, Set<number>>();
  if (end + 16 > tail.length) return checksums;
  const last = behindEntries(view, end);
  for (const { name, crc32 } of readEntries(tail, last - view.getUint32(end + 12, true), last))
    checksums.set(name, (checksums.get(name) ?? new Set()).add(crc32));
  return checksums;
}

/** Where the last of them begins; -1 if there is none. */
function directoryEnd(view: DataView): number {
  let end = view.byteLength - 4;
  while (end >= 0 && view.getUint32(end, true) !== DIRECTORY_END) end--;
  return end;
}

/** Where the entries end: what 64-bit sizes need lies between. */
function behindEntries(view: DataView, end: number): number {
  const is64 = end >= LOCATOR_BYTES && view.getUint32(end - LOCATOR_BYTES, true) === LOCATOR_64;
  return end - (is64 ? LOCATOR_BYTES + END_64_BYTES : 0);
}

/** As fflate reads them. */
function nameOf(bytes: Uint8Array, flags: number): string {
  return new TextDecoder((flags & 0x800) === 0 ? 'latin1' : 'utf-8').decode(bytes);
}

/** Sizes of 32 bits, or of 64 where these say that they are among what follows the name. */
function wide(view: DataView, sizes: readonly number[], from: number, to: number): number[] {
  let at = from;
  while (at + 4 <= to && view.getUint16(at, true) !== EXTRA_64) at += 4 + view.getUint16(at + 2, true);
  at += 4;
  return sizes.map((size) => {
    if (size !== IN_EXTRA || at + 8 > to) return size;
    at += 8;
    return u64(view, at - 8);
  });
}

function u64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
