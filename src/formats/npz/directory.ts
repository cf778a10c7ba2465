/** The directory at the end of a zip archive (PKWARE's APPNOTE 6.3.9, sections 4.3.12 to 4.3.16). */

const DIRECTORY_END = 0x0605_4b50;
const LOCATOR_64 = 0x0706_4b50;
const ENTRY = 0x0201_4b50;
const ENTRY_BYTES = 46;
const LOCATOR_BYTES = 20;
const END_64_BYTES = 56;

/**
 * The checksums that the directory states, by names of members.
 *
 * @param tail of the archive.
 * @returns `null` if the end of a directory is not in it.
 */
export function directoryChecksums(tail: Uint8Array): ReadonlyMap<string, ReadonlySet<number>> | null {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let end = tail.length - 4;
  while (end >= 0 && view.getUint32(end, true) !== DIRECTORY_END) end--;
  if (end < 0) return null;
  const checksums = new Map<string, Set<number>>();
  if (end + 16 > tail.length) return checksums;
  // What 64-bit sizes need lies between.
  const is64 = end >= LOCATOR_BYTES && view.getUint32(end - LOCATOR_BYTES, true) === LOCATOR_64;
  const last = end - (is64 ? LOCATOR_BYTES + END_64_BYTES : 0);
  let at = last - view.getUint32(end + 12, true);
  while (at >= 0 && at + ENTRY_BYTES <= last && view.getUint32(at, true) === ENTRY) {
    const isUtf8 = (view.getUint16(at + 8, true) & 0x800) !== 0;
    const nameBytes = view.getUint16(at + 28, true);
    const nameAt = at + ENTRY_BYTES;
    // As fflate reads them.
    const name = new TextDecoder(isUtf8 ? 'utf-8' : 'latin1').decode(
      tail.subarray(nameAt, nameAt + nameBytes),
    );
    const crc32 = view.getUint32(at + 16, true);
    checksums.set(name, (checksums.get(name) ?? new Set()).add(crc32));
    at = nameAt + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return checksums;
}
