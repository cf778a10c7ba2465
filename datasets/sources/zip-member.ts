/** The bytes of one member of a zip archive: small ones at once, others in pieces. */
import type { Readable } from 'node:stream';
import { crc32, inflateRawSync } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { readRange, WHOLE_BYTES } from './file-chunks.ts';

const STORED = 0;

/**
 * Checks length and checksum.
 *
 * @param file the archive's handle, open for reading.
 */
export async function* memberChunks(
  zip: ZipFile,
  entry: Entry,
  file: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let checksum = 0;
  const chunks: AsyncIterable<Uint8Array> | Uint8Array[] = isSmall(entry)
    ? [await wholeMember(zip, entry, file)]
    : await streamOf(zip, entry);
  for await (const chunk of chunks) {
    checksum = crc32(chunk, checksum);
    yield chunk;
  }
  if (checksum !== entry.crc32) throw new Error('its checksum is wrong');
}

function isSmall(entry: Entry): boolean {
  return entry.canDecodeFileData() && Math.max(entry.uncompressedSize, entry.compressedSize) <= WHOLE_BYTES;
}

async function wholeMember(zip: ZipFile, entry: Entry, file: number): Promise<Uint8Array> {
  if (!zip.isOpen) throw new Error('the archive is closed');
  const { compressionMethod, compressedSize, uncompressedSize } = entry;
  const stored = await readRange(file, await dataStart(zip, entry), compressedSize);
  const bytes =
    compressionMethod === STORED
      ? stored
      : inflateRawSync(stored, { maxOutputLength: Math.max(1, uncompressedSize) });
  if (bytes.length !== uncompressedSize)
    throw new Error(`it has ${bytes.length} bytes, its entry says ${uncompressedSize}`);
  return bytes;
}

function dataStart(zip: ZipFile, entry: Entry): Promise<number> {
  return new Promise((resolve, reject) => {
    zip.readLocalFileHeader(entry, { minimal: true }, (error, header) => {
      if (error) reject(error);
      else resolve(header.fileDataStart);
    });
  });
}

/** yauzl compares the length with the entry's. */
function streamOf(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error) reject(error);
      else resolve(stream);
    });
  });
}
