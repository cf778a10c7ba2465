/** From vertical counters to spikes, or to the currents themselves. */
import { COUNTER_BYTES, Stage } from './blocks';

/** Sets the first `planes` planes of the counters of `words` words to the same number, and the next where that is odd. */
export function setCounters(counters: usize, words: u32, planes: u32, value: u32): void {
  const values = i32x4.splat(value);
  let bit = i32x4.splat(1);
  for (const end = counters + (<usize>planes << 4); counters < end; counters += 32) {
    const next = i32x4.add(bit, bit);
    const p = i32x4.eq(v128.and(values, bit), bit);
    const q = i32x4.eq(v128.and(values, next), next);
    v128.store(counters, p);
    v128.store(counters, q, 16);
    let at = counters;
    for (let w: u32 = 1; w < words; w++) {
      at += COUNTER_BYTES;
      v128.store(at, p);
      v128.store(at, q, 16);
    }
    bit = i32x4.add(next, next);
  }
}

/**
 * Compares the counts of all words with a row of the threshold table and stores the spikes. The current is
 * I = 2 * count - N; the counters began at (N' - N rounded up to even) / 2 + 1. `planes` is even. See packSlicedTable in
 * src/inference/wasm/pack-neurons.ts.
 */
export function compareCounts(b: Stage, counters: usize, step: u32, n: u32, row: u32, planes: u32, to: usize): void {
  const words = b.words;
  const stored = <usize>b.tablePlanes << 4;
  let table = <usize>b.table + <usize>((step * b.tableRows + row) * words) * stored;
  let even = <usize>b.even + ((<usize>step * words) << 4);
  let flip = <usize>b.flip;
  const odd = i32x4.splat(-<i32>(n & 1));
  for (let w: u32 = 0; w < words; w++) {
    let ge = v128.or(v128.load(even), odd);
    for (let at: usize = 0; at < <usize>planes << 4; at += 32) {
      const p = v128.load(counters + at);
      const q = v128.load(counters + at, 16);
      ge = v128.xor(v128.and(v128.xor(ge, p), v128.xor(p, v128.load(table + at))), p);
      ge = v128.xor(v128.and(v128.xor(ge, q), v128.xor(q, v128.load(table + at, 16))), q);
    }
    v128.store(to, v128.xor(ge, v128.load(flip)));
    table += stored;
    counters += COUNTER_BYTES;
    even += 16;
    flip += 16;
    to += 16;
  }
}

// A step of an 8x8 bit transposition: the two vectors of bytes that swap their masked bits.

@inline
function first(a: v128, b: v128, shift: i32, mask: v128): v128 {
  return v128.xor(a, i16x8.shl(v128.and(v128.xor(i16x8.shr_u(a, shift), b), mask), shift));
}

@inline
function second(a: v128, b: v128, shift: i32, mask: v128): v128 {
  return v128.xor(b, v128.and(v128.xor(i16x8.shr_u(a, shift), b), mask));
}

/**
 * Eight planes become eight vectors of bytes: byte k of vector j is the number of channel 8k + j whose bit p is in
 * plane p. Planes beyond `planes` count as 0.
 */
export function transpose(plane: usize, planes: u32, to: usize): void {
  const zero = i32x4.splat(0);
  const p0 = planes > 0 ? v128.load(plane) : zero;
  const p1 = planes > 1 ? v128.load(plane, 16) : zero;
  const p2 = planes > 2 ? v128.load(plane, 32) : zero;
  const p3 = planes > 3 ? v128.load(plane, 48) : zero;
  const p4 = planes > 4 ? v128.load(plane, 64) : zero;
  const p5 = planes > 5 ? v128.load(plane, 80) : zero;
  const p6 = planes > 6 ? v128.load(plane, 96) : zero;
  const p7 = planes > 7 ? v128.load(plane, 112) : zero;
  const m4 = i8x16.splat(0x0f);
  const a0 = first(p0, p4, 4, m4);
  const a4 = second(p0, p4, 4, m4);
  const a1 = first(p1, p5, 4, m4);
  const a5 = second(p1, p5, 4, m4);
  const a2 = first(p2, p6, 4, m4);
  const a6 = second(p2, p6, 4, m4);
  const a3 = first(p3, p7, 4, m4);
  const a7 = second(p3, p7, 4, m4);
  const m2 = i8x16.splat(0x33);
  const b0 = first(a0, a2, 2, m2);
  const b2 = second(a0, a2, 2, m2);
  const b1 = first(a1, a3, 2, m2);
  const b3 = second(a1, a3, 2, m2);
  const b4 = first(a4, a6, 2, m2);
  const b6 = second(a4, a6, 2, m2);
  const b5 = first(a5, a7, 2, m2);
  const b7 = second(a5, a7, 2, m2);
  const m1 = i8x16.splat(0x55);
  v128.store(to, first(b0, b1, 1, m1));
  v128.store(to, second(b0, b1, 1, m1), 16);
  v128.store(to, first(b2, b3, 1, m1), 32);
  v128.store(to, second(b2, b3, 1, m1), 48);
  v128.store(to, first(b4, b5, 1, m1), 64);
  v128.store(to, second(b4, b5, 1, m1), 80);
  v128.store(to, first(b6, b7, 1, m1), 96);
  v128.store(to, second(b6, b7, 1, m1), 112);
}

/** The same for two planes: fewer operations. */
function transposeTwo(plane: usize, to: usize): void {
  const p = v128.load(plane);
  const q = v128.load(plane, 16);
  const m1 = i8x16.splat(1);
  const m2 = i8x16.splat(2);
  v128.store(to, v128.or(v128.and(p, m1), v128.and(i16x8.shl(q, 1), m2)));
  v128.store(to, v128.or(v128.and(i16x8.shr_u(p, 1), m1), v128.and(q, m2)), 16);
  v128.store(to, v128.or(v128.and(i16x8.shr_u(p, 2), m1), v128.and(i16x8.shr_u(q, 1), m2)), 32);
  v128.store(to, v128.or(v128.and(i16x8.shr_u(p, 3), m1), v128.and(i16x8.shr_u(q, 2), m2)), 48);
  v128.store(to, v128.or(v128.and(i16x8.shr_u(p, 4), m1), v128.and(i16x8.shr_u(q, 3), m2)), 64);
  v128.store(to, v128.or(v128.and(i16x8.shr_u(p, 5), m1), v128.and(i16x8.shr_u(q, 4), m2)), 80);
  v128.store(to, v128.or(v128.and(i16x8.shr_u(p, 6), m1), v128.and(i16x8.shr_u(q, 5), m2)), 96);
  v128.store(to, v128.or(v128.and(i16x8.shr_u(p, 7), m1), v128.and(i16x8.shr_u(q, 6), m2)), 112);
}

/** Scratch of {@link unpackCounts}: the low, middle and high bytes of 128 counts. */
const BYTES: usize = 128;

/**
 * Transposes the counters of a word into two bytes of each count at `scratch`; larger counts have a third. An odd number
 * of planes is followed by one of zeros.
 */
@inline
export function countBytes(counters: usize, planes: u32, scratch: usize): void {
  transpose(counters, planes, scratch);
  if (planes > 10) {
    transpose(counters + 128, planes - 8, scratch + BYTES);
  } else if (planes > 8) {
    transposeTwo(counters + 128, scratch + BYTES);
  } else {
    const zero = i32x4.splat(0);
    for (let at = scratch; at < scratch + BYTES; at += 64) {
      v128.store(at, zero, BYTES);
      v128.store(at, zero, BYTES + 16);
      v128.store(at, zero, BYTES + 32);
      v128.store(at, zero, BYTES + 48);
    }
  }
}

/** Currents 0 … 7 of the vector group whose low bytes are at `at`, 16-bit; `n` is N in every lane. */
@inline
export function lowCurrents(at: usize, n: v128): v128 {
  const low = v128.load(at);
  const counts = v128.shuffle<u8>(low, v128.load(at, BYTES), 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  return i16x8.sub(i16x8.add(counts, counts), n);
}

/** Currents 8 … 15. */
@inline
export function highCurrents(at: usize, n: v128): v128 {
  const low = v128.load(at);
  const counts = v128.shuffle<u8>(low, v128.load(at, BYTES), 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  return i16x8.sub(i16x8.add(counts, counts), n);
}

/** Pairs of 16-bit lanes. */
@inline
export function lowPairs(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

@inline
export function highPairs(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/**
 * The currents I = 2 * count - N of one word, 32-bit, in the order `[8][16]`: channel 8k + j is number k of vector
 * group j.
 */
export function unpackCounts(counters: usize, planes: u32, n: u32, scratch: usize, to: usize): void {
  countBytes(counters, planes, scratch);
  const large = planes > 16;
  if (large) transpose(counters + 256, planes - 16, scratch + 2 * BYTES);
  const zero = i32x4.splat(0);
  const offset = i32x4.splat(n);
  for (let at = scratch; at < scratch + BYTES; at += 16) {
    const low = v128.load(at);
    const middle = v128.load(at, BYTES);
    const top = large ? v128.load(at, 2 * BYTES) : zero;
    const a = v128.shuffle<u8>(low, middle, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const b = v128.shuffle<u8>(low, middle, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const c = i16x8.extend_low_i8x16_u(top);
    const d = i16x8.extend_high_i8x16_u(top);
    storeCurrents(lowPairs(a, c), offset, to);
    storeCurrents(highPairs(a, c), offset, to + 16);
    storeCurrents(lowPairs(b, d), offset, to + 32);
    storeCurrents(highPairs(b, d), offset, to + 48);
    to += 64;
  }
}

@inline
function storeCurrents(counts: v128, n: v128, to: usize): void {
  v128.store(to, i32x4.sub(i32x4.add(counts, counts), n));
}

/**
 * The same as 16-bit numbers, interleaved with those of the step before or after: a pair of steps lies in one lane of
 * 32 bits. The step with `odd` completes the pair that the one before began. Quarters that hold no channels, see
 * `lanes.ts`, may be left out, and have no room where the pair is `dense`.
 */
export function unpackPairs(
  counters: usize,
  planes: u32,
  n: u32,
  odd: bool,
  quads: u32,
  dense: bool,
  scratch: usize,
  to: usize,
): void {
  countBytes(counters, planes, scratch);
  const offset = i16x8.splat(<i16>n);
  const groupBytes: usize = dense ? <usize>quads << 4 : 64;
  for (let at = scratch; at < scratch + BYTES; at += 16) {
    const low = lowCurrents(at, offset);
    storeFirstPairs(low, odd, to);
    if (quads > 1) storeSecondPairs(low, odd, to + 16);
    if (quads > 2) {
      const high = highCurrents(at, offset);
      storeFirstPairs(high, odd, to + 32);
      storeSecondPairs(high, odd, to + 48);
    }
    to += groupBytes;
  }
}

/** The same for a step of which the one after is not known yet: eight currents a vector, not interleaved. */
export function unpackHalf(counters: usize, planes: u32, n: u32, quads: u32, scratch: usize, to: usize): void {
  countBytes(counters, planes, scratch);
  const offset = i16x8.splat(<i16>n);
  for (let at = scratch; at < scratch + BYTES; at += 16) {
    v128.store(to, lowCurrents(at, offset));
    if (quads > 2) v128.store(to, highCurrents(at, offset), 16);
    to += 32;
  }
}

/** Interleaves the currents of a step with those that `unpackHalf` left at `half`. */
export function unpackSecond(
  counters: usize,
  planes: u32,
  n: u32,
  half: usize,
  quads: u32,
  scratch: usize,
  to: usize,
): void {
  countBytes(counters, planes, scratch);
  const offset = i16x8.splat(<i16>n);
  for (let at = scratch; at < scratch + BYTES; at += 16) {
    interleave(v128.load(half), lowCurrents(at, offset), to);
    if (quads > 2) interleave(v128.load(half, 16), highCurrents(at, offset), to + 32);
    half += 32;
    to += 64;
  }
}

@inline
function interleave(first: v128, second: v128, to: usize): void {
  v128.store(to, lowPairs(first, second));
  v128.store(to, highPairs(first, second), 16);
}

/** The first four of eight 16-bit currents into their half of the pairs. */
@inline
function storeFirstPairs(x: v128, odd: bool, to: usize): void {
  const zero = i32x4.splat(0);
  v128.store(to, odd ? v128.or(v128.load(to), lowPairs(zero, x)) : lowPairs(x, zero));
}

/** The other four. */
@inline
function storeSecondPairs(x: v128, odd: bool, to: usize): void {
  const zero = i32x4.splat(0);
  v128.store(to, odd ? v128.or(v128.load(to), highPairs(zero, x)) : highPairs(x, zero));
}
