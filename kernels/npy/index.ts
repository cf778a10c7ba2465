/**
 * Rows of NumPy arrays into events, a column at a time, where all of them are events of the ordinary kind. What is
 * ordinary, and what is read, is stated by the exact loop in src/formats/npy/row-reader.ts, which reads what is not.
 */
import { Block, F4, F8 } from './block';

/** Doubles from twice this on are the whole numbers. */
const HALF: f64 = 2251799813685248.0;
/** A sum of it and a number below HALF is rounded as IEEE 754 rounds, halves to the even one. */
const ROUNDING: f64 = 6755399441055744.0;

/** Reads `count` rows. Returns whether all were ordinary; what was written and counted means nothing otherwise. */
export function readRows(
  b: Block,
  count: usize,
  times: usize,
  columns: usize,
  rows: usize,
  polarities: usize,
): bool {
  return (
    readPlaces(b.xKind, b.xAt, b.xStride, columns, count, b.right) &&
    readPlaces(b.yKind, b.yAt, b.yStride, rows, count, b.bottom) &&
    readPolarities(b, polarities, count) &&
    readTimes(b, times, count)
  );
}

function readTimes(b: Block, out: usize, count: usize): bool {
  const end = out + 8 * count;
  switch (b.tKind) {
    case 4:
      if (b.factor == 1 && !b.tSigned && pairedTimes(b, out, end)) return true;
      return b.tSigned ? timesOf<i32>(b, out, end) : timesOf<u32>(b, out, end);
    case 8:
      if (b.factor == 1 && pairedTimes(b, out, end)) return true;
      return b.tSigned ? timesOf<i64>(b, out, end) : timesOf<u64>(b, out, end);
    case F4:
      return timesOf<f32>(b, out, end);
    default:
      return timesOf<f64>(b, out, end);
  }
}

/** Whole times of eight bytes below 2^51, or of four without a sign, two at a time. */
function pairedTimes(b: Block, out: usize, end: usize): bool {
  const stride = b.tStride;
  const isShort = b.tKind == 4;
  // As a double's last bits they are what they are; its first bits are those of 2^52.
  const base = f64x2.splat(4503599627370496.0);
  let from = b.tAt;
  let last = f64x2.splat(b.previous);
  let steps = i64x2.splat(0);
  let all = steps;
  for (; out + 16 <= end; out += 16) {
    const pair = isShort
      ? i64x2.extend_low_i32x4_u(v128.load32_lane(from + stride, v128.load32_zero(from), 1))
      : v128.load64_lane(from + stride, v128.load64_zero(from), 1);
    from += 2 * stride;
    all = v128.or(all, pair);
    const times = f64x2.sub(v128.or(pair, base), base);
    steps = i64x2.sub(steps, f64x2.lt(times, v128.shuffle<i64>(last, times, 1, 2)));
    last = times;
    v128.store(out, times);
  }
  if (v128.any_true(i64x2.shr_u(all, 51))) return false;
  let previous = f64x2.extract_lane(last, 1);
  let backwardSteps = <i32>(i64x2.extract_lane(steps, 0) + i64x2.extract_lane(steps, 1));
  if (out < end) {
    const time = isShort ? <i64>load<u32>(from) : load<i64>(from);
    if (time >>> 51 != 0) return false;
    backwardSteps += <i32>(<f64>time < previous);
    previous = <f64>time;
    store<f64>(out, previous);
  }
  b.previous = previous;
  b.backwardSteps = backwardSteps;
  return true;
}

function timesOf<T>(b: Block, out: usize, end: usize): bool {
  const factor = b.factor;
  const stride = b.tStride;
  const whole = b.whole;
  let from = b.tAt;
  let previous = b.previous;
  let backwardSteps = 0;
  let odd = 0;
  for (; out < end; out += 8, from += stride) {
    const value = <f64>load<T>(from) * factor;
    const time = value + ROUNDING - ROUNDING;
    odd |= <i32>!(abs(value) < HALF);
    if (isFloat<T>()) odd |= whole & (<i32>(time != value));
    backwardSteps += <i32>(time < previous);
    previous = time;
    store<f64>(out, time);
  }
  b.previous = previous;
  b.backwardSteps = backwardSteps;
  return odd == 0;
}

function readPlaces(kind: i32, from: usize, stride: usize, out: usize, count: usize, last: i32): bool {
  const end = out + 2 * count;
  switch (kind) {
    case 1:
      return placesOf<u8>(from, stride, out, end, last);
    case 2:
      return placesOf<u16>(from, stride, out, end, last);
    case 4:
      return placesOf<u32>(from, stride, out, end, last);
    case 8:
      return placesOf<u64>(from, stride, out, end, last);
    case F4:
      return placesOf<f32>(from, stride, out, end, last);
    default:
      return placesOf<f64>(from, stride, out, end, last);
  }
}

function placesOf<T>(from: usize, stride: usize, out: usize, end: usize, last: i32): bool {
  let odd = 0;
  if (sizeof<T>() == 2) {
    let most = i16x8.splat(0);
    for (; out + 16 <= end; out += 16, from += 8 * stride) {
      const v = stride == 2 ? v128.load(from) : eightHalves(from, stride);
      v128.store(out, v);
      most = i16x8.max_u(most, v);
    }
    odd = <i32>v128.any_true(i16x8.gt_u(most, i16x8.splat(<i16>last)));
  }
  for (; out < end; out += 2, from += stride) {
    const number = load<T>(from);
    if (isFloat<T>()) {
      const place = <i32>number;
      odd |= (<i32>(<T>place != number)) | (<i32>(<u32>place > <u32>last));
      store<u16>(out, <u16>place);
    } else {
      odd |= <i32>(number > <T>last);
      store<u16>(out, <u16>number);
    }
  }
  return odd == 0;
}

function readPolarities(b: Block, out: usize, count: usize): bool {
  const end = out + count;
  switch (b.pKind) {
    case 1:
      return polaritiesOf<i8>(b, out, end);
    case 2:
      return polaritiesOf<i16>(b, out, end);
    case 4:
      return polaritiesOf<i32>(b, out, end);
    case 8:
      return polaritiesOf<i64>(b, out, end);
    case F4:
      return polaritiesOf<f32>(b, out, end);
    default:
      return polaritiesOf<f64>(b, out, end);
  }
}

function polaritiesOf<T>(b: Block, out: usize, end: usize): bool {
  const stride = b.pStride;
  const least = <T>b.least;
  let from = b.pAt;
  let on = 0;
  let odd = 0;
  if (sizeof<T>() == 1) {
    const one = i8x16.splat(1);
    const low = i8x16.splat(<i8>least);
    let most = one;
    let fewest = low;
    for (; out + 16 <= end; out += 16, from += 16 * stride) {
      const v = stride == 1 ? v128.load(from) : sixteenBytes(from, stride);
      most = i8x16.max_s(most, v);
      fewest = i8x16.min_s(fewest, v);
      const bits = v128.and(i8x16.eq(v, one), one);
      v128.store(out, bits);
      on += <i32>i64.popcnt(i64x2.extract_lane(bits, 0)) + <i32>i64.popcnt(i64x2.extract_lane(bits, 1));
    }
    odd = <i32>v128.any_true(v128.or(i8x16.ne(most, one), i8x16.ne(fewest, low)));
  }
  for (; out < end; out++, from += stride) {
    const number = load<T>(from);
    const bit = <i32>(number == <T>1);
    if (isFloat<T>()) odd |= (<i32>(number != <T>0)) & (<i32>(number != <T>-1)) & (bit ^ 1);
    else odd |= (<i32>(number > <T>1)) | (<i32>(number < least));
    on += bit;
    store<u8>(out, <u8>bit);
  }
  b.on = on;
  return odd == 0;
}

function eightHalves(from: usize, stride: usize): v128 {
  const threefold = 3 * stride;
  let v = v128.load16_lane(from, i16x8.splat(0), 0);
  v = v128.load16_lane(from + stride, v, 1);
  v = v128.load16_lane(from + 2 * stride, v, 2);
  v = v128.load16_lane(from + threefold, v, 3);
  from += 4 * stride;
  v = v128.load16_lane(from, v, 4);
  v = v128.load16_lane(from + stride, v, 5);
  v = v128.load16_lane(from + 2 * stride, v, 6);
  return v128.load16_lane(from + threefold, v, 7);
}

function sixteenBytes(from: usize, stride: usize): v128 {
  const threefold = 3 * stride;
  const fourfold = 4 * stride;
  let v = v128.load8_lane(from, i8x16.splat(0), 0);
  v = v128.load8_lane(from + stride, v, 1);
  v = v128.load8_lane(from + 2 * stride, v, 2);
  v = v128.load8_lane(from + threefold, v, 3);
  from += fourfold;
  v = v128.load8_lane(from, v, 4);
  v = v128.load8_lane(from + stride, v, 5);
  v = v128.load8_lane(from + 2 * stride, v, 6);
  v = v128.load8_lane(from + threefold, v, 7);
  from += fourfold;
  v = v128.load8_lane(from, v, 8);
  v = v128.load8_lane(from + stride, v, 9);
  v = v128.load8_lane(from + 2 * stride, v, 10);
  v = v128.load8_lane(from + threefold, v, 11);
  from += fourfold;
  v = v128.load8_lane(from, v, 12);
  v = v128.load8_lane(from + stride, v, 13);
  v = v128.load8_lane(from + 2 * stride, v, 14);
  return v128.load8_lane(from + threefold, v, 15);
}
