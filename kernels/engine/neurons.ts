/**
 * Neurons of one word (128 channels) whose currents are there as numbers. Thresholds are negated: what is added to them
 * fires where it reaches 0.
 */
import { Stage } from './blocks';
import { WORD_BYTES, firstBits, foldSpikes, fourth, nextBits, second, spikesOf, stride, third } from './lanes';
import { countBytes, highCurrents, highPairs, lowCurrents, lowPairs } from './sliced';

@inline
function plus(at: usize, threshold: usize): v128 {
  return i32x4.add(v128.load(at), v128.load(threshold));
}

/** Spikes of values at `values` with thresholds, both `[8][16]`. */
export function compareValues(values: usize, thresholds: usize, quads: u32): v128 {
  const o1 = second(quads);
  const o2 = third(quads);
  const o3 = fourth(quads);
  let spikes = i32x4.splat(0);
  let bits = firstBits(quads);
  for (const end = values + WORD_BYTES; values < end; values += stride(quads)) {
    const v0 = plus(values, thresholds);
    const v1 = plus(values + o1, thresholds + o1);
    const v2 = plus(values + o2, thresholds + o2);
    const v3 = plus(values + o3, thresholds + o3);
    spikes = v128.or(spikes, spikesOf(v0, v1, v2, v3, bits));
    bits = nextBits(bits, quads);
    thresholds += stride(quads);
  }
  return foldSpikes(spikes, quads);
}

/** Adds to four accumulators and returns them with their thresholds. */
@inline
function add(state: usize, term: v128, threshold: usize): v128 {
  const sum = i32x4.add(v128.load(state), term);
  v128.store(state, sum);
  return i32x4.add(sum, v128.load(threshold));
}

@inline
function addProduct(state: usize, current: usize, factor: v128, threshold: usize): v128 {
  return add(state, i32x4.mul(v128.load(current), factor), threshold);
}

/** Rank 1 with 32-bit currents: adds the step's currents times its weight to one accumulator per neuron. */
export function accumulateWide(
  state: usize,
  currents: usize,
  weight: i32,
  thresholds: usize,
  quads: u32,
): v128 {
  const factor = i32x4.splat(weight);
  const o1 = second(quads);
  const o2 = third(quads);
  const o3 = fourth(quads);
  let spikes = i32x4.splat(0);
  let bits = firstBits(quads);
  for (const end = state + WORD_BYTES; state < end; state += stride(quads)) {
    const v0 = addProduct(state, currents, factor, thresholds);
    const v1 = addProduct(state + o1, currents + o1, factor, thresholds + o1);
    const v2 = addProduct(state + o2, currents + o2, factor, thresholds + o2);
    const v3 = addProduct(state + o3, currents + o3, factor, thresholds + o3);
    spikes = v128.or(spikes, spikesOf(v0, v1, v2, v3, bits));
    bits = nextBits(bits, quads);
    currents += stride(quads);
    thresholds += stride(quads);
  }
  return foldSpikes(spikes, quads);
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
  let bits = firstBits(4);
  for (const end = state + WORD_BYTES; state < end; state += 64) {
    const a = lowCurrents(scratch, bytes, offset);
    const b = highCurrents(scratch, bytes, offset);
    const v0 = add(state, i32x4.dot_i16x8_s(lowPairs(a, zero), factor), thresholds);
    const v1 = add(state + 16, i32x4.dot_i16x8_s(highPairs(a, zero), factor), thresholds + 16);
    const v2 = add(state + 32, i32x4.dot_i16x8_s(lowPairs(b, zero), factor), thresholds + 32);
    const v3 = add(state + 48, i32x4.dot_i16x8_s(highPairs(b, zero), factor), thresholds + 48);
    spikes = v128.or(spikes, spikesOf(v0, v1, v2, v3, bits));
    bits = nextBits(bits, 4);
    scratch += 16;
    thresholds += 64;
  }
  return spikes;
}

/** Membranes of four neurons: leak, drive, fire, reset. Returns potentials with their thresholds. */
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
export function leakAndFire(
  b: Stage,
  state: usize,
  currents: usize,
  word: usize,
  thresholds: usize,
  quads: u32,
): v128 {
  const o1 = second(quads);
  const o2 = third(quads);
  const o3 = fourth(quads);
  let spikes = i32x4.splat(0);
  let bits = firstBits(quads);
  for (const end = state + WORD_BYTES; state < end; state += stride(quads)) {
    const v0 = integrate(b, state, currents, word, thresholds);
    const v1 = integrate(b, state + o1, currents + o1, word + o1, thresholds + o1);
    const v2 = integrate(b, state + o2, currents + o2, word + o2, thresholds + o2);
    const v3 = integrate(b, state + o3, currents + o3, word + o3, thresholds + o3);
    spikes = v128.or(spikes, spikesOf(v0, v1, v2, v3, bits));
    bits = nextBits(bits, quads);
    currents += stride(quads);
    word += stride(quads);
    thresholds += stride(quads);
  }
  return foldSpikes(spikes, quads);
}
