/**
 * Neurons of one word (128 channels) whose currents are there as numbers, in the order of `unpackCounts`. Thresholds
 * are negated: what is added to them fires where it reaches 0.
 *
 * Channels beyond the last are left out by quarters of that order: `quads` is 1, 2 or 4. Four vectors go at a time:
 * the four quarters of a group, two of two groups, or one of four groups.
 */
import { Stage } from './blocks';
import { countBytes, highCurrents, highPairs, lowCurrents, lowPairs } from './sliced';

/** Bytes of a word's 128 thresholds, or of a pair of steps. */
const WORD_BYTES: usize = 512;

/** Where the second vector of four is. */
@inline
function second(quads: u32): usize {
  return quads === 1 ? 64 : 16;
}

@inline
function third(quads: u32): usize {
  return quads === 4 ? 32 : quads === 2 ? 64 : 128;
}

@inline
function fourth(quads: u32): usize {
  return quads === 4 ? 48 : quads === 2 ? 80 : 192;
}

/** From four vectors to the next four. */
@inline
function stride(quads: u32): usize {
  return 256 / <usize>quads;
}

/** The bits of the first four vectors in the spikes of their channels. */
@inline
function firstBits(quads: u32): v128 {
  if (quads === 4) return i8x16.splat(1);
  if (quads === 2) return i64x2(0x0101010101010101, 0x0202020202020202);
  return i32x4(0x01010101, 0x02020202, 0x04040404, 0x08080808);
}

@inline
function nextBits(bits: v128, quads: u32): v128 {
  return i16x8.shl(bits, 4 / quads);
}

/** Those of four vectors' channels that have not gone below 0. */
@inline
function spikesOf(v0: v128, v1: v128, v2: v128, v3: v128, bits: v128): v128 {
  const bytes = v128.narrow<i16>(v128.narrow<i32>(v0, v1), v128.narrow<i32>(v2, v3));
  return v128.and(i8x16.ge_s(bytes, i32x4.splat(0)), bits);
}

/** Brings the spikes of groups that were looked at side by side to the bytes of their channels. */
@inline
function foldSpikes(spikes: v128, quads: u32): v128 {
  if (quads === 4) return spikes;
  const zero = i32x4.splat(0);
  const half = v128.or(spikes, v128.shuffle<i64>(spikes, zero, 1, 2));
  if (quads === 2) return v128.shuffle<i64>(half, zero, 0, 2);
  return v128.shuffle<i32>(v128.or(half, v128.shuffle<i32>(half, zero, 1, 4, 4, 4)), zero, 0, 4, 4, 4);
}

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

/** Puts 32-bit currents that fit 16 bits into their half of a pair of steps. */
export function narrowPairs(currents: usize, odd: bool, quads: u32, to: usize): void {
  const low = i32x4.splat(0xffff);
  const unused = 64 - (<usize>quads << 4);
  for (const end = currents + WORD_BYTES; currents < end; currents += unused) {
    for (const row = currents + (<usize>quads << 4); currents < row; currents += 16) {
      const x = v128.load(currents);
      v128.store(to, odd ? v128.or(v128.load(to), i32x4.shl(x, 16)) : v128.and(x, low));
      to += 16;
    }
    to += unused;
  }
}

/** Eq. 7: the steps from pair `from` to that of `step`, each pair in one multiplication. */
export function mixPairs(b: Stage, history: usize, step: u32, thresholds: usize, quads: u32): v128 {
  const from = <usize>load<u32>(b.mixingFrom + (step << 2));
  const firstWeights = <usize>b.mixing + ((<usize>step * ((b.steps + 1) >> 1) + from) << 2);
  const endWeights = firstWeights + ((<usize>(step >> 1) + 1 - from) << 2);
  history += from * WORD_BYTES;
  const o1 = second(quads);
  const o2 = third(quads);
  const o3 = fourth(quads);
  let spikes = i32x4.splat(0);
  let bits = firstBits(quads);
  for (const end = thresholds + WORD_BYTES; thresholds < end; thresholds += stride(quads)) {
    let v0 = v128.load(thresholds);
    let v1 = v128.load(thresholds + o1);
    let v2 = v128.load(thresholds + o2);
    let v3 = v128.load(thresholds + o3);
    let at = history;
    for (let weight = firstWeights; weight < endWeights; weight += 4) {
      const weights = v128.load_splat<u32>(weight);
      v0 = i32x4.add(v0, i32x4.dot_i16x8_s(v128.load(at), weights));
      v1 = i32x4.add(v1, i32x4.dot_i16x8_s(v128.load(at + o1), weights));
      v2 = i32x4.add(v2, i32x4.dot_i16x8_s(v128.load(at + o2), weights));
      v3 = i32x4.add(v3, i32x4.dot_i16x8_s(v128.load(at + o3), weights));
      at += WORD_BYTES;
    }
    spikes = v128.or(spikes, spikesOf(v0, v1, v2, v3, bits));
    bits = nextBits(bits, quads);
    history += stride(quads);
  }
  return foldSpikes(spikes, quads);
}

/**
 * Eq. 7 for both steps of a pair at once: `step`, whose spikes go to `out`, and the next, whose spikes go to `outNext`.
 */
export function mixTwo(
  b: Stage,
  history: usize,
  step: u32,
  thresholds: usize,
  quads: u32,
  flip: v128,
  out: usize,
  outNext: usize,
): void {
  const firsts = b.mixingFrom + (step << 2);
  const from = <usize>min(load<u32>(firsts), load<u32>(firsts, 4));
  const row = <usize>((b.steps + 1) >> 1) << 2;
  const firstWeights = b.mixing + step * row + (from << 2);
  const endWeights = firstWeights + ((<usize>(step >> 1) + 1 - from) << 2);
  const next = b.thresholdStepBytes;
  history += from * WORD_BYTES;
  const o1 = second(quads);
  const o2 = third(quads);
  const o3 = fourth(quads);
  let spikes = i32x4.splat(0);
  let spikesNext = spikes;
  let bits = firstBits(quads);
  for (const end = thresholds + WORD_BYTES; thresholds < end; thresholds += stride(quads)) {
    let v0 = v128.load(thresholds);
    let v1 = v128.load(thresholds + o1);
    let v2 = v128.load(thresholds + o2);
    let v3 = v128.load(thresholds + o3);
    let w0 = v128.load(thresholds + next);
    let w1 = v128.load(thresholds + next + o1);
    let w2 = v128.load(thresholds + next + o2);
    let w3 = v128.load(thresholds + next + o3);
    let at = history;
    for (let weight = firstWeights; weight < endWeights; weight += 4) {
      const weights = v128.load_splat<u32>(weight);
      const weightsNext = v128.load_splat<u32>(weight + row);
      const h0 = v128.load(at);
      const h1 = v128.load(at + o1);
      const h2 = v128.load(at + o2);
      const h3 = v128.load(at + o3);
      v0 = i32x4.add(v0, i32x4.dot_i16x8_s(h0, weights));
      w0 = i32x4.add(w0, i32x4.dot_i16x8_s(h0, weightsNext));
      v1 = i32x4.add(v1, i32x4.dot_i16x8_s(h1, weights));
      w1 = i32x4.add(w1, i32x4.dot_i16x8_s(h1, weightsNext));
      v2 = i32x4.add(v2, i32x4.dot_i16x8_s(h2, weights));
      w2 = i32x4.add(w2, i32x4.dot_i16x8_s(h2, weightsNext));
      v3 = i32x4.add(v3, i32x4.dot_i16x8_s(h3, weights));
      w3 = i32x4.add(w3, i32x4.dot_i16x8_s(h3, weightsNext));
      at += WORD_BYTES;
    }
    spikes = v128.or(spikes, spikesOf(v0, v1, v2, v3, bits));
    spikesNext = v128.or(spikesNext, spikesOf(w0, w1, w2, w3, bits));
    bits = nextBits(bits, quads);
    history += stride(quads);
  }
  v128.store(out, v128.xor(foldSpikes(spikes, quads), flip));
  v128.store(outNext, v128.xor(foldSpikes(spikesNext, quads), flip));
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
