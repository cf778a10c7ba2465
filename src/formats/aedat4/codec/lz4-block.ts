/**
 * LZ4 blocks. The JavaScript libraries for LZ4 check neither offsets nor checksums, so damaged frames would pass
 * unseen. Source: LZ4 block format description.
 */
import { CodecError } from './codec-error.ts';

const MIN_MATCH = 4;
/** The last bytes of a block are literals, and no match starts in the last 12. */
const LAST_LITERALS = 5;
const LAST_MATCH_START = 12;
const MAX_OFFSET = 0xffff;
const HASH_BITS = 13;
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

/** Most bytes that a block of `length` bytes can compress to. */
export function maxCompressedBytes(length: number): number {
  return length + Math.ceil(length / 255) + 16;
}

const table = new Int32Array(1 << HASH_BITS);

/** Compresses a block on its own, taking the first match that a hash of four bytes finds. Returns the end of the output. */
export function compressBlock(input: Uint8Array, output: Uint8Array, at: number): number {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const lastStart = input.length - LAST_MATCH_START;
  const lastMatchEnd = input.length - LAST_LITERALS;
  table.fill(-1);
  let to = at;
  let anchor = 0;
  let from = 0;
  while (from <= lastStart) {
    const four = view.getUint32(from, true);
    const hash = Math.imul(four, 0x9e37_79b1) >>> (32 - HASH_BITS);
    const candidate = table[hash]!;
    table[hash] = from;
    if (candidate < 0 || from - candidate > MAX_OFFSET || view.getUint32(candidate, true) !== four) {
      // Incompressible stretches are left in growing steps.
      from += 1 + ((from - anchor) >>> 6);
      continue;
    }
    let end = from + MIN_MATCH;
    for (let back = candidate + MIN_MATCH; end < lastMatchEnd && input[end] === input[back]; back++) end++;
    to = putSequence(output, to, input, anchor, from, from - candidate, end - from);
    from = end;
    anchor = end;
  }
  return putLiterals(output, to, input, anchor, input.length, 0);
}

function putSequence(
  output: Uint8Array,
  at: number,
  input: Uint8Array,
  anchor: number,
  from: number,
  offset: number,
  length: number,
): number {
  const extra = length - MIN_MATCH;
  let to = putLiterals(output, at, input, anchor, from, Math.min(15, extra));
  output[to++] = offset & 0xff;
  output[to++] = offset >>> 8;
  return extra >= 15 ? putLength(output, to, extra - 15) : to;
}

function putLiterals(
  output: Uint8Array,
  at: number,
  input: Uint8Array,
  from: number,
  end: number,
  low: number,
): number {
  const length = end - from;
  output[at] = (Math.min(15, length) << 4) | low;
  let to = length >= 15 ? putLength(output, at + 1, length - 15) : at + 1;
  if (length > MAX_LOOP_BYTES) {
    output.set(input.subarray(from, end), to);
    return to + length;
  }
  for (let i = from; i < end; i++) output[to++] = input[i]!;
  return to;
}

function putLength(output: Uint8Array, at: number, rest: number): number {
  let to = at;
  let left = rest;
  for (; left >= 255; left -= 255) output[to++] = 255;
  output[to++] = left;
  return to;
}
