/**
 * Words of EVT2, and those of EVT2.1 that hold one event each, eight at a time with the TIME_HIGHs between them. What this
 * does is stated by src/formats/evt2/scalar.ts and evt21/scalar.ts.
 */
import { pin } from '../pin';
import { Block } from './block';
import { orderOf, Output, storeEvents } from './output';

export const TIME_HIGH: u32 = 8;
export const WORDS: u32 = 8;
const HIGH_RANGE: i32 = 0x1000_0000;
/** TIME_HIGHs are told from one in front of them in so many steps, each of 64 µs. */
const STEPS: i32 = 0x7fff;
const COORDINATES: i32 = 0x800;

/** Moves the clock of EVT2 and EVT2.1. */
export function setHigh(b: Block, high: i32): void {
  if (b.high - high > HIGH_RANGE / 2) b.loops++;
  b.high = high;
  b.highMicros = (<f64>b.loops * 268435456.0 + <f64>high) * 64.0;
}

/**
 * Decodes words, of EVT2 for `u32` and of EVT2.1 for `u64`, as long as eight in a row are single events inside the sensor
 * or TIME_HIGHs, and time does not fall, while there are at most `last` events. State and account in the block are up
 * to date, before and after.
 *
 * @returns how many words were consumed, a multiple of eight.
 */
export function decodeEvt2Singles<Word>(b: Block, o: Output, input: usize, count: u32, last: i32): u32 {
  const first = max(b.high, 0);
  // Beyond, a word of another type could not be told from a TIME_HIGH some steps later.
  if (first > HIGH_RANGE - 1 - STEPS) return 0;
  const scratch = o.t + 8 * <usize>b.events;
  const origin = pin(f64x2.splat(b.highMicros), scratch);
  const firstHigh = pin(i32x4.splat((<i32>(TIME_HIGH << 28)) | first), scratch);
  const lowerHalf = pin(i32x4.splat(0xffff), scratch);
  const otherTypes = pin(i16x8.splat(0x6000), scratch);
  const beyond = pin(i16x8.splat(<i16>STEPS), scratch);
  const right = pin(i16x8.splat(<i16>(min(b.width, COORDINATES) - 1)), scratch);
  const bottom = pin(i16x8.splat(<i16>(min(b.height, COORDINATES) - 1)), scratch);
  const coordinate = pin(i16x8.splat(0x7ff), scratch);
  const sixBits = pin(i16x8.splat(0x3f), scratch);
  const ones = pin(i16x8.splat(1), scratch);
  const inMicros = pin(i32x4.splat(0x0001_0040), scratch);
  const exponent = pin(i16x8.splat(0xff), scratch);
  const bias = pin(i16x8.splat(127), scratch);
  const minusOne = pin(i32x4.splat(-1), scratch);
  const zero = i16x8.splat(0);
  const swapped = b.rotation != 0;
  let steps = zero;
  let on = zero;
  let before = i32x4.splat(<i32>max(-1.0, min(2147483647.0, b.previous - b.highMicros)));
  let n = b.events;
  let done: u32 = 0;
  for (; done + WORDS <= count && n <= last; done += WORDS) {
    const at = input + <usize>sizeof<Word>() * <usize>done;
    const w0 = wordsOf<Word>(at, swapped);
    const w1 = wordsOf<Word>(at + 4 * sizeof<Word>(), swapped);
    const upper = i16x8.narrow_i32x4_u(i32x4.shr_u(w0, 16), i32x4.shr_u(w1, 16));
    const lower = i16x8.narrow_i32x4_u(v128.and(w0, lowerHalf), v128.and(w1, lowerHalf));
    const isHigh = i16x8.shr_s(upper, 15);
    const given = v128.and(i16x8.narrow_i32x4_s(i32x4.sub(w0, firstHigh), i32x4.sub(w1, firstHigh)), isHigh);
    // For each word the steps of the largest TIME_HIGH up to it, which is the last one where they do not fall.
    let reached = i16x8.max_s(given, v128.shuffle<i16>(steps, given, 7, 8, 9, 10, 11, 12, 13, 14));
    reached = i16x8.max_s(reached, v128.shuffle<i16>(steps, reached, 6, 7, 8, 9, 10, 11, 12, 13));
    reached = i16x8.max_s(reached, v128.shuffle<i16>(steps, reached, 4, 5, 6, 7, 8, 9, 10, 11));
    reached = i16x8.max_s(reached, steps);
    const highs = <u32>i16x8.bitmask(upper);
    const order = orderOf(o, 0xff ^ highs);
    const lowers = v128.swizzle(lower, order);
    const uppers = v128.swizzle(upper, order);
    let x = v128.or(i16x8.shl(v128.and(uppers, sixBits), 5), i16x8.shr_u(lowers, 11));
    let manyOrNone = zero;
    if (sizeof<Word>() == 8) {
      const m0 = masksOf(at, swapped);
      const m1 = masksOf(at + 32, swapped);
      const pixels = v128.swizzle(numbersOf(m0, m1, exponent, bias), order);
      x = i16x8.add(x, pixels);
      manyOrNone = v128.or(
        v128.or(v128.and(m0, i32x4.add(m0, minusOne)), v128.and(m1, i32x4.add(m1, minusOne))),
        i16x8.shr_s(pixels, 15),
      );
    }
    const y = v128.and(lowers, coordinate);
    const micros = v128.and(i16x8.shr_u(uppers, 6), sixBits);
    const ofEvents = v128.swizzle(reached, order);
    const t0 = i32x4.dot_i16x8_s(v128.shuffle<i16>(ofEvents, micros, 0, 8, 1, 9, 2, 10, 3, 11), inMicros);
    const t1 = i32x4.dot_i16x8_s(v128.shuffle<i16>(ofEvents, micros, 4, 12, 5, 13, 6, 14, 7, 15), inMicros);
    const odd = v128.or(
      v128.or(
        v128.or(v128.and(upper, otherTypes), v128.and(i16x8.gt_s(reached, given), isHigh)),
        v128.or(i16x8.eq(reached, beyond), manyOrNone),
      ),
      v128.or(
        v128.or(i16x8.sub_sat_u(x, right), i16x8.sub_sat_u(y, bottom)),
        v128.or(
          i32x4.gt_s(v128.shuffle<i32>(before, t0, 3, 4, 5, 6), t0),
          i32x4.gt_s(v128.shuffle<i32>(t0, t1, 3, 4, 5, 6), t1),
        ),
      ),
    );
    if (v128.any_true(odd)) break;
    storeEvents(o, n, x, y, i16x8.shr_u(uppers, 12), t0, t1, origin);
    on = i16x8.add(on, v128.and(i16x8.shr_u(upper, 12), ones));
    before = i32x4.max_s(before, t1);
    steps = v128.shuffle<i16>(reached, reached, 7, 7, 7, 7, 7, 7, 7, 7);
    n += <i32>WORDS - <i32>popcnt(highs);
  }
  if (n > b.events) b.previous = load<f64>(o.t + 8 * <usize>(n - 1));
  b.events = n;
  b.on += sum(on);
  if (done > 0) {
    const reached = <i32>i16x8.extract_lane_u(steps, 0);
    b.high = first + reached;
    b.highMicros += <f64>reached * 64.0;
  }
  return done;
}

/** Four words of EVT2, or those halves of EVT2.1's. */
function wordsOf<Word>(at: usize, swapped: bool): v128 {
  if (sizeof<Word>() == 4) return v128.load(at);
  const odd = at - 4 * <usize>swapped;
  return v128.shuffle<i32>(v128.load(odd), v128.load(odd, 16), 1, 3, 5, 7);
}

/** The masks of four words of EVT2.1. */
function masksOf(at: usize, swapped: bool): v128 {
  const even = at + 4 * <usize>swapped;
  return v128.shuffle<i32>(v128.load(even), v128.load(even, 16), 0, 2, 4, 6);
}

/** The numbers of masks' only bits, which are the exponents of the masks as numbers; negative for those without bits. */
function numbersOf(m0: v128, m1: v128, exponent: v128, bias: v128): v128 {
  const exponents = i16x8.narrow_i32x4_s(
    i32x4.shr_u(f32x4.convert_i32x4_s(m0), 23),
    i32x4.shr_u(f32x4.convert_i32x4_s(m1), 23),
  );
  return i16x8.sub(v128.and(exponents, exponent), bias);
}

function sum(v: v128): i32 {
  const pairs = i32x4.extadd_pairwise_i16x8_u(v);
  return (
    i32x4.extract_lane(pairs, 0) +
    i32x4.extract_lane(pairs, 1) +
    i32x4.extract_lane(pairs, 2) +
    i32x4.extract_lane(pairs, 3)
  );
}
