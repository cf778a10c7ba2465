/** The entries of one output pixel: spans of the lists with the address of the weights added. */
import { IntegerSource, Source, SourceKind, Window } from './blocks';

/** Copies entries, 32 at a time and at least, which makes most spans of a layer equally many turns; up to 32 too many. */
@inline
export function copySpan(from: usize, end: usize, add: u32, to: usize): usize {
  const next = to + (end - from);
  const constant = i32x4.splat(add);
  do {
    v128.store(to, i32x4.add(v128.load(from), constant));
    v128.store(to, i32x4.add(v128.load(from, 16), constant), 16);
    v128.store(to, i32x4.add(v128.load(from, 32), constant), 32);
    v128.store(to, i32x4.add(v128.load(from, 48), constant), 48);
    v128.store(to, i32x4.add(v128.load(from, 64), constant), 64);
    v128.store(to, i32x4.add(v128.load(from, 80), constant), 80);
    v128.store(to, i32x4.add(v128.load(from, 96), constant), 96);
    v128.store(to, i32x4.add(v128.load(from, 112), constant), 112);
    to += 128;
    from += 128;
  } while (from < end);
  return next;
}

/** Makes a window ready for the pixels of output row `y`. */
export function enterRow(w: Window, lists: usize, y: u32): void {
  const top = <i32>(y * w.stride) - <i32>w.padTop;
  const first = max(top, 0);
  w.rows = min(top + <i32>w.kernel, <i32>w.inHeight) - first;
  w.rowStarts = lists + w.starts + (first - <i32>w.firstRow) * w.inWidth * w.startBytes;
  w.rowWeights = <u32>w.weights + <u32>(first - top) * w.tapRowBytes;
}

/**
 * Gathers the rows that reach output pixel (y, x), up to a multiple of eight with rows of zeros, from address `to` on.
 *
 * @returns the entries gathered, rows of zeros left out.
 */
@inline
export function gather(s: Source, slot: u32, index: u32, y: u32, x: u32, to: usize): u32 {
  s.list = to;
  let at = to;
  if (s.kind == SourceKind.IDENTITY) {
    store<u32>(at, s.map + slot * s.mapStepBytes + (((y * s.inWidth + x) * s.inWords) << 4));
    at += 4;
  } else {
    const left = <i32>(x * s.stride) - <i32>s.padLeft;
    const first = max(left, 0);
    const end = min(left + <i32>s.kernel, <i32>s.inWidth);
    if (first < end) {
      // Counted on from row to row: V8 would compute whatever depends on the row alone anew, multiplications and all.
      let starts = s.rowStarts + index * s.startsStepBytes + (first << 2);
      let weights = s.rowWeights - <u32>left * s.tapBytes;
      const tapRow = s.tapRowBytes;
      const row = s.inWidth << 2;
      const width = (end - first) << 2;
      for (let rows = s.rows; rows > 0; rows--) {
        at = copySpan(<usize>load<u32>(starts), <usize>load<u32>(starts + width), weights, at);
        starts += row;
        weights += tapRow;
      }
    }
  }
  const count = <u32>(at - to) >> 2;
  const zeros = i32x4.splat(s.zeroRow);
  v128.store(at, zeros);
  v128.store(at, zeros, 16);
  s.listEnd = to + ((<usize>(count + 7) & ~7) << 2);
  return count;
}

/**
 * Gathers the pairs of inputs that reach output pixel x of the row at hand, with the addresses of their weights. A pair
 * of zeros ends them.
 *
 * @returns the sum of the inputs.
 */
export function gatherPairs(s: IntegerSource, index: u32, x: u32, to: usize): u32 {
  const left = <i32>(x * s.stride) - <i32>s.padLeft;
  const first = max(left, 0);
  const end = min(left + <i32>s.kernel, <i32>s.inWidth);
  let total: u32 = 0;
  if (first < end) {
    let starts = s.rowStarts + index * s.startsStepBytes + (first << 3);
    let weights = s.rowWeights - <u32>left * s.tapBytes;
    const tapRow = s.tapRowBytes;
    const row = s.inWidth << 3;
    const width = (end - first) << 3;
    for (let rows = s.rows; rows > 0; rows--) {
      const spanEnd = starts + width;
      total += load<u32>(spanEnd, 4) - load<u32>(starts, 4);
      to = copyPairs(<usize>load<u32>(starts), <usize>load<u32>(spanEnd), weights, to);
      starts += row;
      weights += tapRow;
    }
  }
  store<u32>(to, 0);
  return total;
}

/** Copies pairs, four at a time and four at least: most spans are that short. */
@inline
function copyPairs(from: usize, end: usize, weights: u32, to: usize): usize {
  const next = to + (end - from);
  const constant = i64x2.splat(<i64>weights << 32);
  do {
    v128.store(to, i32x4.add(v128.load(from), constant));
    v128.store(to, i32x4.add(v128.load(from, 16), constant), 16);
    to += 32;
    from += 32;
  } while (from < end);
  return next;
}
