/**
 * Rows of bits for vertical counters. Channel 16 j + k of a word's 128 is bit j of byte k: then 16 bytes of channels become
 * bits with one shift, and the transposition that reads counters gives the channels in their order.
 */
import { Conv } from './conv';

/** What a row of bits takes, and the same row complemented behind it. */
// @ts-ignore: decorator
@inline
export function pairBytes(words: i32): usize {
  return 32 * <usize>words;
}

// One step of a transposition of bytes, in both halves of two vectors.

// @ts-ignore: decorator
@inline
function evenBytes(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
}

// @ts-ignore: decorator
@inline
function oddBytes(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
}

// @ts-ignore: decorator
@inline
function evenPairs(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
}

// @ts-ignore: decorator
@inline
function oddPairs(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
}

// @ts-ignore: decorator
@inline
function evenFours(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 4, 2, 6);
}

// @ts-ignore: decorator
@inline
function oddFours(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 1, 5, 3, 7);
}

/**
 * Transposes 16 rows of 8 bytes: vector r of `from` holds rows r and r + 8, vector c of `to` receives column c.
 */
export function transposeBytes(from: usize, to: usize): void {
  const v0 = v128.load(from);
  const v1 = v128.load(from, 16);
  const v2 = v128.load(from, 32);
  const v3 = v128.load(from, 48);
  const v4 = v128.load(from, 64);
  const v5 = v128.load(from, 80);
  const v6 = v128.load(from, 96);
  const v7 = v128.load(from, 112);
  const a0 = evenBytes(v0, v1);
  const a1 = oddBytes(v0, v1);
  const a2 = evenBytes(v2, v3);
  const a3 = oddBytes(v2, v3);
  const a4 = evenBytes(v4, v5);
  const a5 = oddBytes(v4, v5);
  const a6 = evenBytes(v6, v7);
  const a7 = oddBytes(v6, v7);
  const b0 = evenPairs(a0, a2);
  const b1 = evenPairs(a1, a3);
  const b2 = oddPairs(a0, a2);
  const b3 = oddPairs(a1, a3);
  const b4 = evenPairs(a4, a6);
  const b5 = evenPairs(a5, a7);
  const b6 = oddPairs(a4, a6);
  const b7 = oddPairs(a5, a7);
  v128.store(to, evenFours(b0, b4));
  v128.store(to, evenFours(b1, b5), 16);
  v128.store(to, evenFours(b2, b6), 32);
  v128.store(to, evenFours(b3, b7), 48);
  v128.store(to, oddFours(b0, b4), 64);
  v128.store(to, oddFours(b1, b5), 80);
  v128.store(to, oddFours(b2, b6), 96);
  v128.store(to, oddFours(b3, b7), 112);
}

/**
 * Rows of bits over the input channels, 1 for a weight of +1, from the signs of `centre`; some of the taps.
 *
 * @param table receives `[taps, channels, 2, words]`: each row, and its complement. Bits behind the last input channel mean
 * nothing.
 * @param scratch 256 bytes.
 */
export function packSignRows(
  conv: Conv,
  signs: usize,
  words: i32,
  table: usize,
  scratch: usize,
  firstTap: i32,
  endTap: i32,
): void {
  const rowBytes: usize = 2 * <usize>conv.channels;
  const pair = pairBytes(words);
  const tapBytes = <usize>conv.channels * pair;
  const first = table + <usize>firstTap * tapBytes;
  const end = table + <usize>endTap * tapBytes;
  memory.fill(first, 0, end - first);
  for (let tap = firstTap; tap < endTap; tap++) {
    for (let input = 0; input < conv.inChannels; input += 16) {
      const bit = i8x16.splat(<i8>(<i32>1 << ((input >> 4) & 7)));
      const place = <usize>(input >> 7) * 16;
      for (let c = 0; c < conv.channels; c += 8) {
        let row = signs + <usize>(tap * conv.inChannels + input) * rowBytes + 2 * <usize>c;
        for (let i: usize = 0; i < 128; i += 16) {
          v128.store(scratch + i, i8x16.narrow_i16x8_s(v128.load(row), v128.load(row + 8 * rowBytes)));
          row += rowBytes;
        }
        transposeBytes(scratch, scratch + 128);
        let to = table + <usize>tap * tapBytes + <usize>c * pair + place;
        for (let i: usize = 128; i < 256; i += 16) {
          const plus = v128.and(i8x16.gt_s(v128.load(scratch + i), i8x16.splat(0)), bit);
          v128.store(to, v128.or(v128.load(to), plus));
          to += pair;
        }
      }
    }
  }
  const half = pair >> 1;
  for (let row = first; row < end; row += pair) {
    for (let at: usize = 0; at < half; at += 16) v128.store(row + half + at, v128.not(v128.load(row + at)));
  }
}

/** One bit of each channel of a pixel, as a row and its complement; returns whether any is set. */
// @ts-ignore: decorator
@inline
function packPixel(pixel: usize, stride: i32, plane: i32, words: i32, to: usize): bool {
  const half = pairBytes(words) >> 1;
  let any = i8x16.splat(0);
  let c = 0;
  for (let w = 0; w < words; w++) {
    let word = i8x16.splat(0);
    for (let bit = 0; bit < 8 && c < stride; bit++) {
      const values = stride - c >= 16 ? v128.load(pixel + c) : v128.load64_zero(pixel + c);
      word = v128.or(word, i16x8.shl(v128.and(i16x8.shr_u(values, plane), i8x16.splat(1)), bit));
      c += 16;
    }
    v128.store(to, word);
    v128.store(to + half, v128.not(word));
    any = v128.or(any, word);
    to += 16;
  }
  return v128.any_true(any);
}

/**
 * Bit `plane` of a frame's map as rows, with the borders that windows see.
 *
 * @param rows receives `[rows, columns, 2, words]` of what `Conv`'s windows reach.
 * @param some receives a byte for each of them, 255 where a bit is set.
 */
export function packMapRows(conv: Conv, map: usize, plane: i32, words: i32, rows: usize, some: usize): void {
  const height = (conv.outHeight - 1) * conv.stride + conv.kernelHeight;
  const width = (conv.outWidth - 1) * conv.stride + conv.kernelWidth;
  const pair = pairBytes(words);
  for (let y = -conv.top; y < height - conv.top; y++) {
    for (let x = -conv.left; x < width - conv.left; x++) {
      if (y < 0 || x < 0 || y >= conv.inHeight || x >= conv.inWidth) {
        memory.fill(rows, 0, pair >> 1);
        memory.fill(rows + (pair >> 1), 255, pair >> 1);
        store<u8>(some, 0);
      } else {
        const pixel = map + <usize>((y * conv.inWidth + x) * conv.inStride);
        store<u8>(some, packPixel(pixel, conv.inStride, plane, words, rows) ? 255 : 0);
      }
      rows += pair;
      some++;
    }
  }
}

/** Of which output pixels a window holds any bit at all: 255, else 0. */
export function someInWindows(conv: Conv, some: usize, to: usize): void {
  const width = (conv.outWidth - 1) * conv.stride + conv.kernelWidth;
  for (let oy = 0; oy < conv.outHeight; oy++) {
    for (let ox = 0; ox < conv.outWidth; ox++) {
      let any: u8 = 0;
      for (let ky = 0; ky < conv.kernelHeight; ky++) {
        const row = some + <usize>((oy * conv.stride + ky) * width + ox * conv.stride);
        for (let kx = 0; kx < conv.kernelWidth; kx++) any |= load<u8>(row + kx);
      }
      store<u8>(to++, any);
    }
  }
}
