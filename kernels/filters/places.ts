/** Where events are in a table of pixels, and when they were. */
import { Block } from './block';

/** Events at a time: what is written of them stays in the nearest cache until they are judged. */
export const GROUP: usize = 256;

/**
 * Writes the places of the events [from, from + n), n at most GROUP, `from` a multiple of 8, and the marks of those inside
 * the sensor; those outside, and up to seven behind the last one, are at the place that is waste and have no mark.
 *
 * @returns how many are inside.
 */
export function places(b: Block, from: usize, n: usize): i32 {
  const stride = i16x8.splat(<i16>b.stride);
  const first = i32x4.splat(b.first);
  const waste = i32x4.splat(b.waste);
  const right = i16x8.splat(<i16>(b.width - 1));
  const bottom = i16x8.splat(<i16>(b.height - 1));
  const marks = b.marks + (from >>> 3);
  let x = b.x + 2 * from;
  let y = b.y + 2 * from;
  let to = b.places;
  let inside = 0;
  for (let i: usize = 0; i < n; i += 8) {
    const column = v128.load(x);
    const row = v128.load(y);
    let out = v128.or(i16x8.gt_u(column, right), i16x8.gt_u(row, bottom));
    if (n - i < 8)
      out = v128.or(out, i16x8.ge_u(i16x8(0, 1, 2, 3, 4, 5, 6, 7), i16x8.splat(<i16>(n - i))));
    const low = i32x4.add(
      i32x4.add(i32x4.extmul_low_i16x8_u(row, stride), i32x4.extend_low_i16x8_u(column)),
      first,
    );
    const high = i32x4.add(
      i32x4.add(i32x4.extmul_high_i16x8_u(row, stride), i32x4.extend_high_i16x8_u(column)),
      first,
    );
    v128.store(to, v128.bitselect(waste, low, i32x4.extend_low_i16x8_s(out)));
    v128.store(to, v128.bitselect(waste, high, i32x4.extend_high_i16x8_s(out)), 16);
    const bits = i16x8.bitmask(out) ^ 0xff;
    store<u8>(marks + (i >>> 3), bits);
    inside += popcnt(bits);
    x += 16;
    y += 16;
    to += 32;
  }
  return inside;
}

/** Further from the epoch than this, 32 bits do not tell differences: TIME_REACH in src/filters/pixel-times.ts. */
const REACH = 1 << 28;

/**
 * Writes the times of the events [from, from + n) as those of pixels are kept: twice what they are behind the epoch.
 *
 * @returns how many there are in front of the first one inside the sensor that is too far from the epoch.
 */
export function times(b: Block, from: usize, n: usize): usize {
  const epoch = f64x2.splat(b.epoch);
  const near = i32x4.splat(REACH - 1);
  const far = i32x4.splat(2 * REACH - 2);
  const marks = b.marks + (from >>> 3);
  let t = b.t + 8 * from;
  let to = b.times;
  for (let i: usize = 0; i < n; i += 8) {
    const low = i64x2.shuffle(since(t, epoch), since(t + 16, epoch), 0, 2);
    const high = i64x2.shuffle(since(t + 32, epoch), since(t + 48, epoch), 0, 2);
    const beyond =
      i32x4.bitmask(i32x4.gt_u(i32x4.add(low, near), far)) |
      (i32x4.bitmask(i32x4.gt_u(i32x4.add(high, near), far)) << 4);
    v128.store(to, i32x4.shl(low, 1));
    v128.store(to, i32x4.shl(high, 1), 16);
    const stops = beyond & <i32>load<u8>(marks + (i >>> 3));
    if (stops) return i + ctz(stops);
    t += 64;
    to += 32;
  }
  return n;
}

/** Two times behind the epoch, in the lower half. */
// @ts-ignore: decorator
@inline
function since(t: usize, epoch: v128): v128 {
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.sub(v128.load(t), epoch));
}

/** How many of the events [from, from + n) are in front of the first one inside the sensor at or behind the end. */
export function due(b: Block, from: usize, n: usize): usize {
  const end = f64x2.splat(b.end);
  const marks = b.marks + (from >>> 3);
  let t = b.t + 8 * from;
  for (let i: usize = 0; i < n; i += 8) {
    const beyond =
      i64x2.bitmask(f64x2.ge(v128.load(t), end)) |
      (i64x2.bitmask(f64x2.ge(v128.load(t, 16), end)) << 2) |
      (i64x2.bitmask(f64x2.ge(v128.load(t, 32), end)) << 4) |
      (i64x2.bitmask(f64x2.ge(v128.load(t, 48), end)) << 6);
    const stops = beyond & <i32>load<u8>(marks + (i >>> 3));
    if (stops) return i + ctz(stops);
    t += 64;
  }
  return n;
}
