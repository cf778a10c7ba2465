/** Filter 32015: ZSTD. */
import { AEDAT4_CODECS } from '../../aedat4/codec/codec.ts';
import type { ChunkFilter } from './filter.ts';

export const zstdFilter: ChunkFilter = {
  id: 32_015,
  name: 'zstd',
  decode: (bytes, _, most) => AEDAT4_CODECS.zstd.decompress(bytes, most),
};
