/** Filter 32004: LZ4 blocks behind their sizes, big-endian. */
import { CodecError } from '../../aedat4/codec/codec-error.ts';
import { decompressBlock } from '../../aedat4/codec/lz4-block.ts';
import type { ChunkFilter } from './filter.ts';

const HEADER_BYTES = 12;

export const lz4Filter: ChunkFilter = {
  id: 32_004,
  name: 'lz4',
  decode: (bytes, _, most) => {
    if (bytes.length < HEADER_BYTES) throw damaged();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const total = view.getUint32(0) * 2 ** 32 + view.getUint32(4);
    const blockBytes = view.getUint32(8);
    if (total > most || (blockBytes === 0 && total > 0)) throw damaged();
    const out = new Uint8Array(total);
    let at = HEADER_BYTES;
    for (let to = 0; to < total;) {
      if (at + 4 > bytes.length) throw damaged();
      const length = view.getUint32(at);
      at += 4;
      if (length > bytes.length - at) throw damaged();
      const block = out.subarray(to, to + blockBytes);
      const packed = bytes.subarray(at, at + length);
      if (length === block.length) block.set(packed);
      else if (decompressBlock(packed, block, 0, block.length) !== block.length) throw damaged();
      at += length;
      to += block.length;
    }
    return out;
  },
};

function damaged(): CodecError {
  return new CodecError('CORRUPT_DATA', 'An LZ4 chunk is damaged.');
}
