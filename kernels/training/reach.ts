/**
 * What a pixel gets from a window of pixels whose entries are listed by level: every list names rows of signs that are added
 * to counters from the plane of its level on. With N the sum of all levels that were added, the sum is 2 count - N.
 */
import { COUNTER_BYTES } from '../engine/blocks';
import { copySpan } from '../engine/gather';
import {
  Counting,
  END_LEVEL,
  ENDS_BYTES,
  addGathered,
  bytesOf,
  bytesOfCounts,
  clearCounters,
  countsAt,
  countsOf,
  endList,
  planesFor,
} from './counters';

/** Notes the ends of all lists before a pixel. */
// @ts-ignore: decorator
@inline
export function copyEnds(from: usize, to: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  v128.store(to, v128.load(from, 32), 32);
  v128.store(to, v128.load(from, 48), 48);
}

/** Bytes of all lists of a level in reach, summed, to `counts`. */
// @ts-ignore: decorator
@inline
function countReach(first: usize, end: usize, rows: i32, rowBytes: usize, counts: usize): void {
  for (let at: usize = 0; at < ENDS_BYTES; at += 16) {
    let sum = i32x4.splat(0);
    let from = first + at;
    let to = end + at;
    for (let row = 0; row < rows; row++) {
      sum = i32x4.add(sum, i32x4.sub(v128.load(to), v128.load(from)));
      from += rowBytes;
      to += rowBytes;
    }
    v128.store(counts + at, sum);
  }
}

/** Numbers of one pixel. */
// @ts-ignore: decorator
@inline
function writePixel(p: Counting, planes: u32, n: u32, channels: i32, to: usize): void {
  const sum = i32x4.splat(n);
  const alpha = f32x4.splat(p.alpha);
  const wide = planes > 16;
  let counters = p.counters;
  for (let c = 0; c < channels; c += 128) {
    bytesOfCounts(counters, planes, bytesOf(p));
    const used = min(128, channels - c);
    let at = bytesOf(p);
    let i = 0;
    for (; i + 16 <= used; i += 16) {
      store4(countsAt(at, wide, 0), sum, alpha, to);
      store4(countsAt(at, wide, 1), sum, alpha, to + 16);
      store4(countsAt(at, wide, 2), sum, alpha, to + 32);
      store4(countsAt(at, wide, 3), sum, alpha, to + 48);
      at += 16;
      to += 64;
    }
    if (i < used) {
      store4(countsAt(at, wide, 0), sum, alpha, to);
      store4(countsAt(at, wide, 1), sum, alpha, to + 16);
      to += 32;
    }
    counters += COUNTER_BYTES;
  }
}

// @ts-ignore: decorator
@inline
function store4(counts: v128, sum: v128, alpha: v128, to: usize): void {
  v128.store(to, f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(i32x4.add(counts, counts), sum)), alpha));
}

/**
 * @param starts ends of the lists before the first pixel of the window's first row, `rowEnds` from one row to the next.
 * @param firstX of the window's pixels, which end before `endX`.
 * @param weights what entries lack in the first row; `weightBytes` more in each next one.
 * @param channels of the sums, a multiple of eight.
 * @param to receives float32, in levels of α.
 */
export function sumReach(
  p: Counting,
  starts: usize,
  firstX: i32,
  endX: i32,
  rows: i32,
  rowEnds: usize,
  weights: usize,
  weightBytes: usize,
  channels: i32,
  to: usize,
): void {
  const counts = countsOf(p);
  const first = starts + <usize>firstX * ENDS_BYTES;
  const end = starts + <usize>endX * ENDS_BYTES;
  countReach(first, end, endX > firstX ? rows : 0, rowEnds, counts);
  let n: u32 = 0;
  for (let level: usize = 1; level < END_LEVEL; level++) {
    n += (load<u32>(counts + 4 * level) >> 2) << (<u32>level - 1);
  }
  const planes = planesFor(n);
  clearCounters(p, planes);
  for (let level: usize = 1; level < END_LEVEL; level++) {
    if (load<u32>(counts + 4 * level) == 0) continue;
    let list = p.gathered;
    let add = weights;
    let from = first + 4 * level;
    let until = end + 4 * level;
    for (let row = 0; row < rows; row++) {
      const begin = <usize>load<u32>(from);
      const stop = <usize>load<u32>(until);
      if (begin < stop) list = copySpan(begin, stop, <u32>add, list);
      from += rowEnds;
      until += rowEnds;
      add += weightBytes;
    }
    addGathered(p, endList(p, list), <u32>level - 1, planes);
  }
  writePixel(p, planes, n, channels, to);
}
