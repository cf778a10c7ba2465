/** The entries of one output pixel: spans of the lists with the address of the weights added. */
import { Source, SourceKind } from './blocks';

/** Copies entries, 32 at a time, which makes most spans of a layer equally many turns; up to 31 too many. */
@inline
function copySpan(from: usize, end: usize, add: u32, to: usize): usize {
  const next = to + (end - from);
  const constant = i32x4.splat(add);
  for (; from < end; from += 128) {
    v128.store(to, i32x4.add(v128.load(from), constant));
    v128.store(to, i32x4.add(v128.load(from, 16), constant), 16);
    v128.store(to, i32x4.add(v128.load(from, 32), constant), 32);
    v128.store(to, i32x4.add(v128.load(from, 48), constant), 48);
    v128.store(to, i32x4.add(v128.load(from, 64), constant), 64);
    v128.store(to, i32x4.add(v128.load(from, 80), constant), 80);
    v128.store(to, i32x4.add(v128.load(from, 96), constant), 96);
    v128.store(to, i32x4.add(v128.load(from, 112), constant), 112);
    to += 128;
  }
  return next;
}

/**
 * Gathers the rows that reach output pixel (y, x), up to a multiple of eight with rows of zeros, from address `to` on.
 *
 * @returns the entries gathered, rows of zeros left out.
 */
export function gather(s: Source, lists: usize, slot: u32, index: u32, y: u32, x: u32, to: usize): u32 {
  s.list = to;
  let at = to;
  if (s.kind == SourceKind.IDENTITY) {
    store<u32>(at, s.map + slot * s.mapStepBytes + (((y * s.inWidth + x) * s.inWords) << 4));
    at += 4;
  } else {
    const kernel = <i32>s.kernel;
    const top = <i32>(y * s.stride) - <i32>s.padTop;
    const left = <i32>(x * s.stride) - <i32>s.padLeft;
    const firstX = max(left, 0);
    const endX = min(left + kernel, <i32>s.inWidth);
    const lastY = min(top + kernel, <i32>s.inHeight);
    const first = max(top, 0);
    const tapRow = s.tapRowBytes;
    const row = s.inWidth << 2;
    const starts = lists + s.starts + index * s.startsStepBytes;
    if (firstX < endX) {
      // Counted on from row to row: V8 would compute whatever depends on the row alone anew, multiplications and all.
      let pixels = starts + (first - <i32>s.firstRow) * row + (firstX << 2);
      let weights = <u32>s.weights + <u32>(first - top) * tapRow - <u32>left * s.tapBytes;
      const width = (endX - firstX) << 2;
      for (let rows = lastY - first; rows > 0; rows--) {
        at = copySpan(<usize>load<u32>(pixels), <usize>load<u32>(pixels + width), weights, at);
        pixels += row;
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
