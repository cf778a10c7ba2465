/** The one list of filters, and how a chunk goes back through those of its dataset. */
import { CodecError } from '../../aedat4/codec/codec-error.ts';
import { takeFresh, type TakeMemory } from '../../bytes.ts';
import { decodeEcf } from '../ecf/decode.ts';
import { ECF_FILTER } from '../ecf/layout.ts';
import type { FilterUse } from '../file/dataset.ts';
import { bloscFilter } from './blosc.ts';
import { deflateFilter } from './deflate.ts';
import type { ChunkFilter } from './filter.ts';
import { fletcher32Filter } from './fletcher32.ts';
import { lz4Filter } from './lz4.ts';
import { lzfFilter } from './lzf.ts';
import { shuffleFilter } from './shuffle.ts';
import { zstdFilter } from './zstd.ts';

/** All filters that are read. */
export const chunkFilters: readonly ChunkFilter[] = [
  deflateFilter,
  shuffleFilter,
  fletcher32Filter,
  lzfFilter,
  bloscFilter,
  lz4Filter,
  zstdFilter,
  { id: ECF_FILTER, name: 'ECF', decode: (bytes, _, most, take) => decodeEcf(bytes, most, take) },
];

/** The first filter of a dataset that is not read. */
export function unreadFilter(uses: readonly FilterUse[]): FilterUse | undefined {
  return uses.find(({ id }) => !chunkFilters.some((filter) => filter.id === id));
}

/** What filters may add to the bytes that go through them: a checksum, a header, what does not shrink. */
function mostBetween(bytes: number): number {
  return bytes + (bytes >>> 3) + 1024;
}

/**
 * The elements of a chunk.
 *
 * @param mask of filters that were left out.
 * @param bytes that there must be.
 * @param take for the elements, which may lie elsewhere all the same.
 * @throws {@link CodecError}
 */
export function unfiltered(
  chunk: Uint8Array,
  uses: readonly FilterUse[],
  mask: number,
  bytes: number,
  take: TakeMemory,
): Uint8Array {
  let content = chunk;
  for (let i = uses.length - 1; i >= 0; i--) {
    if ((mask & (1 << i)) !== 0) continue;
    const { id, values } = uses[i]!;
    const filter = chunkFilters.find((candidate) => candidate.id === id)!;
    content =
      i === 0
        ? filter.decode(content, values, bytes, take)
        : filter.decode(content, values, mostBetween(bytes), takeFresh);
  }
  if (content.length === bytes) return content;
  throw new CodecError('CORRUPT_DATA', `A chunk gives ${content.length} bytes, its elements have ${bytes}.`);
}
