/** Filter 32015: ZSTD. */
import { decompressZstd } from '../../aedat4/codec/zstd.ts';
import type { ChunkFilter } from './filter.ts';

export const zstdFilter: ChunkFilter = {
  id: 32_015,
  name: 'zstd',
  decode: (bytes, _, most, take) => decompressZstd(bytes, most, take),
};
