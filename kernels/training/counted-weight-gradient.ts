/**
 * The gradient of weights from a gradient that is signed powers of two: rows are the map's own bits. Of each output
 * channel and level there is a list of places, the same for every tap but for a constant; a row that counts negative is
 * complemented, and its level taken away afterwards.
 */
import { COUNTER_BYTES } from '../engine/blocks';
import { pairBytes, transposeBytes } from './bit-rows';
import { Conv } from './conv';
import {
  Counting,
  END_LEVEL,
  addGathered,
  append,
  bytesOf,
  bytesOfCounts,
  clearCounters,
  countsAt,
  endList,
  endsOf,
  listsOf,
  planesFor,
  resetLists,
} from './counters';
import { transposed } from './input-gradient';
import { zeroCodes } from './rounding';

/** Codes of eight channels, channel by channel. @param pixels a multiple of 16. */
function columnsOf(codes: usize, channels: usize, pixels: i32, p: Counting): void {
  const bytes = bytesOf(p);
  let to = p.columns;
  for (let pixel = 0; pixel < pixels; pixel += 16) {
    let from = codes;
    for (let i: usize = 0; i < 128; i += 16) {
      v128.store(bytes + i, v128.load64_lane(from + 8 * channels, v128.load64_zero(from), 1));
      from += channels;
    }
    transposeBytes(bytes, bytes + 128);
    let column = to;
    for (let i: usize = 128; i < 256; i += 16) {
      v128.store(column, v128.load(bytes + i));
      column += p.pixelBytes;
    }
    codes += 16 * channels;
    to += 16;
  }
}

/**
 * Lists the places of a channel by level, for one bit of the map.
 *
 * @returns the sum of the negative ones' levels.
 */
function listPlaces(conv: Conv, p: Counting, codes: usize, bit: u32, frames: i32, frameBytes: usize): u32 {
  const pair = pairBytes(p.words);
  const rowBytes = pair >> 1;
  const width = (conv.outWidth - 1) * conv.stride + conv.kernelWidth;
  const step = <usize>conv.stride * pair;
  const rowStep = <usize>(conv.stride * width) * pair;
  const ends = endsOf(p, bit);
  let negative: u32 = 0;
  resetLists(p, bit);
  let frame = p.maps + <usize>bit * p.mapBytes;
  for (let f = 0; f < frames; f++) {
    let row = frame;
    for (let oy = 0; oy < conv.outHeight; oy++) {
      let entry = row;
      for (const end = codes + conv.outWidth; codes < end; codes++) {
        const code = <u32>load<u8>(codes);
        append(ends, code, entry, rowBytes);
        negative += (code >> 7) << (code & 15);
        entry += step;
      }
      row += rowStep;
    }
    frame += frameBytes;
  }
  return negative >> 1;
}

/** Leaves those of a channel's codes whose windows see a bit of the map at all. */
function maskColumn(p: Counting, column: usize, bit: u32, pixels: i32): usize {
  const to = p.columns + 8 * <usize>p.pixelBytes;
  const windows = p.windows + <usize>bit * p.pixelBytes;
  for (let at: usize = 0; at < <usize>pixels; at += 16) {
    v128.store(to + at, v128.bitselect(v128.load(column + at), zeroCodes(), v128.load(windows + at)));
  }
  return to;
}

/** Copies a list with a constant added. */
// @ts-ignore: decorator
@inline
function copyList(from: usize, end: usize, add: usize, to: usize): usize {
  const next = to + (end - from);
  const constant = i32x4.splat(<i32>add);
  for (; from < end; from += 32) {
    v128.store(to, i32x4.add(v128.load(from), constant));
    v128.store(to, i32x4.add(v128.load(from, 16), constant), 16);
    to += 32;
  }
  return next;
}

// @ts-ignore: decorator
@inline
function store4(counts: v128, minus: v128, to: usize): void {
  v128.store(to, i32x4.sub(counts, minus));
}

/** The counts of a tap, less `negative`, to the tile. */
// @ts-ignore: decorator
@inline
function writeTap(p: Counting, planes: u32, negative: u32, channels: i32, to: usize): void {
  const minus = i32x4.splat(negative);
  const wide = planes > 16;
  const bytes = bytesOf(p);
  let counters = p.counters;
  for (let c = 0; c < channels; c += 128) {
    bytesOfCounts(counters, planes, bytes);
    let at = bytes;
    for (const end = at + <usize>((min(128, channels - c) + 15) & ~15); at < end; at += 16) {
      store4(countsAt(at, wide, 0), minus, to);
      store4(countsAt(at, wide, 1), minus, to + 16);
      store4(countsAt(at, wide, 2), minus, to + 32);
      store4(countsAt(at, wide, 3), minus, to + 48);
      to += 64;
    }
    counters += COUNTER_BYTES;
  }
}

/** The sum of all levels of the lists of one bit. */
function sumOfLists(p: Counting, bit: u32): u32 {
  const ends = endsOf(p, bit);
  let list = listsOf(p, bit);
  let sum: u32 = 0;
  for (let level: usize = 1; level < END_LEVEL; level++) {
    list += p.listBytes;
    sum += ((load<u32>(ends + 4 * level) - <u32>list) >> 2) << (<u32>level - 1);
  }
  return sum;
}

/** Adds the rows that one bit's lists name, moved to a tap. */
// @ts-ignore: decorator
@inline
function addLists(p: Counting, bit: u32, add: usize, planes: u32): void {
  const ends = endsOf(p, bit);
  let list = listsOf(p, bit);
  for (let level: usize = 1; level < END_LEVEL; level++) {
    list += p.listBytes;
    const end = <usize>load<u32>(ends + 4 * level);
    if (list == end) continue;
    addGathered(p, endList(p, copyList(list, end, add, p.gathered)), <u32>level - 1 + bit, planes);
  }
}

/**
 * One output channel's gradients of all taps, to the tile.
 *
 * @param tapBytes from a tap's to the next one's.
 * @returns the sum of the magnitudes.
 */
function addChannel(
  conv: Conv,
  p: Counting,
  column: usize,
  bits: u32,
  frames: i32,
  frameBytes: usize,
  tile: usize,
  tapBytes: usize,
): u32 {
  const pixels = (frames * conv.outHeight * conv.outWidth + 15) & ~15;
  let negative: u32 = 0;
  let n: u32 = 0;
  for (let bit: u32 = 0; bit < bits; bit++) {
    const codes = bit == 0 ? column : maskColumn(p, column, bit, pixels);
    negative += listPlaces(conv, p, codes, bit, frames, frameBytes) << bit;
    n += sumOfLists(p, bit) << bit;
  }
  const planes = planesFor(n);
  const width = (conv.outWidth - 1) * conv.stride + conv.kernelWidth;
  for (let ky = 0; ky < conv.kernelHeight; ky++) {
    for (let kx = 0; kx < conv.kernelWidth; kx++) {
      const add = <usize>(ky * width + kx) * pairBytes(p.words);
      clearCounters(p, planes);
      for (let bit: u32 = 0; bit < bits; bit++) addLists(p, bit, add, planes);
      writeTap(p, planes, negative, conv.inChannels, tile);
      tile += tapBytes;
    }
  }
  return n;
}

// @ts-ignore: decorator
@inline
function addRow(to: usize, low: v128, high: v128): void {
  v128.store(to, i32x4.add(v128.load(to), low));
  v128.store(to, i32x4.add(v128.load(to, 16), high), 16);
}

/** Adds eight channels of a tap, which lie one behind the other, to rows of weights. */
function addTile(tile: usize, channelBytes: usize, inputs: i32, to: usize, rowBytes: usize): void {
  const high = tile + 4 * channelBytes;
  let at: usize = 0;
  for (let left = inputs; left > 0; left -= 4) {
    const a = v128.load(tile + at);
    const b = v128.load(tile + at + channelBytes);
    const c = v128.load(tile + at + 2 * channelBytes);
    const d = v128.load(tile + at + 3 * channelBytes);
    const e = v128.load(high + at);
    const f = v128.load(high + at + channelBytes);
    const g = v128.load(high + at + 2 * channelBytes);
    const h = v128.load(high + at + 3 * channelBytes);
    addRow(to, transposed(a, b, c, d, 0), transposed(e, f, g, h, 0));
    if (left > 1) addRow(to + rowBytes, transposed(a, b, c, d, 1), transposed(e, f, g, h, 1));
    if (left > 2) addRow(to + 2 * rowBytes, transposed(a, b, c, d, 2), transposed(e, f, g, h, 2));
    if (left > 3) addRow(to + 3 * rowBytes, transposed(a, b, c, d, 3), transposed(e, f, g, h, 3));
    at += 16;
    to += 4 * rowBytes;
  }
}

/**
 * Adds a chunk of frames.
 *
 * @param codes of `codeGradient`, `[frames, output pixels, channels]`; up to 15 pixels more are read.
 * @param bits of the map: 1 for spikes, 3 for sums of four.
 * @param frameBytes of a frame's rows.
 * @param to int32 `[taps, input channels, channels]`, added to, in levels α.
 * @param first of the channels that are computed; threads share them out. Both are multiples of eight.
 * @param most float64 `[channels]`, added to: the largest magnitude that a weight's gradient can have got.
 */
export function countedWeightGradient(
  conv: Conv,
  p: Counting,
  codes: usize,
  frames: i32,
  bits: u32,
  frameBytes: usize,
  to: usize,
  first: i32,
  end: i32,
  most: usize,
): void {
  const pixels = (frames * conv.outHeight * conv.outWidth + 15) & ~15;
  const taps = conv.kernelHeight * conv.kernelWidth;
  const channelBytes: usize = 4 * <usize>((conv.inChannels + 15) & ~15);
  for (let c = first; c < end; c += 8) {
    columnsOf(codes + c, conv.channels, pixels, p);
    for (let i: usize = 0; i < 8; i++) {
      const column = p.columns + i * p.pixelBytes;
      const tile = p.tile + i * channelBytes;
      const n = addChannel(conv, p, column, bits, frames, frameBytes, tile, 8 * channelBytes);
      const sum = most + 8 * (<usize>c + i);
      store<f64>(sum, load<f64>(sum) + <f64>n);
    }
    let tile = p.tile;
    let row = to + 4 * <usize>c;
    for (let tap = 0; tap < taps; tap++) {
      addTile(tile, channelBytes, conv.inChannels, row, 4 * <usize>conv.channels);
      tile += 8 * channelBytes;
      row += 4 * <usize>(conv.inChannels * conv.channels);
    }
  }
}

/** From integers to float32, in place. @param count a multiple of 4. */
export function scaleIntegers(values: usize, count: i32, alpha: f32): void {
  for (const end = values + 4 * <usize>count; values < end; values += 16) {
    v128.store(values, f32x4.mul(f32x4.convert_i32x4_s(v128.load(values)), f32x4.splat(alpha)));
  }
}
