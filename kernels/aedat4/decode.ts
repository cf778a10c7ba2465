/**
 * Structs of AEDAT 4 turned into events four at a time. What this does is stated by the plain loop in
 * src/formats/aedat4/events.ts, which it must equal bit for bit.
 */
import { pin } from '../pin';
import { Block } from './block';

/** Upper words of times up to 2^53 µs, either way. */
const MAX_HIGH: i32 = 0x20_0000;
const HIGH_BITS: i32 = 22;
const TWO_32: f64 = 4294967296.0;
const BYTES: usize = 16;

/** Decodes `count` structs. The 16 bytes after each output must be writable. */
export function decodeStructs(
  b: Block,
  input: usize,
  count: u32,
  times: usize,
  columns: usize,
  rows: usize,
  polarities: usize,
): void {
  const scratch = times + 8 * <usize>b.events;
  const xLast = pin(i32x4.splat(b.xLast), scratch);
  const yLast = pin(i32x4.splat(b.yLast), scratch);
  const yFlip = pin(i32x4.splat(b.yFlip), scratch);
  const yBase = pin(i32x4.splat(b.yBase), scratch);
  const low16 = pin(i32x4.splat(0xffff), scratch);
  const low8 = pin(i32x4.splat(0xff), scratch);
  const one = pin(i32x4.splat(1), scratch);
  const zero = i32x4.splat(0);
  const two32 = pin(f64x2.splat(TWO_32), scratch);
  const maxHigh = pin(i32x4.splat(MAX_HIGH), scratch);
  let on = zero;
  let previous = f64x2.splat(b.previous);
  let n: usize = b.events;
  let at = input;
  const end = input + BYTES * <usize>count;
  while (at < end) {
    if (at + 4 * BYTES <= end) {
      const v0 = v128.load(at);
      const v1 = v128.load(at, 16);
      const v2 = v128.load(at, 32);
      const v3 = v128.load(at, 48);
      // Two low words, two high words; two places, two polarities.
      const times0 = v128.shuffle<i32>(v0, v1, 0, 4, 1, 5);
      const times1 = v128.shuffle<i32>(v2, v3, 0, 4, 1, 5);
      const rest0 = v128.shuffle<i32>(v0, v1, 2, 6, 3, 7);
      const rest1 = v128.shuffle<i32>(v2, v3, 2, 6, 3, 7);
      const places = v128.shuffle<i64>(rest0, rest1, 0, 2);
      const highs = v128.shuffle<i64>(times0, times1, 1, 3);
      const x = v128.and(places, low16);
      const y = i32x4.shr_u(places, 16);
      const t0 = f64x2.add(
        f64x2.mul(f64x2.convert_low_i32x4_s(highs), two32),
        f64x2.convert_low_i32x4_u(times0),
      );
      const t1 = f64x2.add(
        f64x2.mul(f64x2.convert_low_i32x4_s(v128.shuffle<i64>(highs, highs, 1, 1)), two32),
        f64x2.convert_low_i32x4_u(times1),
      );
      const odd = v128.or(
        v128.or(
          v128.or(i32x4.gt_s(x, xLast), i32x4.gt_s(y, yLast)),
          i32x4.shr_u(i32x4.add(highs, maxHigh), HIGH_BITS),
        ),
        v128.or(
          f64x2.lt(t0, v128.shuffle<i64>(previous, t0, 1, 2)),
          f64x2.lt(t1, v128.shuffle<i64>(t0, t1, 1, 2)),
        ),
      );
      if (!v128.any_true(odd)) {
        const marks = v128.and(v128.shuffle<i64>(rest0, rest1, 1, 3), low8);
        const p = v128.and(i32x4.ne(marks, zero), one);
        on = i32x4.add(on, p);
        const row = i32x4.add(v128.xor(y, yFlip), yBase);
        v128.store(times + 8 * n, t0);
        v128.store(times + 8 * n, t1, 16);
        v128.store64_lane(columns + 2 * n, i16x8.narrow_i32x4_u(x, x), 0);
        v128.store64_lane(rows + 2 * n, i16x8.narrow_i32x4_u(row, row), 0);
        const narrow = i16x8.narrow_i32x4_u(p, p);
        v128.store32_lane(polarities + n, i8x16.narrow_i16x8_u(narrow, narrow), 0);
        previous = t1;
        n += 4;
        at += 4 * BYTES;
        continue;
      }
    }
    for (let stop = min(at + 4 * BYTES, end); at < stop; at += BYTES) {
      const x = <i32>load<u16>(at, 8);
      const y = <i32>load<u16>(at, 10);
      const high = load<i32>(at, 4);
      if (x > b.xLast || y > b.yLast) {
        b.outside++;
        continue;
      }
      if (high >= MAX_HIGH || high < -MAX_HIGH) {
        b.invalid++;
        continue;
      }
      const time = <f64>high * TWO_32 + <f64>load<u32>(at);
      if (time < f64x2.extract_lane(previous, 1)) b.backwardSteps++;
      previous = f64x2.splat(time);
      const p = <i32>(load<u8>(at, 12) != 0);
      b.on += p;
      store<f64>(times + 8 * n, time);
      store<u16>(columns + 2 * n, <u16>x);
      store<u16>(rows + 2 * n, <u16>((y ^ b.yFlip) + b.yBase));
      store<u8>(polarities + n, <u8>p);
      n++;
    }
  }
  b.previous = f64x2.extract_lane(previous, 1);
  b.events = <i32>n;
  b.on +=
    i32x4.extract_lane(on, 0) +
    i32x4.extract_lane(on, 1) +
    i32x4.extract_lane(on, 2) +
    i32x4.extract_lane(on, 3);
}
