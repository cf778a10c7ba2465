/** Filter 3: a checksum behind the bytes, as the library of the HDF Group computes it. */
import { CodecError } from '../../aedat4/codec/codec-error.ts';
import type { ChunkFilter } from './filter.ts';

const CHECKSUM_BYTES = 4;

export const fletcher32Filter: ChunkFilter = {
  id: 3,
  name: 'fletcher32',
  decode: (bytes) => {
    const end = bytes.length - CHECKSUM_BYTES;
    if (end < 0) throw new CodecError('CORRUPT_DATA', 'A chunk is shorter than its checksum.');
    const content = bytes.subarray(0, end);
    const stated = new DataView(bytes.buffer, bytes.byteOffset + end).getUint32(0, true);
    if (stated !== fletcher32(content))
      throw new CodecError('CORRUPT_DATA', 'A chunk has another checksum than it states.');
    return content;
  },
};

function fletcher32(bytes: Uint8Array): number {
  let first = 0;
  let second = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    first = folded(first + ((bytes[at]! << 8) | (bytes[at + 1] ?? 0)));
    second = folded(second + first);
  }
  return second * 0x1_0000 + first;
}

/** Modulo 65,535 with carries added, so that a sum that is not 0 stays so. */
function folded(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}
