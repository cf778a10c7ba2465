/**
 * Neurons of one word (128 channels) whose currents are there as numbers, in the order of `unpackCounts`. `quads` of
 * the four quarters of that order hold channels; the others stay silent.
 */
import { Stage } from './blocks';
import { countBytes, highCurrents, highPairs, lowCurrents, lowPairs, storePairs } from './sliced';

/** Bytes of a word's 128 thresholds, or of a pair of steps. */
const WORD_BYTES: usize = 512;

/** Spikes of vector group `j` are bit j of each byte: those of the four vectors whose value has not gone below 0. */
@inline
function spikesOf(j: i32, v0: v128, v1: v128, v2: v128, v3: v128): v128 {
  const bytes = v128.narrow<i16>(v128.narrow<i32>(v0, v1), v128.narrow<i32>(v2, v3));
  return v128.and(i8x16.ge_s(bytes, i32x4.splat(0)), i8x16.splat(<i8>1 << <i8>j));
}

/** What a missing quarter is compared as. */
@inline
function never(): v128 {
  return i32x4.splat(-1);
}

@inline
function plus(at: usize, thresholds: usize): v128 {
  return i32x4.add(v128.load(at), v128.load(thresholds));
}

/** Spikes of values at `values` with thresholds, both `[8][16]`. */
export function compareValues(values: usize, thresholds: usize, quads: u32): v128 {
  let spikes = i32x4.splat(0);
  for (let j = 0; j < 8; j++) {
    const v0 = plus(values, thresholds);
    const v1 = quads > 1 ? plus(values + 16, thresholds + 16) : never();
    const v2 = quads > 2 ? plus(values + 32, thresholds + 32) : never();
    const v3 = quads > 3 ? plus(values + 48, thresholds + 48) : never();
    spikes = v128.or(spikes, spikesOf(j, v0, v1, v2, v3));
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
  const from = <usize>load<u32>(b.mixingFrom + (step << 2));
  const firstWeights = <usize>b.mixing + ((<usize>step * ((b.steps + 1) >> 1) + from) << 2);
  const endWeights = firstWeights + ((<usize>(step >> 1) + 1 - from) << 2);
  history += from * WORD_BYTES;
  let spikes = i32x4.splat(0);
  for (let j = 0; j < 8; j++) {
    let at = history;
    let v0 = v128.load(thresholds);
    let v1 = quads > 1 ? v128.load(thresholds, 16) : never();
    let v2 = never();
    let v3 = never();
    if (quads > 2) {
      v2 = v128.load(thresholds, 32);
      v3 = quads > 3 ? v128.load(thresholds, 48) : v3;
      for (let weight = firstWeights; weight < endWeights; weight += 4) {
        const weights = v128.load_splat<u32>(weight);
        v0 = i32x4.add(v0, i32x4.dot_i16x8_s(v128.load(at), weights));
        v1 = i32x4.add(v1, i32x4.dot_i16x8_s(v128.load(at, 16), weights));
        v2 = i32x4.add(v2, i32x4.dot_i16x8_s(v128.load(at, 32), weights));
        v3 = i32x4.add(v3, i32x4.dot_i16x8_s(v128.load(at, 48), weights));
        at += WORD_BYTES;
      }
    } else {
      for (let weight = firstWeights; weight < endWeights; weight += 4) {
        const weights = v128.load_splat<u32>(weight);
        v0 = i32x4.add(v0, i32x4.dot_i16x8_s(v128.load(at), weights));
        if (quads > 1) v1 = i32x4.add(v1, i32x4.dot_i16x8_s(v128.load(at, 16), weights));
        at += WORD_BYTES;
      }
    }
    spikes = v128.or(spikes, spikesOf(j, v0, v1, v2, v3));
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

/** Adds to four accumulators and returns them with their thresholds. */
@inline
function add(state: usize, term: v128, threshold: usize): v128 {
  const sum = i32x4.add(v128.load(state), term);
  v128.store(state, sum);
  return i32x4.add(sum, v128.load(threshold));
}

/** Rank 1 with 32-bit currents: adds the step's currents times its weight to one accumulator per neuron. */
export function accumulateWide(state: usize, currents: usize, weight: i32, thresholds: usize, quads: u32): v128 {
  const factor = i32x4.splat(weight);
  let spikes = i32x4.splat(0);
  for (let j = 0; j < 8; j++) {
    const v0 = add(state, i32x4.mul(v128.load(currents), factor), thresholds);
    const v1 = quads > 1 ? add(state + 16, i32x4.mul(v128.load(currents, 16), factor), thresholds + 16) : never();
    const v2 = quads > 2 ? add(state + 32, i32x4.mul(v128.load(currents, 32), factor), thresholds + 32) : never();
    const v3 = quads > 3 ? add(state + 48, i32x4.mul(v128.load(currents, 48), factor), thresholds + 48) : never();
    spikes = v128.or(spikes, spikesOf(j, v0, v1, v2, v3));
    state += 64;
    currents += 64;
    thresholds += 64;
  }
  return spikes;
}

/** Rank 1 with 16-bit currents and weights, straight from the counters of a word. */
export function accumulateCounts(
  state: usize,
  counters: usize,
  planes: u32,
  n: u32,
  weight: i32,
  thresholds: usize,
  scratch: usize,
): v128 {
  const bytes = countBytes(counters, planes, scratch);
  const zero = i32x4.splat(0);
  const offset = i16x8.splat(<i16>n);
  const factor = i32x4.splat(weight & 0xffff);
  let spikes = zero;
  for (let j = 0; j < 8; j++) {
    const a = lowCurrents(scratch, bytes, offset);
    const b = highCurrents(scratch, bytes, offset);
    const v0 = add(state, i32x4.dot_i16x8_s(lowPairs(a, zero), factor), thresholds);
    const v1 = add(state + 16, i32x4.dot_i16x8_s(highPairs(a, zero), factor), thresholds + 16);
    const v2 = add(state + 32, i32x4.dot_i16x8_s(lowPairs(b, zero), factor), thresholds + 32);
    const v3 = add(state + 48, i32x4.dot_i16x8_s(highPairs(b, zero), factor), thresholds + 48);
    spikes = v128.or(spikes, spikesOf(j, v0, v1, v2, v3));
    scratch += 16;
    state += 64;
    thresholds += 64;
  }
  return spikes;
}

/** One membrane of four neurons: leak, drive, fire, reset. Returns potentials with their thresholds. */
@inline
function integrate(b: Stage, state: usize, current: usize, channel: usize, threshold: usize): v128 {
  // Sixteenths, rounded half up.
  const sixteenths = i32x4.mul(v128.load(state), i32x4.splat(b.leakParts));
  const left = i32x4.shr_s(i32x4.add(sixteenths, i32x4.splat(8)), 4);
  const drive = i32x4.mul(v128.load(current), v128.load(b.scale + channel));
  const potential = i32x4.add(i32x4.add(left, drive), v128.load(b.bias + channel));
  const over = i32x4.add(potential, v128.load(threshold));
  v128.store(state, v128.and(potential, i32x4.shr_s(over, 31)));
  return over;
}

/**
 * Resetting leaky integrate and fire, see src/network/layers/lif-runner.ts.
 *
 * @param word byte of the word's first channel in the tables per channel.
 */
export function leakAndFire(b: Stage, state: usize, currents: usize, word: usize, thresholds: usize): v128 {
  let spikes = i32x4.splat(0);
  for (let j = 0; j < 8; j++) {
    const v0 = integrate(b, state, currents, word, thresholds);
    const v1 = integrate(b, state + 16, currents + 16, word + 16, thresholds + 16);
    const v2 = integrate(b, state + 32, currents + 32, word + 32, thresholds + 32);
    const v3 = integrate(b, state + 48, currents + 48, word + 48, thresholds + 48);
    spikes = v128.or(spikes, spikesOf(j, v0, v1, v2, v3));
    state += 64;
    currents += 64;
    word += 64;
    thresholds += 64;
  }
  return spikes;
}
