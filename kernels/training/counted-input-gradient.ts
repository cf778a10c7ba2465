/**
 * The gradient at the input of a convolution with weights of -1 and +1, where the gradient at its currents is signed powers
 * of two: an entry is a row of signs that is added to counters from the plane of its level on, complemented if it is
 * negative. With N the sum of the magnitudes, the gradient is 2 count - N levels α.
 */
import { COUNTER_BYTES } from '../engine/blocks';
import { copySpan } from '../engine/gather';
import { pairBytes } from './bit-rows';
import { Conv, endOut, firstOut } from './conv';
import {
  Counting,
  ENDS_BYTES,
  LEVELS,
  addGathered,
  append,
  bytesOf,
  bytesOfCounts,
  clearCounters,
  countsAt,
  countsOf,
  endList,
  endsOf,
  planesFor,
  resetLists,
} from './counters';

/**
 * Lists what is not 0 in a frame's codes, by level. An entry is the row of its channel and sign in the first tap of a window
 * that begins at its own place; whoever reads it adds the tap. So the pixels of a row stand together for all taps.
 */
function listByLevel(conv: Conv, p: Counting, codes: usize): void {
  const pair = pairBytes(p.words);
  const rowBytes = pair >> 1;
  const tapBytes = <usize>conv.channels * pair;
  const ends = endsOf(p, 0);
  let starts = p.starts;
  resetLists(p, 0);
  for (let oy = 0; oy < conv.outHeight; oy++) {
    let row: usize = 0;
    for (let ox = 0; ox < conv.outWidth; ox++) {
      copyEnds(ends, starts);
      starts += ENDS_BYTES;
      // Nobody reads the list of zeros.
      store<u32>(ends, <u32>p.lists);
      let entry = row;
      for (const end = codes + conv.channels; codes < end; codes++) {
        append(ends, load<u8>(codes), entry, rowBytes);
        entry += pair;
      }
      row -= <usize>conv.stride * tapBytes;
    }
  }
  copyEnds(ends, starts);
}

// @ts-ignore: decorator
@inline
function copyEnds(from: usize, to: usize): void {
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
 * @param codes of `codeGradient`, one frame's `[output pixels, channels]`.
 * @param to receives `[input pixels, input stride]`.
 */
export function countedInputGradient(conv: Conv, p: Counting, codes: usize, to: usize): void {
  listByLevel(conv, p, codes);
  const pair = pairBytes(p.words);
  const tapBytes = <usize>conv.channels * pair;
  const rowEnds = <usize>conv.outWidth * ENDS_BYTES;
  const counts = countsOf(p);
  for (let y = conv.top; y < conv.top + conv.inHeight; y++) {
    const firstY = firstOut(y, conv.kernelHeight, conv.stride);
    const rows = endOut(y, conv.stride, conv.outHeight) - firstY;
    // The tap of the first row; each next one is `stride` rows of taps before it.
    const firstTap = p.table + <usize>((y - firstY * conv.stride) * conv.kernelWidth) * tapBytes;
    const weightBytes = <usize>(conv.stride * conv.kernelWidth) * tapBytes;
    for (let x = conv.left; x < conv.left + conv.inWidth; x++) {
      const firstX = firstOut(x, conv.kernelWidth, conv.stride);
      const endX = endOut(x, conv.stride, conv.outWidth);
      const first = p.starts + <usize>firstY * rowEnds + <usize>firstX * ENDS_BYTES;
      const end = p.starts + <usize>firstY * rowEnds + <usize>endX * ENDS_BYTES;
      countReach(first, end, endX > firstX ? rows : 0, rowEnds, counts);
      let n: u32 = 0;
      for (let level: usize = 1; level < LEVELS; level++) {
        n += (load<u32>(counts + 4 * level) >> 2) << (<u32>level - 1);
      }
      const planes = planesFor(n);
      clearCounters(p, planes);
      for (let level: usize = 1; level < LEVELS; level++) {
        if (load<u32>(counts + 4 * level) == 0) continue;
        let list = p.gathered;
        let weights = firstTap + <usize>x * tapBytes;
        let from = first + 4 * level;
        let until = end + 4 * level;
        for (let row = 0; row < rows; row++) {
          const begin = <usize>load<u32>(from);
          const stop = <usize>load<u32>(until);
          if (begin < stop) list = copySpan(begin, stop, <u32>weights, list);
          from += rowEnds;
          until += rowEnds;
          weights -= weightBytes;
        }
        addGathered(p, endList(p, list), <u32>level - 1, planes);
      }
      writePixel(p, planes, n, conv.inStride, to);
      to += 4 * <usize>conv.inStride;
    }
  }
}
