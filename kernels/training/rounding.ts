/**
 * Rounding of a gradient to signed powers of two, by chance and without bias. Adding 23 random bits to a float's own and
 * keeping its exponent rounds up with just the probability that the mantissa asks for. Below the smallest level, α, there is
 * α or nothing. The random bits are a hash of place and keys, so they do not depend on who rounds what.
 */
import { addDoubles } from './currents';

const EXPONENT: i32 = 0x7f800000;
const SIGN: i32 = 0x80000000;
const FIRST_FACTOR: i32 = 0x7feb352d;
const SECOND_FACTOR: i32 = <i32>0x846ca68b;

/** 23 random bits of four places. */
// @ts-ignore: decorator
@inline
function randomBits(places: v128, key: v128, secondKey: v128): v128 {
  let x = i32x4.add(places, key);
  x = v128.xor(x, i32x4.shr_u(x, 16));
  x = v128.xor(i32x4.mul(x, i32x4.splat(FIRST_FACTOR)), secondKey);
  x = v128.xor(x, i32x4.shr_u(x, 15));
  return i32x4.shr_u(i32x4.mul(x, i32x4.splat(SECOND_FACTOR)), 9);
}

/** Magnitudes of four numbers, rounded. */
// @ts-ignore: decorator
@inline
function roundedMagnitudes(g: v128, random: v128, alpha: f32): v128 {
  const magnitude = v128.andnot(g, i32x4.splat(SIGN));
  const large = v128.and(i32x4.add(magnitude, random), i32x4.splat(EXPONENT));
  const chance = f32x4.mul(f32x4.convert_i32x4_s(random), f32x4.splat(alpha * <f32>1.1920928955078125e-7));
  const small = v128.and(f32x4.lt(chance, magnitude), f32x4.splat(alpha));
  return v128.bitselect(small, large, f32x4.lt(magnitude, f32x4.splat(alpha)));
}

// @ts-ignore: decorator
@inline
function firstPlaces(): v128 {
  return i32x4(0, 1, 2, 3);
}

/**
 * Sums of magnitudes and the largest of a frame.
 *
 * @param sums receives float64 `[4]`, to be added up, and float32 `[4]`, of which the largest is meant.
 */
export function magnitudes(g: usize, height: i32, width: i32, channels: i32, sums: usize): void {
  const rowBytes: usize = 4 * <usize>(width * channels);
  let most = f32x4.splat(0);
  memory.fill(sums, 0, 32);
  for (let row = 0; row < height; row++) {
    let sum = f32x4.splat(0);
    for (const end = g + rowBytes; g < end; g += 16) {
      const magnitude = f32x4.abs(v128.load(g));
      sum = f32x4.add(sum, magnitude);
      most = f32x4.max(most, magnitude);
    }
    addDoubles(sums, sum);
  }
  v128.store(sums, most, 32);
}

/**
 * Rounds a frame in place.
 *
 * @param count a multiple of 4.
 * @param key of the frame, as `secondKey`.
 * @param alpha the smallest level, a power of two.
 */
export function roundGradient(g: usize, count: i32, key: i32, secondKey: i32, alpha: f32): void {
  let places = firstPlaces();
  for (const end = g + 4 * <usize>count; g < end; g += 16) {
    const value = v128.load(g);
    const random = randomBits(places, i32x4.splat(key), i32x4.splat(secondKey));
    const rounded = roundedMagnitudes(value, random, alpha);
    v128.store(g, v128.or(rounded, v128.and(value, i32x4.splat(SIGN))));
    places = i32x4.add(places, i32x4.splat(4));
  }
}

/** Codes that stand for 0, in turn: lists of one code follow each other more slowly than those of several. */
// @ts-ignore: decorator
@inline
export function zeroCodes(): v128 {
  return i8x16(0, 14, 15, 0, 14, 15, 0, 14, 15, 0, 14, 15, 0, 14, 15, 0);
}

/** Codes of four numbers: 1 + log2(|g| / α), and from bit 7 on their sign; 0 for 0. */
// @ts-ignore: decorator
@inline
function codesOf(g: v128, places: v128, key: i32, secondKey: i32, alpha: f32): v128 {
  const rounded = roundedMagnitudes(g, randomBits(places, i32x4.splat(key), i32x4.splat(secondKey)), alpha);
  const below = i32x4.splat(reinterpret<i32>(alpha) - 0x800000);
  const level = i32x4.shr_u(i32x4.sub(rounded, below), 23);
  const code = v128.or(level, v128.and(i32x4.shr_s(g, 31), i32x4.splat(0x80)));
  return v128.andnot(code, i32x4.eq(rounded, i32x4.splat(0)));
}

/**
 * The same as codes, a byte each; those for 0 are 0, 14 and 15.
 *
 * @param count a multiple of 8.
 * @param codes may lie before what is read, or begin there.
 */
export function codeGradient(
  g: usize,
  count: i32,
  key: i32,
  secondKey: i32,
  alpha: f32,
  codes: usize,
): void {
  let places = firstPlaces();
  for (const end = g + 4 * <usize>count; g < end; g += 32) {
    const a = codesOf(v128.load(g), places, key, secondKey, alpha);
    places = i32x4.add(places, i32x4.splat(4));
    const b = codesOf(v128.load(g, 16), places, key, secondKey, alpha);
    places = i32x4.add(places, i32x4.splat(4));
    const words = i16x8.narrow_i32x4_s(a, b);
    const bytes = i8x16.narrow_i16x8_u(words, words);
    const zeros = v128.and(i8x16.eq(bytes, i8x16.splat(0)), zeroCodes());
    v128.store64_lane(codes, v128.or(bytes, zeros), 0);
    codes += 8;
  }
}

/**
 * What rounding does to a frame, which stays as it is.
 *
 * @param sums float64 `[5, 4]`, added to: numbers that are not 0, products of both forms, squares of either, numbers that
 * codes have no level for.
 */
export function roundingStatistics(
  g: usize,
  count: i32,
  key: i32,
  secondKey: i32,
  alpha: f32,
  sums: usize,
): void {
  let places = firstPlaces();
  for (const end = g + 4 * <usize>count; g < end; g += 16) {
    const value = f32x4.abs(v128.load(g));
    const random = randomBits(places, i32x4.splat(key), i32x4.splat(secondKey));
    const rounded = roundedMagnitudes(value, random, alpha);
    addDoubles(sums, v128.and(f32x4.gt(rounded, f32x4.splat(0)), f32x4.splat(1)));
    addDoubles(sums + 32, f32x4.mul(value, rounded));
    addDoubles(sums + 64, f32x4.mul(value, value));
    addDoubles(sums + 96, f32x4.mul(rounded, rounded));
    addDoubles(sums + 128, v128.and(f32x4.gt(rounded, f32x4.splat(4096 * alpha)), f32x4.splat(1)));
    places = i32x4.add(places, i32x4.splat(4));
  }
}
