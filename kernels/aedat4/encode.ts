/**
 * Events turned into structs of AEDAT 4, two at a time. What this does is stated by the plain loop in
 * src/formats/aedat4/encode-structs.ts, which it must equal bit for bit.
 */
const BYTES: usize = 16;
const TWO_32: f64 = 4294967296.0;
const EXACT: f64 = 9007199254740992.0;

const SIGNS: i32 = 0x8000_8000;

/** The sign of each half of a place, x below y, is set where it is beyond that half of `last`, which has its own set. */
function beyond(place: i32, last: i32): i32 {
  return (~(last - place) | place) & SIGNS;
}

/**
 * Encodes up to `count` events; stops before one that a struct cannot hold, or whose x is beyond the lower half of
 * `lastPlace`, or y beyond its upper half. @returns how many were encoded.
 */
export function encodeStructs(
  times: usize,
  columns: usize,
  rows: usize,
  polarities: usize,
  count: u32,
  output: usize,
  lastPlace: i32,
): u32 {
  const perTwo32 = f64x2.splat(1.0 / TWO_32);
  const two32 = f64x2.splat(TWO_32);
  const exact = f64x2.splat(EXACT);
  const last = lastPlace | SIGNS;
  for (let done: u32 = 0; done < count; done += 2) {
    const i = <usize>done;
    const t = v128.load(times + 8 * i);
    const x = (<i32>load<u16>(columns + 2 * i)) | ((<i32>load<u16>(rows + 2 * i)) << 16);
    const next = (<i32>load<u16>(columns + 2 * i, 2)) | ((<i32>load<u16>(rows + 2 * i, 2)) << 16);
    const p = <i32>load<u8>(polarities + i);
    const nextP = <i32>load<u8>(polarities + i, 1);
    const high = f64x2.floor(f64x2.mul(t, perTwo32));
    const low = f64x2.sub(t, f64x2.mul(high, two32));
    const whole = v128.and(f64x2.eq(f64x2.floor(t), t), f64x2.lt(f64x2.abs(t), exact));
    const whether = v128.not(whole);
    const lows = i32x4.trunc_sat_f64x2_u_zero(low);
    const highs = i32x4.trunc_sat_f64x2_s_zero(high);
    const to = output + BYTES * i;
    if ((beyond(x, last) | beyond(next, last)) != 0 || v128.any_true(whether) || done + 2 > count) {
      if (beyond(x, last) != 0 || !i64x2.extract_lane(whole, 0)) return done;
      v128.store(to, i32x4(i32x4.extract_lane(lows, 0), i32x4.extract_lane(highs, 0), x, p));
      if (done + 2 > count) return done + 1;
      if (beyond(next, last) != 0 || !i64x2.extract_lane(whole, 1)) return done + 1;
    }
    const words = v128.shuffle<i32>(lows, highs, 0, 4, 1, 5);
    v128.store(to, v128.shuffle<i64>(words, i32x4(x, p, 0, 0), 0, 2));
    v128.store(to, v128.shuffle<i64>(words, i32x4(next, nextP, 0, 0), 1, 2), 16);
  }
  return count;
}
