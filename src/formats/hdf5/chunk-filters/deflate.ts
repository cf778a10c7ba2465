/** Filter 1: zlib streams (RFC 1950). */
import { inflateSync } from 'fflate';
import { CodecError } from '../../aedat4/codec/codec-error.ts';
import { adler32 } from '../../compression/adler32.ts';
import { inflateWhole } from '../../compression/inflate.ts';
import type { ChunkFilter } from './filter.ts';

const HEADER_BYTES = 2;
const CHECKSUM_BYTES = 4;

export const deflateFilter: ChunkFilter = {
  id: 1,
  name: 'gzip',
  decode: (bytes, _, most) => inflateZlib(bytes, most),
};

/** What a zlib stream becomes. @throws {@link CodecError} */
export function inflateZlib(bytes: Uint8Array, most: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (
    bytes.length < HEADER_BYTES + CHECKSUM_BYTES ||
    (bytes[0]! & 15) !== 8 ||
    (bytes[1]! & 0x20) !== 0 ||
    view.getUint16(0) % 31 !== 0
  )
    throw new CodecError('CORRUPT_DATA', 'A zlib stream does not begin as one.');
  const stream = bytes.subarray(HEADER_BYTES, -CHECKSUM_BYTES);
  const inflated = inflateWhole([stream], most) ?? inflatePlainly(stream, most);
  if (adler32(inflated) !== view.getUint32(bytes.length - CHECKSUM_BYTES))
    throw new CodecError('CORRUPT_DATA', 'A zlib stream is damaged.');
  return inflated;
}

function inflatePlainly(stream: Uint8Array, most: number): Uint8Array {
  try {
    // fflate leaves what does not fit.
    return inflateSync(stream, { out: new Uint8Array(most) });
  } catch {
    throw new CodecError('CORRUPT_DATA', 'A zlib stream is damaged.');
  }
}
