/** Whether bytes are those that an index was built of. */
import { copyBytes } from '../../formats/bytes.ts';
import { crc32 } from '../../formats/compression/crc32.ts';
import type { ByteRange, RandomAccessSource } from '../../formats/index.ts';
import { sourceChunks } from './source-chunks.ts';

/**
 * Size and checksum of a recording, of which the head, the tail and 16 places between are looked at: to read all of it would
 * take as long as decoding. Times of files are not used, as copies have others and edits may keep them. What is changed
 * in place elsewhere is found where it is read: decoding a stretch must end as the index says.
 */
export interface Fingerprint {
  readonly bytes: number;
  /** CRC-32 of the samples. */
  readonly crc32: number;
}

const END_BYTES = 65_536;
const SAMPLE_BYTES = 4096;
const SAMPLES = 16;

/** Not by `read`, which a file answers with a window around what is asked for: 18 of them would be 5 MB to sample 200 kB. */
async function sampleAt(source: RandomAccessSource, { offset, length }: ByteRange): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for await (const chunk of sourceChunks(source, offset, offset + length)) parts.push(copyBytes(chunk));
  return parts;
}

/** Reads what tells a recording from others. */
export async function fingerprintOf(source: RandomAccessSource): Promise<Fingerprint> {
  const { size } = source;
  const places = [{ offset: 0, length: Math.min(size, END_BYTES) }];
  if (size > END_BYTES) {
    const between = Math.max(0, size - 2 * END_BYTES);
    for (let i = 0; i < SAMPLES; i++) {
      const offset = END_BYTES + Math.floor((between * i) / SAMPLES);
      places.push({ offset, length: Math.min(SAMPLE_BYTES, size - offset) });
    }
    places.push({ offset: size - END_BYTES, length: END_BYTES });
  }
  let checksum = 0;
  const samples = await Promise.all(places.map((place) => sampleAt(source, place)));
  for (const bytes of samples.flat()) checksum = crc32(bytes, checksum);
  return { bytes: size, crc32: checksum };
}
