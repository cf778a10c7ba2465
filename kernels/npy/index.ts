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
      return b.tSigned ? timesOf<i32>(b, out, end) : timesOf<u32>(b, out, end);
    case 8:
      return b.tSigned ? timesOf<i64>(b, out, end) : timesOf<u64>(b, out, end);
    case F4:
      return timesOf<f32>(b, out, end);
    default:
      return timesOf<f64>(b, out, end);
  }
}

@inline
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
    if (isFloat<T>()) odd |= whole & <i32>(time != value);
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

@inline
function placesOf<T>(from: usize, stride: usize, out: usize, end: usize, last: i32): bool {
  let odd = 0;
  if (sizeof<T>() == 2) {
    let most = i16x8.splat(0);
    const threefold = 3 * stride;
    for (; out + 16 <= end; out += 16) {
      let v = v128.load16_lane(from, most, 0);
      v = v128.load16_lane(from + stride, v, 1);
      v = v128.load16_lane(from + 2 * stride, v, 2);
      v = v128.load16_lane(from + threefold, v, 3);
      from += 4 * stride;
      v = v128.load16_lane(from, v, 4);
      v = v128.load16_lane(from + stride, v, 5);
      v = v128.load16_lane(from + 2 * stride, v, 6);
      v = v128.load16_lane(from + threefold, v, 7);
      from += 4 * stride;
      v128.store(out, v);
      most = i16x8.max_u(most, v);
    }
    odd = <i32>v128.any_true(i16x8.gt_u(most, i16x8.splat(<i16>last)));
  }
  for (; out < end; out += 2, from += stride) {
    const number = load<T>(from);
    if (isFloat<T>()) {
      const place = <i32>number;
      odd |= <i32>(<T>place != number) | <i32>(<u32>place > <u32>last);
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

@inline
function polaritiesOf<T>(b: Block, out: usize, end: usize): bool {
  const stride = b.pStride;
  const least = <T>b.least;
  let from = b.pAt;
  let on = 0;
  let odd = 0;
  for (; out < end; out++, from += stride) {
    const number = load<T>(from);
    const bit = <i32>(number == <T>1);
    if (isFloat<T>()) odd |= <i32>(number != <T>0) & <i32>(number != <T>-1) & (bit ^ 1);
    else odd |= <i32>(number > <T>1) | <i32>(number < least);
    on += bit;
    store<u8>(out, <u8>bit);
  }
  b.on = on;
  return odd == 0;
}
