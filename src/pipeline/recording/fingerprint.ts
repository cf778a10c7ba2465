/** Whether bytes are those that an index was built of. */
import { crc32 } from '../../formats/compression/crc32.ts';
import type { RandomAccessSource } from '../../formats/index.ts';

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
  for (const samples of await Promise.all(places.map(({ offset, length }) => source.read(offset, length))))
    checksum = crc32(samples, checksum);
  return { bytes: size, crc32: checksum };
}
