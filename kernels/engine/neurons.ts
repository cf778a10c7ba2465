/**
 * Neurons of one word (128 channels) whose currents are there as numbers, in the order of `unpackCounts`. `quads` of
 * the four quarters of that order hold channels; the others stay silent.
 */
import { Stage } from './blocks';
import { storePairs } from './sliced';

/** Bytes of a word's 128 thresholds, or of a pair of steps. */
const WORD_BYTES: usize = 512;

/** Four comparisons of four channels each, as bytes of one vector. */
@inline
function pack(m0: v128, m1: v128, m2: v128, m3: v128): v128 {
  return v128.narrow<i16>(v128.narrow<i32>(m0, m1), v128.narrow<i32>(m2, m3));
}

/** Spikes of vector group `j`: bit j of each byte. */
@inline
function bitsOf(j: i32, m0: v128, m1: v128, m2: v128, m3: v128): v128 {
  return v128.and(pack(m0, m1, m2, m3), i8x16.splat(<i8>1 << <i8>j));
}

@inline
function reaches(at: usize, threshold: usize): v128 {
  return i32x4.ge_s(v128.load(at), v128.load(threshold));
}

/** Spikes of values at `values` against thresholds, both `[8][16]`. */
export function compareValues(values: usize, thresholds: usize, quads: u32): v128 {
  let spikes = i32x4.splat(0);
  const none = spikes;
  for (let j = 0; j < 8; j++) {
    const m0 = reaches(values, thresholds);
    const m1 = quads > 1 ? reaches(values + 16, thresholds + 16) : none;
    const m2 = quads > 2 ? reaches(values + 32, thresholds + 32) : none;
    const m3 = quads > 3 ? reaches(values + 48, thresholds + 48) : none;
    spikes = v128.or(spikes, bitsOf(j, m0, m1, m2, m3));
    values += 64;
    thresholds += 64;
  }
  return spikes;
}

/** Puts 32-bit currents that fit 16 bits into their half of a pair of steps. */
export function narrowPairs(currents: usize, odd: bool, to: usize): void {
  for (const end = currents + WORD_BYTES; currents < end; currents += 32) {
    storePairs(v128.narrow<i32>(v128.load(currents), v128.load(currents, 16)), odd, to);
    to += 32;
  }
}

/** Eq. 7: the steps from pair `from` to that of `step`, each pair in one multiplication. */
export function mixPairs(b: Stage, history: usize, step: u32, thresholds: usize, quads: u32): v128 {
  const pairs = <usize>(step >> 1) + 1;
  const from = <usize>load<u32>(b.mixingFrom + (step << 2));
  const row = <usize>b.mixing + ((<usize>step * ((b.steps + 1) >> 1)) << 2);
  let spikes = i32x4.splat(0);
  const none = spikes;
  for (let j = 0; j < 8; j++) {
    let c0 = none;
    let c1 = none;
    let c2 = none;
    let c3 = none;
    let at = history + from * WORD_BYTES;
    if (quads > 2) {
      for (let pair = from; pair < pairs; pair++) {
        const weights = v128.load_splat<u32>(row + (pair << 2));
        c0 = i32x4.add(c0, i32x4.dot_i16x8_s(v128.load(at), weights));
        c1 = i32x4.add(c1, i32x4.dot_i16x8_s(v128.load(at, 16), weights));
        c2 = i32x4.add(c2, i32x4.dot_i16x8_s(v128.load(at, 32), weights));
        c3 = i32x4.add(c3, i32x4.dot_i16x8_s(v128.load(at, 48), weights));
        at += WORD_BYTES;
      }
    } else {
      for (let pair = from; pair < pairs; pair++) {
        const weights = v128.load_splat<u32>(row + (pair << 2));
        c0 = i32x4.add(c0, i32x4.dot_i16x8_s(v128.load(at), weights));
        if (quads > 1) c1 = i32x4.add(c1, i32x4.dot_i16x8_s(v128.load(at, 16), weights));
        at += WORD_BYTES;
      }
    }
    const m0 = i32x4.ge_s(c0, v128.load(thresholds));
    const m1 = quads > 1 ? i32x4.ge_s(c1, v128.load(thresholds, 16)) : none;
    const m2 = quads > 2 ? i32x4.ge_s(c2, v128.load(thresholds, 32)) : none;
    const m3 = quads > 3 ? i32x4.ge_s(c3, v128.load(thresholds, 48)) : none;
    spikes = v128.or(spikes, bitsOf(j, m0, m1, m2, m3));
    history += 64;
    thresholds += 64;
  }
  return spikes;
}

/** The same with 32-bit currents. `sums` is scratch. */
export function mixWide(b: Stage, history: usize, step: u32, thresholds: usize, sums: usize, quads: u32): v128 {
  const from = load<u32>(b.mixingFrom + (step << 2));
  const row = <usize>b.mixing + ((<usize>step * b.steps) << 2);
  for (let at: usize = 0; at < WORD_BYTES; at += 16) {
    let sum = i32x4.splat(0);
    let value = history + <usize>from * WORD_BYTES + at;
    for (let i = from; i <= step; i++) {
      sum = i32x4.add(sum, i32x4.mul(v128.load(value), v128.load_splat<u32>(row + (i << 2))));
      value += WORD_BYTES;
    }
    v128.store(sums + at, sum);
  }
  return compareValues(sums, thresholds, quads);
}

/** One accumulator per neuron: adds the step's currents times its weight and compares. */
export function accumulate(state: usize, currents: usize, weight: i32, thresholds: usize, quads: u32): v128 {
  const factor = i32x4.splat(weight);
  let spikes = i32x4.splat(0);
  const none = spikes;
  for (let j = 0; j < 8; j++) {
    const c0 = i32x4.add(v128.load(state), i32x4.mul(v128.load(currents), factor));
    v128.store(state, c0);
    const m0 = i32x4.ge_s(c0, v128.load(thresholds));
    let m1 = none;
    let m2 = none;
    let m3 = none;
    if (quads > 1) {
      const c1 = i32x4.add(v128.load(state, 16), i32x4.mul(v128.load(currents, 16), factor));
      v128.store(state, c1, 16);
      m1 = i32x4.ge_s(c1, v128.load(thresholds, 16));
    }
    if (quads > 2) {
      const c2 = i32x4.add(v128.load(state, 32), i32x4.mul(v128.load(currents, 32), factor));
      v128.store(state, c2, 32);
      m2 = i32x4.ge_s(c2, v128.load(thresholds, 32));
    }
    if (quads > 3) {
      const c3 = i32x4.add(v128.load(state, 48), i32x4.mul(v128.load(currents, 48), factor));
      v128.store(state, c3, 48);
      m3 = i32x4.ge_s(c3, v128.load(thresholds, 48));
    }
    spikes = v128.or(spikes, bitsOf(j, m0, m1, m2, m3));
    state += 64;
    currents += 64;
    thresholds += 64;
  }
  return spikes;
}
