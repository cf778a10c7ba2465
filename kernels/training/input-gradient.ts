/**
 * The gradient at a convolution's input. Weights are -1 or +1, so what an input channel gets from four output channels is
 * one of 16 signed sums of four numbers: they are made once per output pixel, and every tap and input channel looks its
 * own up. Eight frames at once are the lanes of two vectors, so no border, stride or kernel is a special case, and the
 * order of every sum is that of the weights.
 */
import { Conv, endTap, firstTap } from './conv';

/** Groups of four channels whose tables are in memory at a time; src/training/engine/input-look-up.ts has the same. */
const CHUNK = 32;
/** Bytes of the table of a group. */
const TABLE = 16 * 32;

/** One column of four rows. */
// @ts-ignore: decorator
@inline
export function transposed(a: v128, b: v128, c: v128, d: v128, lane: i32): v128 {
  if (lane == 0)
    return v128.shuffle<i32>(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 0, 4, 1, 5), 0, 1, 4, 5);
  if (lane == 1)
    return v128.shuffle<i32>(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 0, 4, 1, 5), 2, 3, 6, 7);
  if (lane == 2)
    return v128.shuffle<i32>(v128.shuffle<i32>(a, b, 2, 6, 3, 7), v128.shuffle<i32>(c, d, 2, 6, 3, 7), 0, 1, 4, 5);
  return v128.shuffle<i32>(v128.shuffle<i32>(a, b, 2, 6, 3, 7), v128.shuffle<i32>(c, d, 2, 6, 3, 7), 2, 3, 6, 7);
}

/** The 16 sums of four channels, for four frames; bit j of an entry's number is set where channel j counts +1. */
// @ts-ignore: decorator
@inline
function makeTable(g: usize, frameBytes: usize, table: usize): void {
  const a = v128.load(g);
  const b = v128.load(g + frameBytes);
  const c = v128.load(g + 2 * frameBytes);
  const d = v128.load(g + 3 * frameBytes);
  const g0 = transposed(a, b, c, d, 0);
  const g1 = transposed(a, b, c, d, 1);
  const g2 = transposed(a, b, c, d, 2);
  const g3 = transposed(a, b, c, d, 3);
  const low0 = f32x4.neg(f32x4.add(g0, g1));
  const low1 = f32x4.sub(g0, g1);
  const low2 = f32x4.sub(g1, g0);
  const low3 = f32x4.add(g0, g1);
  const high0 = f32x4.neg(f32x4.add(g2, g3));
  v128.store(table, f32x4.add(low0, high0));
  v128.store(table, f32x4.add(low1, high0), 32);
  v128.store(table, f32x4.add(low2, high0), 64);
  v128.store(table, f32x4.add(low3, high0), 96);
  const high1 = f32x4.sub(g2, g3);
  v128.store(table, f32x4.add(low0, high1), 128);
  v128.store(table, f32x4.add(low1, high1), 160);
  v128.store(table, f32x4.add(low2, high1), 192);
  v128.store(table, f32x4.add(low3, high1), 224);
  const high2 = f32x4.sub(g3, g2);
  v128.store(table, f32x4.add(low0, high2), 256);
  v128.store(table, f32x4.add(low1, high2), 288);
  v128.store(table, f32x4.add(low2, high2), 320);
  v128.store(table, f32x4.add(low3, high2), 352);
  const high3 = f32x4.add(g2, g3);
  v128.store(table, f32x4.add(low0, high3), 384);
  v128.store(table, f32x4.add(low1, high3), 416);
  v128.store(table, f32x4.add(low2, high3), 448);
  v128.store(table, f32x4.add(low3, high3), 480);
}

/**
 * Adds what the input channels of one tap get to `sums`.
 *
 * @param Frames u64 for eight frames, u32 for the first four of them.
 * @returns the index behind that tap's.
 */
// @ts-ignore: decorator
@inline
function lookUp<Frames>(index: usize, groups: i32, tables: usize, sums: usize, end: usize): usize {
  for (; sums < end; sums += 32) {
    let a = v128.load(sums);
    let b = v128.load(sums, 16);
    let table = tables;
    for (const last = index + 2 * <usize>groups; index < last; index += 4) {
      const first = table + load<u16>(index);
      const second = table + TABLE + load<u16>(index, 2);
      a = f32x4.add(a, v128.load(first));
      if (sizeof<Frames>() == 8) b = f32x4.add(b, v128.load(first, 16));
      a = f32x4.add(a, v128.load(second));
      if (sizeof<Frames>() == 8) b = f32x4.add(b, v128.load(second, 16));
      table += 2 * TABLE;
    }
    v128.store(sums, a);
    v128.store(sums, b, 16);
  }
  return index;
}

/**
 * @param g gradient at the currents of eight frames, `[pixels, channels]` each, `frameBytes` apart.
 * @param frames of the eight that there are: the second four cost nothing if none of them is.
 * @param index offsets of the entries within a group's table, uint16 `[chunk, tap, input channel, group of the chunk]`.
 * @param tables room for {@link CHUNK} tables.
 * @param sums receives the gradient, `[input pixels, input stride, 8]`.
 */
export function signInputGradient(
  conv: Conv,
  g: usize,
  frameBytes: usize,
  frames: i32,
  index: usize,
  tables: usize,
  sums: usize,
): void {
  if (frames > 4) spread<u64>(conv, g, frameBytes, index, tables, sums);
  else spread<u32>(conv, g, frameBytes, index, tables, sums);
}

function spread<Frames>(
  conv: Conv,
  g: usize,
  frameBytes: usize,
  index: usize,
  tables: usize,
  sums: usize,
): void {
  const pixelBytes: usize = 32 * <usize>conv.inStride;
  const usedBytes: usize = 32 * <usize>conv.inChannels;
  memory.fill(sums, 0, <usize>(conv.inHeight * conv.inWidth) * pixelBytes);
  const taps = conv.kernelHeight * conv.kernelWidth;
  for (let oy = 0; oy < conv.outHeight; oy++) {
    const y = oy * conv.stride - conv.top;
    const lastY = endTap(y, conv.kernelHeight, conv.inHeight);
    for (let ox = 0; ox < conv.outWidth; ox++) {
      const x = ox * conv.stride - conv.left;
      const firstX = firstTap(x);
      const lastX = endTap(x, conv.kernelWidth, conv.inWidth);
      let chunkIndex = index;
      for (let first = 0; first < conv.channels; first += 4 * CHUNK) {
        const groups = min(CHUNK, (conv.channels - first) >> 2);
        for (let group = 0; group < groups; group++) {
          const from = g + 4 * <usize>(first + 4 * group);
          makeTable(from, frameBytes, tables + group * TABLE);
          if (sizeof<Frames>() == 8) makeTable(from + 4 * frameBytes, frameBytes, tables + group * TABLE + 16);
        }
        const tapBytes: usize = 2 * <usize>(groups * conv.inChannels);
        for (let ky = firstTap(y); ky < lastY; ky++) {
          let to = sums + <usize>((y + ky) * conv.inWidth + x + firstX) * pixelBytes;
          let at = chunkIndex + <usize>(ky * conv.kernelWidth + firstX) * tapBytes;
          for (let kx = firstX; kx < lastX; kx++) {
            at = lookUp<Frames>(at, groups, tables, to, to + usedBytes);
            to += pixelBytes;
          }
        }
        chunkIndex += <usize>taps * tapBytes;
      }
      g += 4 * <usize>conv.channels;
    }
  }
}

/**
 * Brings lanes back to frames.
 *
 * @param sums `[pixels * channels, 8]`.
 * @param count pixels * channels, a multiple of 4.
 * @param frames of the eight that there are.
 * @param to the first frame's `[pixels, channels]`, the next ones behind it.
 */
export function lanesToFrames(sums: usize, count: i32, frames: i32, to: usize): void {
  const frameBytes: usize = 4 * <usize>count;
  for (let i = 0; i < count; i += 4) {
    for (let half = 0; half < 2; half++) {
      const a = v128.load(sums + 16 * half);
      const b = v128.load(sums + 16 * half, 32);
      const c = v128.load(sums + 16 * half, 64);
      const d = v128.load(sums + 16 * half, 96);
      const first = to + 4 * half * frameBytes;
      const left = frames - 4 * half;
      if (left > 0) v128.store(first, transposed(a, b, c, d, 0));
      if (left > 1) v128.store(first + frameBytes, transposed(a, b, c, d, 1));
      if (left > 2) v128.store(first + 2 * frameBytes, transposed(a, b, c, d, 2));
      if (left > 3) v128.store(first + 3 * frameBytes, transposed(a, b, c, d, 3));
    }
    sums += 128;
    to += 16;
  }
}

/**
 * The same for any weights, one frame: a product for each weight.
 *
 * @param g gradient at the currents, `[output pixels, channels]`.
 * @param rows weights, `[taps, input channels, channels]`.
 * @param to receives `[input pixels, input stride]`.
 */
export function inputGradient(conv: Conv, g: usize, rows: usize, to: usize): void {
  const rowBytes: usize = 4 * <usize>conv.channels;
  memory.fill(to, 0, 4 * conv.inHeight * conv.inWidth * conv.inStride);
  for (let oy = 0; oy < conv.outHeight; oy++) {
    const y = oy * conv.stride - conv.top;
    const lastY = endTap(y, conv.kernelHeight, conv.inHeight);
    for (let ox = 0; ox < conv.outWidth; ox++) {
      const x = ox * conv.stride - conv.left;
      const lastX = endTap(x, conv.kernelWidth, conv.inWidth);
      for (let ky = firstTap(y); ky < lastY; ky++) {
        for (let kx = firstTap(x); kx < lastX; kx++) {
          let row = rows + <usize>((ky * conv.kernelWidth + kx) * conv.inChannels) * rowBytes;
          let at = to + 4 * <usize>(((y + ky) * conv.inWidth + x + kx) * conv.inStride);
          for (let channel = 0; channel < conv.inChannels; channel++) {
            let sum = f32x4.splat(0);
            for (let c: usize = 0; c < rowBytes; c += 16) {
              sum = f32x4.add(sum, f32x4.mul(v128.load(g + c), v128.load(row + c)));
            }
            const total = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1);
            store<f32>(at, load<f32>(at) + total + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
            row += rowBytes;
            at += 4;
          }
        }
      }
      g += rowBytes;
    }
  }
}
