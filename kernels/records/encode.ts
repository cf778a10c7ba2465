/**
 * Events turned into records of an address word and a time word, four at a time. What this does is stated by the plain
 * loop in src/formats/records/encode-scalar.ts, which it must equal bit for bit.
 */
import { EncodeBlock } from './encode-block';

/**
 * Encodes up to `count` events; stops before one outside the limits or between microseconds. The 32 bytes after the input arrays
 * must be readable, those after the output writable.
 *
 * @returns how many events were encoded.
 */
export function encodeRecords(
  b: EncodeBlock,
  times: usize,
  columns: usize,
  rows: usize,
  polarities: usize,
  count: u32,
  output: usize,
): u32 {
  const swizzle = v128.load(changetype<usize>(b));
  const shared = v128.load(changetype<usize>(b), 16);
  const recordBytes = <usize>b.recordBytes;
  const xShift = b.xShift;
  const yShift = b.yShift;
  const polarityShift = b.polarityShift;
  const xFlip = i32x4.splat(b.xFlip);
  const xBase = i32x4.splat(b.xBase);
  const xLast = i32x4.splat(b.xLast);
  const yFlip = i32x4.splat(b.yFlip);
  const yBase = i32x4.splat(b.yBase);
  const yLast = i32x4.splat(b.yLast);
  const invert = i32x4.splat(b.polarityInvert);
  const fixedBits = i32x4.splat(b.fixedBits);
  const base = i32x4.splat(b.base);
  const offset = f64x2.splat(b.offset);
  const lowest = f64x2.splat(b.lowest);
  const highest = f64x2.splat(b.highest);
  let to = output;
  for (let done: u32 = 0; done < count; done += 4) {
    const i = <usize>done;
    const t0 = v128.load(times + 8 * i);
    const t1 = v128.load(times + 8 * i, 16);
    const x = i32x4.extend_low_i16x8_u(v128.load64_zero(columns + 2 * i));
    const y = i32x4.extend_low_i16x8_u(v128.load64_zero(rows + 2 * i));
    const p = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(polarities + i)));
    const timely = v128.and(
      v128.and(f64x2.ge(t0, lowest), f64x2.lt(t0, highest)),
      v128.and(f64x2.ge(t1, lowest), f64x2.lt(t1, highest)),
    );
    const outside = v128.or(i32x4.gt_s(x, xLast), i32x4.gt_s(y, yLast));
    const whole = v128.and(f64x2.eq(f64x2.floor(t0), t0), f64x2.eq(f64x2.floor(t1), t1));
    if (!i64x2.all_true(v128.and(timely, whole)) || v128.any_true(outside) || done + 4 > count) {
      const end = min(done + 4, count);
      for (; done < end; done++, to += recordBytes) {
        const time = load<f64>(times + 8 * <usize>done);
        const column = <i32>load<u16>(columns + 2 * <usize>done);
        const row = <i32>load<u16>(rows + 2 * <usize>done);
        if (
          !(time >= b.lowest && time < b.highest && floor(time) == time) ||
          column > b.xLast ||
          row > b.yLast
        )
          return done;
        const bit = (<i32>load<u8>(polarities + <usize>done)) ^ b.polarityInvert;
        const address =
          (((column ^ b.xFlip) + b.xBase) << xShift) |
          (((row ^ b.yFlip) + b.yBase) << yShift) |
          (bit << polarityShift) |
          b.fixedBits;
        const stamp = <i32>(time - b.offset) + b.base;
        const words = i32x4(address, 0, stamp, 0);
        v128.store(to, v128.or(v128.swizzle(words, swizzle), v128.swizzle(words, shared)));
      }
      if (done == count) return done;
      done -= 4;
      continue;
    }
    const address = v128.or(
      v128.or(
        i32x4.shl(i32x4.add(v128.xor(x, xFlip), xBase), xShift),
        i32x4.shl(i32x4.add(v128.xor(y, yFlip), yBase), yShift),
      ),
      v128.or(i32x4.shl(v128.xor(p, invert), polarityShift), fixedBits),
    );
    const stamps = i32x4.add(
      v128.shuffle<i64>(
        i32x4.trunc_sat_f64x2_s_zero(f64x2.sub(t0, offset)),
        i32x4.trunc_sat_f64x2_s_zero(f64x2.sub(t1, offset)),
        0,
        2,
      ),
      base,
    );
    const pair0 = v128.shuffle<i32>(address, stamps, 0, 1, 4, 5);
    const pair1 = v128.shuffle<i32>(address, stamps, 2, 3, 6, 7);
    v128.store(to, v128.or(v128.swizzle(pair0, swizzle), v128.swizzle(pair0, shared)));
    v128.store(to + 2 * recordBytes, v128.or(v128.swizzle(pair1, swizzle), v128.swizzle(pair1, shared)));
    to += 4 * recordBytes;
  }
  return count;
}
