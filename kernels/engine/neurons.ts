/**
 * Neurons of one word (128 channels) whose currents are there as numbers. Thresholds are negated: what is added to them
 * fires where it reaches 0.
 */
import { pin } from '../pin';
import { Stage } from './blocks';
import {
  FourQuads,
  OneQuad,
  TwoQuads,
  WORD_BYTES,
  firstBits,
  foldSpikes,
  fourth,
  nextBits,
  second,
  spikesOf,
  stride,
  third,
} from './lanes';
import { countBytes, highCurrents, highPairs, lowCurrents, lowPairs } from './sliced';

/** Spikes of values at `values` with thresholds, both `[8][16]`. */
export function compareValues(values: usize, thresholds: usize, quads: u32): v128 {
  if (quads === 4) return compareOf<FourQuads>(values, thresholds);
  if (quads === 2) return compareOf<TwoQuads>(values, thresholds);
  return compareOf<OneQuad>(values, thresholds);
}

function compareOf<Quads>(values: usize, thresholds: usize): v128 {
  let spikes = i32x4.splat(0);
  let bits = firstBits<Quads>();
  for (const end = values + WORD_BYTES; values < end; values += stride<Quads>()) {
    const v0 = i32x4.add(v128.load(values), v128.load(thresholds));
    const v1 = i32x4.add(v128.load(values, second<Quads>()), v128.load(thresholds, second<Quads>()));
    const v2 = i32x4.add(v128.load(values, third<Quads>()), v128.load(thresholds, third<Quads>()));
    const v3 = i32x4.add(v128.load(values, fourth<Quads>()), v128.load(thresholds, fourth<Quads>()));
    spikes = v128.or(spikes, spikesOf(v0, v1, v2, v3, bits));
    bits = nextBits<Quads>(bits);
    thresholds += stride<Quads>();
  }
  return foldSpikes<Quads>(spikes);
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
  // Unused quarters too: networks whose currents are that large are rare.
  for (let at: usize = 0; at < WORD_BYTES; at += 16) {
    const sum = i32x4.add(v128.load(state + at), i32x4.mul(v128.load(currents + at), factor));
    v128.store(state + at, sum);
  }
  return compareValues(state, thresholds, quads);
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
  countBytes(counters, planes, scratch);
  const ns = pin(i16x8.splat(<i16>n), counters);
  const factor = pin(i32x4.splat(weight & 0xffff), counters + 16);
  const zero = i32x4.splat(0);
  let spikes = zero;
  let bits = firstBits<FourQuads>();
  for (const end = state + WORD_BYTES; state < end; state += 64) {
    const low = lowCurrents(scratch, ns);
    const high = highCurrents(scratch, ns);
    const s0 = i32x4.add(v128.load(state), i32x4.dot_i16x8_s(lowPairs(low, zero), factor));
    const s1 = i32x4.add(v128.load(state, 16), i32x4.dot_i16x8_s(highPairs(low, zero), factor));
    const s2 = i32x4.add(v128.load(state, 32), i32x4.dot_i16x8_s(lowPairs(high, zero), factor));
    const s3 = i32x4.add(v128.load(state, 48), i32x4.dot_i16x8_s(highPairs(high, zero), factor));
    v128.store(state, s0);
    v128.store(state, s1, 16);
    v128.store(state, s2, 32);
    v128.store(state, s3, 48);
    const v0 = i32x4.add(s0, v128.load(thresholds));
    const v1 = i32x4.add(s1, v128.load(thresholds, 16));
    const v2 = i32x4.add(s2, v128.load(thresholds, 32));
    const v3 = i32x4.add(s3, v128.load(thresholds, 48));
    spikes = v128.or(spikes, spikesOf(v0, v1, v2, v3, bits));
    bits = nextBits<FourQuads>(bits);
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
  if (quads === 4) return leakAndFireOf<FourQuads>(b, state, currents, word, thresholds);
  if (quads === 2) return leakAndFireOf<TwoQuads>(b, state, currents, word, thresholds);
  return leakAndFireOf<OneQuad>(b, state, currents, word, thresholds);
}

function leakAndFireOf<Quads>(b: Stage, state: usize, currents: usize, word: usize, thresholds: usize): v128 {
  const o1 = second<Quads>();
  const o2 = third<Quads>();
  const o3 = fourth<Quads>();
  let spikes = i32x4.splat(0);
  let bits = firstBits<Quads>();
  for (const end = state + WORD_BYTES; state < end; state += stride<Quads>()) {
    const v0 = integrate(b, state, currents, word, thresholds);
    const v1 = integrate(b, state + o1, currents + o1, word + o1, thresholds + o1);
    const v2 = integrate(b, state + o2, currents + o2, word + o2, thresholds + o2);
    const v3 = integrate(b, state + o3, currents + o3, word + o3, thresholds + o3);
    spikes = v128.or(spikes, spikesOf(v0, v1, v2, v3, bits));
    bits = nextBits<Quads>(bits);
    currents += stride<Quads>();
    word += stride<Quads>();
    thresholds += stride<Quads>();
  }
  return foldSpikes<Quads>(spikes);
}
