/** What both products of gradients that are signed powers of two have in common: lists by level, counters, numbers. */
import { NoWords, OneWord, TwoWords, addRows, addRowsOfFour } from '../engine/adders';
import { COUNTER_BYTES } from '../engine/blocks';
import { transpose } from '../engine/sliced';

/** Codes that there are; three of them stand for 0. */
export const LEVELS: usize = 16;
/** Behind the last level. */
export const END_LEVEL: usize = 14;
/** Bytes of the ends of all levels' lists. */
export const ENDS_BYTES: usize = 64;
/** Entries that are added at a time: as far as carries stay in the first-level cache. */
const PIECE_BYTES: usize = 4 * 2048;

/** As src/training/engine/counted-products.ts writes it: 32-bit words in this order. */
@unmanaged
export class Counting {
  /** Words of 128 input channels. */
  words: i32;
  /** The smallest level of the gradient. */
  alpha: f32;
  /** Rows of signs, `[taps, channels, 2, words]`. */
  table: usize;
  /** A row of zeros. */
  zeros: usize;
  /** Lists of entries, one for each level of each bit of the map, `listBytes` apart. */
  lists: usize;
  listBytes: u32;
  /** Ends of the lists before each output pixel, `[pixels + 1, LEVELS]`. */
  starts: usize;
  /** The list in hand. */
  gathered: usize;
  counters: usize;
  slots: usize;
  carries: usize;
  /** From the carries of two words to those of the next two. */
  carryBytes: u32;
  /** 1,024 bytes: see the functions below. */
  scratch: usize;
  /** Rows of a chunk of frames, one part for each bit of the map, `mapBytes` apart. */
  maps: usize;
  mapBytes: u32;
  /** Which output pixels of a chunk see anything of a bit of the map: bytes of 255 or 0, `pixelBytes` apart. */
  windows: usize;
  pixelBytes: u32;
  /** Codes of eight channels and of one channel and bit, `pixelBytes` apart. */
  columns: usize;
  /** Sums of eight channels, `[taps, 8, input channels filled up to 16]`. */
  tile: usize;
}

/** Where the ends of the lists are, of one bit of the map. */
// @ts-ignore: decorator
@inline
export function endsOf(p: Counting, bit: u32): usize {
  return p.scratch + <usize>bit * ENDS_BYTES;
}

/** The first list, that of zeros, of one bit of the map. */
// @ts-ignore: decorator
@inline
export function listsOf(p: Counting, bit: u32): usize {
  return p.lists + <usize>bit * LEVELS * p.listBytes;
}

/** Counts by level, of an input pixel. */
// @ts-ignore: decorator
@inline
export function countsOf(p: Counting): usize {
  return p.scratch + 4 * ENDS_BYTES;
}

/** 512 bytes for transpositions. */
// @ts-ignore: decorator
@inline
export function bytesOf(p: Counting): usize {
  return p.scratch + 8 * ENDS_BYTES;
}

/** Empties the lists of one bit of the map. */
export function resetLists(p: Counting, bit: u32): void {
  const ends = endsOf(p, bit);
  let list = listsOf(p, bit);
  for (let level: usize = 0; level < LEVELS; level++) {
    store<u32>(ends + 4 * level, <u32>list);
    list += p.listBytes;
  }
}

/** Puts an entry to the list of its code, behind which it leaves the end. Zeros have a list of their own. */
// @ts-ignore: decorator
@inline
export function append(ends: usize, code: u32, entry: usize, rowBytes: usize): void {
  const end = ends + <usize>((code & 15) << 2);
  const to = load<u32>(end);
  store<u32>(to, <u32>(entry + <usize>(code >> 7) * rowBytes));
  store<u32>(end, to + 4);
}

export function clearCounters(p: Counting, planes: u32): void {
  let counters = p.counters;
  const zero = i32x4.splat(0);
  for (let w = 0; w < p.words; w++) {
    for (let at: usize = 0; at < <usize>planes << 4; at += 16) v128.store(counters + at, zero);
    counters += COUNTER_BYTES;
  }
}

/** Ends a gathered list with rows of zeros, up to a multiple of eight. */
// @ts-ignore: decorator
@inline
export function endList(p: Counting, to: usize): usize {
  const zeros = i32x4.splat(<i32>p.zeros);
  v128.store(to, zeros);
  v128.store(to, zeros, 16);
  return p.gathered + ((to - p.gathered + 31) & ~31);
}

/**
 * Adds the gathered rows to the counters from a plane on.
 *
 * @param end of the list, a multiple of eight entries.
 * @param planes that the sums need.
 */
export function addGathered(p: Counting, end: usize, plane: u32, planes: u32): void {
  const above = <usize>(planes - plane) << 4;
  for (let list = p.gathered; list < end; list += PIECE_BYTES) {
    const stop = min(end, list + PIECE_BYTES);
    let counters = p.counters + (<usize>plane << 4);
    for (let words = p.words; ; words -= 4) {
      const last = counters + above;
      if (words >= 4) addRowsOfFour(list, stop, counters, last, p.slots, p.carries, p.carryBytes);
      else if (words == 1) addRows<OneWord, NoWords>(list, stop, counters, last, p.slots, p.carries);
      else {
        addRows<TwoWords, NoWords>(list, stop, counters, last, p.slots, p.carries);
        if (words == 3) {
          const third: usize = 2 * COUNTER_BYTES;
          addRows<OneWord, TwoWords>(list, stop, counters + third, last + third, p.slots, p.carries);
        }
      }
      if (words <= 4) break;
      const four = i32x4.splat(64);
      for (let at = list; at < stop; at += 16) v128.store(at, i32x4.add(v128.load(at), four));
      counters += 4 * COUNTER_BYTES;
    }
  }
}

/** Planes that numbers up to `most` need. */
// @ts-ignore: decorator
@inline
export function planesFor(most: u32): u32 {
  return 32 - clz(most);
}

// @ts-ignore: decorator
@inline
function clear(to: usize): void {
  const zero = i32x4.splat(0);
  for (const end = to + 128; to < end; to += 16) v128.store(to, zero);
}

/** Bytes of the counts of one word, `[4][8][16]`: those from the lowest to the highest, as many as there are planes. */
export function bytesOfCounts(counters: usize, planes: u32, scratch: usize): void {
  transpose(counters, planes, scratch);
  if (planes > 8) transpose(counters + 128, planes - 8, scratch + 128);
  else clear(scratch + 128);
  if (planes <= 16) return;
  transpose(counters + 256, planes - 16, scratch + 256);
  if (planes > 24) transpose(counters + 384, planes - 24, scratch + 384);
  else clear(scratch + 384);
}

/** Counts 4 `quarter` … 4 `quarter` + 3 of the group of 16 channels whose lowest bytes are at `at`. */
// @ts-ignore: decorator
@inline
export function countsAt(at: usize, wide: bool, quarter: i32): v128 {
  const low = v128.load(at);
  const next = v128.load(at, 128);
  const half =
    quarter < 2
      ? v128.shuffle<i8>(low, next, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
      : v128.shuffle<i8>(low, next, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const counts = (quarter & 1) == 0 ? i32x4.extend_low_i16x8_u(half) : i32x4.extend_high_i16x8_u(half);
  if (!wide) return counts;
  const third = v128.load(at, 256);
  const last = v128.load(at, 384);
  const top =
    quarter < 2
      ? v128.shuffle<i8>(third, last, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
      : v128.shuffle<i8>(third, last, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const high = (quarter & 1) == 0 ? i32x4.extend_low_i16x8_u(top) : i32x4.extend_high_i16x8_u(top);
  return v128.or(counts, i32x4.shl(high, 16));
}
