/** The gradient of a convolution's weights: every active input adds the gradients of the outputs that it reaches. */
import { Conv, endOut, firstOut } from './conv';

/** Adds the rows of the pixels of a list to 16 channels: with eight sums V8 spills, and takes a third longer. */
// @ts-ignore: decorator
@inline
function addRows16(entry: usize, end: usize, reach: usize, g: usize, to: usize): void {
  let a = v128.load(to);
  let b = v128.load(to, 16);
  let c = v128.load(to, 32);
  let d = v128.load(to, 48);
  for (; entry < end; entry += 4) {
    const row = g + <usize>load<u32>(reach + 4 * <usize>load<u32>(entry));
    a = f32x4.add(a, v128.load(row));
    b = f32x4.add(b, v128.load(row, 16));
    c = f32x4.add(c, v128.load(row, 32));
    d = f32x4.add(d, v128.load(row, 48));
  }
  v128.store(to, a);
  v128.store(to, b, 16);
  v128.store(to, c, 32);
  v128.store(to, d, 48);
}

// @ts-ignore: decorator
@inline
function addRows8(entry: usize, end: usize, reach: usize, g: usize, to: usize): void {
  let a = v128.load(to);
  let b = v128.load(to, 16);
  for (; entry < end; entry += 4) {
    const row = g + <usize>load<u32>(reach + 4 * <usize>load<u32>(entry));
    a = f32x4.add(a, v128.load(row));
    b = f32x4.add(b, v128.load(row, 16));
  }
  v128.store(to, a);
  v128.store(to, b, 16);
}

/** As src/training/engine/listed-gradient.ts writes it: 32-bit words in this order. */
@unmanaged
export class Lists {
  /** `channelStarts` of `listByChannel`, or `starts` of `listValues`, of the first frame; `startBytes` to the next one's. */
  starts: usize;
  startBytes: u32;
  /**
   * Bytes from a frame's gradient to the row of the output pixel that each tap leads to from each input pixel, or to a row of zeros:
   * uint32 `[taps, input pixels]`.
   */
  reach: usize;
  /** From a frame's gradient to the next one's: float32 `[output pixels + 1, channels]`, the last row 0. */
  gradientBytes: u32;
  /** Of a rounded gradient: `integerGradient`'s frames and largest sums. */
  integers: usize;
  integerBytes: u32;
  mosts: usize;
  /** Largest value of the map. */
  bound: u32;
}

/** Adds one frame. */
export function addSpikes(
  conv: Conv,
  channelStarts: usize,
  reach: usize,
  g: usize,
  to: usize,
  taps: i32,
  first: i32,
  end: i32,
): void {
  const inPixels = conv.inHeight * conv.inWidth;
  for (let tap = 0; tap < taps; tap++) {
    for (let channel = 0; channel < conv.inChannels; channel++) {
      const from = load<u32>(channelStarts + 4 * channel);
      const last = load<u32>(channelStarts + 4 * channel, 4);
      let c = first;
      if (from < last) {
        for (; c + 16 <= end; c += 16) addRows16(from, last, reach, g + 4 * c, to + 4 * c);
        for (; c < end; c += 8) addRows8(from, last, reach, g + 4 * c, to + 4 * c);
      }
      to += 4 * <usize>conv.channels;
    }
    reach += 4 * inPixels;
  }
}

/**
 * Adds event counts or sums of some frames, in their order.
 *
 * @param g of the first frame.
 * @param to `[taps, input channels, channels]`, added to.
 * @param first of the channels that are computed; threads share them out.
 */
export function valueWeightGradient(
  conv: Conv,
  lists: Lists,
  frames: i32,
  g: usize,
  to: usize,
  first: i32,
  end: i32,
): void {
  let starts = lists.starts;
  for (let frame = 0; frame < frames; frame++) {
    addValues(conv, starts, g, to, first, end);
    starts += lists.startBytes;
    g += lists.gradientBytes;
  }
}

/** Adds one frame. */
function addValues(
  conv: Conv,
  starts: usize,
  g: usize,
  to: usize,
  first: i32,
  end: i32,
): void {
  const rowBytes: usize = 4 * <usize>conv.channels;
  const tapBytes = <usize>conv.inChannels * rowBytes;
  const firstByte: usize = 4 * <usize>first;
  const endByte: usize = 4 * <usize>end;
  for (let y = conv.top; y < conv.top + conv.inHeight; y++) {
    for (let x = conv.left; x < conv.left + conv.inWidth; x++) {
      const begin = load<u32>(starts);
      const last = load<u32>(starts, 4);
      starts += 4;
      if (begin == last) continue;
      for (let oy = firstOut(y, conv.kernelHeight, conv.stride); oy < endOut(y, conv.stride, conv.outHeight); oy++) {
        const ky = y - oy * conv.stride;
        for (let ox = firstOut(x, conv.kernelWidth, conv.stride); ox < endOut(x, conv.stride, conv.outWidth); ox++) {
          const tap = to + <usize>(ky * conv.kernelWidth + x - ox * conv.stride) * tapBytes;
          const from = g + <usize>(oy * conv.outWidth + ox) * rowBytes;
          for (let entry = begin; entry < last; entry += 8) {
            const row = tap + <usize>load<u32>(entry) * rowBytes;
            const value = v128.load32_splat(entry, 4);
            for (let c = firstByte; c < endByte; c += 16) {
              v128.store(row + c, f32x4.add(v128.load(row + c), f32x4.mul(value, v128.load(from + c))));
            }
          }
        }
      }
    }
  }
}
