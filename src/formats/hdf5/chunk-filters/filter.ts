/** Filters that chunks of HDF5 files went through. A filter is one file here and one line in `index.ts`. */

import type { TakeMemory } from '../../bytes.ts';

/** Undoes a filter. */
export interface ChunkFilter {
  /** Its registered number. */
  readonly id: number;
  readonly name: string;
  /**
   * @param values that the file states with the filter.
   * @param most bytes that it may give.
   * @param take for what it gives, once at most; it may also lie in the bytes, or in memory of its own.
   * @throws {@link CodecError} where the bytes are damaged, or give more.
   */
  decode(bytes: Uint8Array, values: readonly number[], most: number, take: TakeMemory): Uint8Array;
}
