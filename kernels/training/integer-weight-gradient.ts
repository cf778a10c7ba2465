/**
 * The gradient of weights from a gradient that is small integers times α: as in weight-gradient.ts every spike adds the
 * gradients that it reaches, but eight channels at a time.
 */
import { Conv } from './conv';
import { Lists, addSpikes } from './weight-gradient';

/** Sums of int16 stay below. */
const INT16_BOUND: u32 = 32_767;

/**
 * A frame's rounded gradient as int16, and a row of zeros behind it.
 *
 * @param g float32 `[pixels, channels]`.
 * @param inverse 1 / α.
 * @param sums room for uint16 `[channels]`.
 * @param most receives the largest sum of a channel's magnitudes; 65,535 and more are 65,535.
 */
export function integerGradient(
  g: usize,
  pixels: i32,
  channels: i32,
  inverse: f32,
  to: usize,
  sums: usize,
  most: usize,
): void {
  const rowBytes: usize = 2 * <usize>channels;
  const scale = f32x4.splat(inverse);
  memory.fill(sums, 0, rowBytes);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let c: usize = 0; c < rowBytes; c += 16) {
      const low = i32x4.trunc_sat_f32x4_s(f32x4.mul(v128.load(g), scale));
      const high = i32x4.trunc_sat_f32x4_s(f32x4.mul(v128.load(g, 16), scale));
      const eight = i16x8.narrow_i32x4_s(low, high);
      v128.store(to + c, eight);
      v128.store(sums + c, i16x8.add_sat_u(v128.load(sums + c), i16x8.abs(eight)));
      g += 32;
    }
    to += rowBytes;
  }
  memory.fill(to, 0, rowBytes);
  let largest: u32 = 0;
  for (let c: usize = 0; c < rowBytes; c += 2) largest = max(largest, <u32>load<u16>(sums + c));
  store<u32>(most, largest);
}

/** Adds eight sums, times α, to eight gradients. */
// @ts-ignore: decorator
@inline
function addScaled(sums: v128, alpha: v128, to: usize): void {
  const low = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(sums)), alpha);
  const high = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(sums)), alpha);
  v128.store(to, f32x4.add(v128.load(to), low));
  v128.store(to, f32x4.add(v128.load(to, 16), high), 16);
}

// @ts-ignore: decorator
@inline
function addRows32(entry: usize, end: usize, reach: usize, g: usize, alpha: v128, to: usize): void {
  let a = i16x8.splat(0);
  let b = i16x8.splat(0);
  let c = i16x8.splat(0);
  let d = i16x8.splat(0);
  for (; entry < end; entry += 4) {
    const row = g + (<usize>load<u32>(reach + 4 * <usize>load<u32>(entry)) >> 1);
    a = i16x8.add(a, v128.load(row));
    b = i16x8.add(b, v128.load(row, 16));
    c = i16x8.add(c, v128.load(row, 32));
    d = i16x8.add(d, v128.load(row, 48));
  }
  addScaled(a, alpha, to);
  addScaled(b, alpha, to + 32);
  addScaled(c, alpha, to + 64);
  addScaled(d, alpha, to + 96);
}

// @ts-ignore: decorator
@inline
function addRows8(entry: usize, end: usize, reach: usize, g: usize, alpha: v128, to: usize): void {
  let a = i16x8.splat(0);
  for (; entry < end; entry += 4) {
    a = i16x8.add(a, v128.load(g + (<usize>load<u32>(reach + 4 * <usize>load<u32>(entry)) >> 1)));
  }
  addScaled(a, alpha, to);
}

/** Adds one frame in int16. */
function addIntegers(
  conv: Conv,
  channelStarts: usize,
  reach: usize,
  g: usize,
  alpha: f32,
  to: usize,
  taps: i32,
  first: i32,
  end: i32,
): void {
  const inPixels = conv.inHeight * conv.inWidth;
  const scale = f32x4.splat(alpha);
  for (let tap = 0; tap < taps; tap++) {
    for (let channel = 0; channel < conv.inChannels; channel++) {
      const from = load<u32>(channelStarts + 4 * channel);
      const last = load<u32>(channelStarts + 4 * channel, 4);
      let c = first;
      if (from < last) {
        for (; c + 32 <= end; c += 32) addRows32(from, last, reach, g + 2 * c, scale, to + 4 * c);
        for (; c < end; c += 8) addRows8(from, last, reach, g + 2 * c, scale, to + 4 * c);
      }
      to += 4 * <usize>conv.channels;
    }
    reach += 4 * inPixels;
  }
}

/**
 * Adds spikes of some frames, in their order. A rounded gradient is added in integers where no sum of rows can pass int16.
 *
 * @param g of the first frame.
 * @param alpha of a rounded gradient; 0 for any other.
 * @param to `[taps, input channels, channels]`, added to.
 * @param firstTap of the taps that are computed; threads share taps and channels out.
 * @param first of the channels, a multiple of 8 as `end`.
 */
export function spikeWeightGradient(
  conv: Conv,
  lists: Lists,
  frames: i32,
  g: usize,
  alpha: f32,
  to: usize,
  firstTap: i32,
  endTap: i32,
  first: i32,
  end: i32,
): void {
  const taps = endTap - firstTap;
  const reach = lists.reach + 4 * <usize>(firstTap * conv.inHeight * conv.inWidth);
  to += 4 * <usize>(firstTap * conv.inChannels * conv.channels);
  let starts = lists.starts;
  let integers = lists.integers;
  for (let frame: usize = 0; frame < <usize>frames; frame++) {
    if (alpha != 0 && load<u32>(lists.mosts + 4 * frame) * lists.bound <= INT16_BOUND) {
      addIntegers(conv, starts, reach, integers, alpha, to, taps, first, end);
    } else addSpikes(conv, starts, reach, g, to, taps, first, end);
    starts += lists.startBytes;
    integers += lists.integerBytes;
    g += lists.gradientBytes;
  }
}
