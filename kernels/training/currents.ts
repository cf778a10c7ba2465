/** Integer currents of a frame from its lists: sums of rows of weights, exact in any order. Written as float32. */
import { Conv, endOut, endTap, firstOut, firstTap } from './conv';

// @ts-ignore: decorator
@inline
function storeHalves(to: usize, sums: v128): void {
  v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(sums)));
  v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(sums)), 16);
}

/** 64 channels of an output pixel. */
// @ts-ignore: decorator
@inline
function add64(conv: Conv, starts: usize, rows: usize, y: i32, x: i32, to: usize): void {
  const rowBytes: usize = 2 * <usize>conv.channels;
  let a = i16x8.splat(0);
  let b = i16x8.splat(0);
  let c = i16x8.splat(0);
  let d = i16x8.splat(0);
  let e = i16x8.splat(0);
  let f = i16x8.splat(0);
  let g = i16x8.splat(0);
  let h = i16x8.splat(0);
  const firstX = firstTap(x);
  const lastX = endTap(x, conv.kernelWidth, conv.inWidth);
  for (let ky = firstTap(y), lastY = endTap(y, conv.kernelHeight, conv.inHeight); ky < lastY; ky++) {
    let pixel = starts + 4 * <usize>((y + ky) * conv.inWidth + x + firstX);
    let tap = rows + <usize>((ky * conv.kernelWidth + firstX) * conv.inChannels) * rowBytes;
    for (let kx = firstX; kx < lastX; kx++) {
      const end = load<u32>(pixel, 4);
      for (let entry = load<u32>(pixel); entry < end; entry += 4) {
        const row = tap + <usize>load<u32>(entry) * rowBytes;
        a = i16x8.add(a, v128.load(row));
        b = i16x8.add(b, v128.load(row, 16));
        c = i16x8.add(c, v128.load(row, 32));
        d = i16x8.add(d, v128.load(row, 48));
        e = i16x8.add(e, v128.load(row, 64));
        f = i16x8.add(f, v128.load(row, 80));
        g = i16x8.add(g, v128.load(row, 96));
        h = i16x8.add(h, v128.load(row, 112));
      }
      pixel += 4;
      tap += <usize>conv.inChannels * rowBytes;
    }
  }
  storeHalves(to, a);
  storeHalves(to + 32, b);
  storeHalves(to + 64, c);
  storeHalves(to + 96, d);
  storeHalves(to + 128, e);
  storeHalves(to + 160, f);
  storeHalves(to + 192, g);
  storeHalves(to + 224, h);
}

/** 32 channels of an output pixel. */
// @ts-ignore: decorator
@inline
function add32(conv: Conv, starts: usize, rows: usize, y: i32, x: i32, to: usize): void {
  const rowBytes: usize = 2 * <usize>conv.channels;
  let a = i16x8.splat(0);
  let b = i16x8.splat(0);
  let c = i16x8.splat(0);
  let d = i16x8.splat(0);
  const firstX = firstTap(x);
  const lastX = endTap(x, conv.kernelWidth, conv.inWidth);
  for (let ky = firstTap(y), lastY = endTap(y, conv.kernelHeight, conv.inHeight); ky < lastY; ky++) {
    let pixel = starts + 4 * <usize>((y + ky) * conv.inWidth + x + firstX);
    let tap = rows + <usize>((ky * conv.kernelWidth + firstX) * conv.inChannels) * rowBytes;
    for (let kx = firstX; kx < lastX; kx++) {
      const end = load<u32>(pixel, 4);
      for (let entry = load<u32>(pixel); entry < end; entry += 4) {
        const row = tap + <usize>load<u32>(entry) * rowBytes;
        a = i16x8.add(a, v128.load(row));
        b = i16x8.add(b, v128.load(row, 16));
        c = i16x8.add(c, v128.load(row, 32));
        d = i16x8.add(d, v128.load(row, 48));
      }
      pixel += 4;
      tap += <usize>conv.inChannels * rowBytes;
    }
  }
  storeHalves(to, a);
  storeHalves(to + 32, b);
  storeHalves(to + 64, c);
  storeHalves(to + 96, d);
}

/** 8 channels of an output pixel. */
// @ts-ignore: decorator
@inline
function add8(conv: Conv, starts: usize, rows: usize, y: i32, x: i32, to: usize): void {
  const rowBytes: usize = 2 * <usize>conv.channels;
  let a = i16x8.splat(0);
  const firstX = firstTap(x);
  const lastX = endTap(x, conv.kernelWidth, conv.inWidth);
  for (let ky = firstTap(y), lastY = endTap(y, conv.kernelHeight, conv.inHeight); ky < lastY; ky++) {
    let pixel = starts + 4 * <usize>((y + ky) * conv.inWidth + x + firstX);
    let tap = rows + <usize>((ky * conv.kernelWidth + firstX) * conv.inChannels) * rowBytes;
    for (let kx = firstX; kx < lastX; kx++) {
      const end = load<u32>(pixel, 4);
      for (let entry = load<u32>(pixel); entry < end; entry += 4) {
        a = i16x8.add(a, v128.load(tap + <usize>load<u32>(entry) * rowBytes));
      }
      pixel += 4;
      tap += <usize>conv.inChannels * rowBytes;
    }
  }
  storeHalves(to, a);
}

/**
 * @param starts of `listSpikes`.
 * @param rows weights of -1 and +1 as int16, `[taps, input channels, channels]`. No sum may pass int16.
 * @param out `[output pixels, channels]`.
 */
export function spikeCurrents(conv: Conv, starts: usize, rows: usize, out: usize): void {
  for (let oy = 0; oy < conv.outHeight; oy++) {
    const y = oy * conv.stride - conv.top;
    for (let ox = 0; ox < conv.outWidth; ox++) {
      const x = ox * conv.stride - conv.left;
      let c = 0;
      for (; c + 64 <= conv.channels; c += 64) add64(conv, starts, rows + 2 * c, y, x, out + 4 * c);
      for (; c + 32 <= conv.channels; c += 32) add32(conv, starts, rows + 2 * c, y, x, out + 4 * c);
      for (; c < conv.channels; c += 8) add8(conv, starts, rows + 2 * c, y, x, out + 4 * c);
      out += 4 * conv.channels;
    }
  }
}

/** Adds a value times a row of weights. */
// @ts-ignore: decorator
@inline
function addProducts(entry: usize, tap: usize, rowBytes: usize, out: usize): void {
  let row = tap + <usize>load<u32>(entry) * rowBytes;
  const value = v128.load32_splat(entry, 4);
  for (const end = out + rowBytes; out < end; out += 32) {
    v128.store(out, f32x4.add(v128.load(out), f32x4.mul(value, v128.load(row))));
    v128.store(out, f32x4.add(v128.load(out, 16), f32x4.mul(value, v128.load(row, 16))), 16);
    row += 32;
  }
}

/**
 * Every active input adds to the outputs that it reaches: event counts are few.
 *
 * @param starts of `listValues`.
 * @param rows integer weights as float32, `[taps, input channels, channels]`. No sum may pass 2^24.
 * @param out `[output pixels, channels]`.
 */
export function valueCurrents(conv: Conv, starts: usize, rows: usize, out: usize): void {
  const rowBytes: usize = 4 * <usize>conv.channels;
  const tapBytes = <usize>conv.inChannels * rowBytes;
  memory.fill(out, 0, <usize>(conv.outHeight * conv.outWidth) * rowBytes);
  for (let y = conv.top; y < conv.top + conv.inHeight; y++) {
    for (let x = conv.left; x < conv.left + conv.inWidth; x++) {
      const first = load<u32>(starts);
      const end = load<u32>(starts, 4);
      starts += 4;
      if (first == end) continue;
      for (let oy = firstOut(y, conv.kernelHeight, conv.stride); oy < endOut(y, conv.stride, conv.outHeight); oy++) {
        const ky = y - oy * conv.stride;
        for (let ox = firstOut(x, conv.kernelWidth, conv.stride); ox < endOut(x, conv.stride, conv.outWidth); ox++) {
          const tap = rows + <usize>(ky * conv.kernelWidth + x - ox * conv.stride) * tapBytes;
          const to = out + <usize>(oy * conv.outWidth + ox) * rowBytes;
          for (let entry = first; entry < end; entry += 8) addProducts(entry, tap, rowBytes, to);
        }
      }
    }
  }
}

/**
 * Sums and sums of squares of each channel over a band of some frames. A row of pixels is summed in float32 and added to
 * `sums` in float64, so they do not depend on who sums which band.
 *
 * @param x of the band in the first frame; the next ones are `frameBytes` apart.
 * @param height of the band.
 * @param sums receives float64 `[2, channels]`.
 */
export function addStatistics(
  x: usize,
  frames: i32,
  frameBytes: usize,
  height: i32,
  width: i32,
  channels: i32,
  sums: usize,
): void {
  memory.fill(sums, 0, 16 * <usize>channels);
  for (let frame = 0; frame < frames; frame++) {
    addBand(x, height, width, channels, sums);
    x += frameBytes;
  }
}

function addBand(x: usize, height: i32, width: i32, channels: i32, sums: usize): void {
  const rowBytes: usize = 4 * <usize>channels;
  for (let row = 0; row < height; row++) {
    for (let c: usize = 0; c < rowBytes; c += 16) {
      let sum = f32x4.splat(0);
      let squares = f32x4.splat(0);
      let at = x + c;
      for (let column = 0; column < width; column++) {
        const value = v128.load(at);
        sum = f32x4.add(sum, value);
        squares = f32x4.add(squares, f32x4.mul(value, value));
        at += rowBytes;
      }
      addDoubles(sums + 2 * c, sum);
      addDoubles(sums + 2 * (rowBytes + c), squares);
    }
    x += <usize>width * rowBytes;
  }
}

/** Adds four float32 to four float64. */
// @ts-ignore: decorator
@inline
export function addDoubles(to: usize, values: v128): void {
  v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(values)));
  const high = v128.shuffle<i32>(values, values, 2, 3, 2, 3);
  v128.store(to, f64x2.add(v128.load(to, 16), f64x2.promote_low_f32x4(high)), 16);
}
