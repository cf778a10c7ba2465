/**
 * LZ4 blocks. The JavaScript libraries for LZ4 check neither offsets nor checksums, so damaged frames would pass
 * unseen. Source: LZ4 block format description.
 */
import { CodecError } from './codec-error.ts';

const MIN_MATCH = 4;
/** Below, a loop is faster than a call to copy. */
const MAX_LOOP_BYTES = 32;

/** What can be wrong with a block, in the order of kernels/aedat4/lz4.ts, which counts from 1. */
const FAULTS = [
  'ends inside a length',
  'ends inside its literals',
  'ends inside an offset',
  'refers to bytes before its start',
  'has no last literals',
] as const;

/** The error of a fault, by its number there. */
export function blockFault(number: number): CodecError {
  return new CodecError('CORRUPT_DATA', `An LZ4 block ${FAULTS[number - 1]!}.`);
}

function corrupt(what: (typeof FAULTS)[number]): CodecError {
  return blockFault(1 + FAULTS.indexOf(what));
}

/**
 * Decompresses a block to `output[at…]`; matches may reach back into what is there already. The oracle of the kernel, and
 * what runs where there is no WebAssembly.
 *
 * @returns the end of the output, which never passes `limit`; -1 where the block does not fit.
 */
export function decompressBlock(block: Uint8Array, output: Uint8Array, at: number, limit: number): number {
  const end = block.length;
  let from = 0;
  let to = at;
  while (from < end) {
    const token = block[from++]!;
    let literals = token >>> 4;
    if (literals === 15) {
      let more: number;
      do {
        if (from >= end) throw corrupt('ends inside a length');
        more = block[from++]!;
        literals += more;
      } while (more === 255);
    }
    if (from + literals > end) throw corrupt('ends inside its literals');
    if (to + literals > limit) return -1;
    if (literals > MAX_LOOP_BYTES) {
      output.set(block.subarray(from, from + literals), to);
      from += literals;
      to += literals;
    } else {
      for (const stop = from + literals; from < stop;) output[to++] = block[from++]!;
    }
    // The last sequence has literals only.
    if (from === end) return to;
    if (from + 2 > end) throw corrupt('ends inside an offset');
    const offset = block[from]! | (block[from + 1]! << 8);
    from += 2;
    if (offset === 0 || offset > to) throw corrupt('refers to bytes before its start');
    let length = (token & 15) + MIN_MATCH;
    if (length === 15 + MIN_MATCH) {
      let more: number;
      do {
        if (from >= end) throw corrupt('ends inside a length');
        more = block[from++]!;
        length += more;
      } while (more === 255);
    }
    if (to + length > limit) return -1;
    if (offset >= length && length > MAX_LOOP_BYTES) {
      output.copyWithin(to, to - offset, to - offset + length);
      to += length;
    } else {
      // A match may overlap what it writes: byte by byte.
      for (const stop = to + length; to < stop; to++) output[to] = output[to - offset]!;
    }
  }
  throw corrupt('has no last literals');
}
