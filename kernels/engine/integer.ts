/** Convolution with 8-bit weights over maps of small integers: the first layer on event counts. */
import { CURRENT_BYTES, IntegerSource } from './blocks';
import { gatherPairs } from './gather';

/** Bytes of the weights of a pair of inputs for a group of 32 channels. */
const GROUP_BYTES: usize = 128;

/** How currents are put, in the order of `unpackCounts`. */
export namespace Put {
  export const SET: u32 = 0;
  /** Added to what is there. */
  export const ADD: u32 = 1;
  /** Behind those of the step before, which were set: pairs of 16 bits. */
  export const PAIR: u32 = 2;
}

// What becomes of the sums, as types that differ in size: for each of them a loop without questions is compiled.

/** They are the currents that others go on with. */
type Currents = u8;
/** They begin at the negated thresholds and fire where they reach 0. */
type Table = u16;
/** They go into one accumulator per neuron, which fires where it reaches the threshold. */
type RankOne = u32;

@inline
function put(current: v128, how: u32, to: usize): void {
  if (how === Put.SET) v128.store(to, current);
  else if (how === Put.ADD) v128.store(to, i32x4.add(v128.load(to), current));
  else v128.store(to, v128.shuffle<i16>(v128.load(to), i32x4.shl(current, 16), 0, 9, 2, 11, 4, 13, 6, 15));
}

/** Adds to four accumulators; returns them with their thresholds. */
@inline
function accumulate(current: v128, weight: v128, state: usize, threshold: usize): v128 {
  const sum = i32x4.add(v128.load(state), i32x4.mul(current, weight));
  v128.store(state, sum);
  return i32x4.add(sum, v128.load(threshold));
}

/** The sign of four numbers, as bit j. */
@inline
function below(value: v128, j: i32): v128 {
  return i32x4.shl(i32x4.shr_u(value, 31), j);
}

/**
 * Sums the gathered pairs at `active`, 32 channels at a time.
 *
 * @param values the currents, or the negated thresholds: those of two words lie `wordBytes` apart.
 * @param how see {@link Put}.
 * @param state accumulators, and what a current is multiplied by.
 * @param flip and `out`: words of spikes.
 */
@inline
function sumGroups<Use>(
  s: IntegerSource,
  active: usize,
  values: usize,
  wordBytes: usize,
  how: u32,
  state: usize,
  weight: i32,
  flip: usize,
  out: usize,
): void {
  for (let group: u32 = 0; group < s.groups; group++) {
    const offset = <usize>group * GROUP_BYTES;
    const within = <usize>(group >> 2) * wordBytes + (<usize>(group & 3) << 4);
    const at = values + within;
    const zero = i32x4.splat(0);
    const table = sizeof<Use>() === sizeof<Table>();
    let c0 = table ? v128.load(at) : zero;
    let c1 = table ? v128.load(at, 64) : zero;
    let c2 = table ? v128.load(at, 128) : zero;
    let c3 = table ? v128.load(at, 192) : zero;
    let c4 = table ? v128.load(at, 256) : zero;
    let c5 = table ? v128.load(at, 320) : zero;
    let c6 = table ? v128.load(at, 384) : zero;
    let c7 = table ? v128.load(at, 448) : zero;
    for (let entry = active; load<u32>(entry) !== 0; entry += 8) {
      const pair = v128.load_splat<u32>(entry);
      const weights = <usize>load<u32>(entry, 4) + offset;
      c0 = i32x4.add(c0, i32x4.dot_i16x8_s(pair, v128.load(weights)));
      c1 = i32x4.add(c1, i32x4.dot_i16x8_s(pair, v128.load(weights, 16)));
      c2 = i32x4.add(c2, i32x4.dot_i16x8_s(pair, v128.load(weights, 32)));
      c3 = i32x4.add(c3, i32x4.dot_i16x8_s(pair, v128.load(weights, 48)));
      c4 = i32x4.add(c4, i32x4.dot_i16x8_s(pair, v128.load(weights, 64)));
      c5 = i32x4.add(c5, i32x4.dot_i16x8_s(pair, v128.load(weights, 80)));
      c6 = i32x4.add(c6, i32x4.dot_i16x8_s(pair, v128.load(weights, 96)));
      c7 = i32x4.add(c7, i32x4.dot_i16x8_s(pair, v128.load(weights, 112)));
    }
    if (sizeof<Use>() === sizeof<Currents>()) {
      const shift = s.shift;
      if (shift !== 0) {
        c0 = i32x4.shl(c0, shift);
        c1 = i32x4.shl(c1, shift);
        c2 = i32x4.shl(c2, shift);
        c3 = i32x4.shl(c3, shift);
        c4 = i32x4.shl(c4, shift);
        c5 = i32x4.shl(c5, shift);
        c6 = i32x4.shl(c6, shift);
        c7 = i32x4.shl(c7, shift);
      }
      put(c0, how, at);
      put(c1, how, at + 64);
      put(c2, how, at + 128);
      put(c3, how, at + 192);
      put(c4, how, at + 256);
      put(c5, how, at + 320);
      put(c6, how, at + 384);
      put(c7, how, at + 448);
    } else {
      if (sizeof<Use>() === sizeof<RankOne>()) {
        const weights = i32x4.splat(weight);
        const own = state + within;
        c0 = accumulate(c0, weights, own, at);
        c1 = accumulate(c1, weights, own + 64, at + 64);
        c2 = accumulate(c2, weights, own + 128, at + 128);
        c3 = accumulate(c3, weights, own + 192, at + 192);
        c4 = accumulate(c4, weights, own + 256, at + 256);
        c5 = accumulate(c5, weights, own + 320, at + 320);
        c6 = accumulate(c6, weights, own + 384, at + 384);
        c7 = accumulate(c7, weights, own + 448, at + 448);
      }
      const low = v128.or(v128.or(below(c0, 0), below(c1, 1)), v128.or(below(c2, 2), below(c3, 3)));
      const high = v128.or(v128.or(below(c4, 4), below(c5, 5)), v128.or(below(c6, 6), below(c7, 7)));
      const silent = v128.or(low, high);
      const words = i16x8.narrow_i32x4_u(silent, silent);
      const bytes = i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0);
      const byte = <usize>group << 2;
      store<u32>(out + byte, ~bytes ^ load<u32>(flip + byte));
    }
  }
}

/**
 * The currents of output pixel x of the row at hand, times 2^shift; those of the words lie `wordBytes` apart. `active`
 * is scratch.
 *
 * @returns the sum of the inputs.
 */
export function integerCurrents(
  s: IntegerSource,
  index: u32,
  x: u32,
  active: usize,
  currents: usize,
  wordBytes: usize,
  how: u32,
): u32 {
  const total = gatherPairs(s, index, x, active);
  sumGroups<Currents>(s, active, currents, wordBytes, how, 0, 0, 0, 0);
  return total;
}

/**
 * The spikes of output pixel x of the row at hand where nothing else reaches it and nothing is remembered. Writes
 * nothing where no input is active.
 *
 * @param thresholds `[word][8][16]`, negated.
 * @param flip and `out`: words of spikes.
 * @returns the sum of the inputs.
 */
export function integerSpikes(
  s: IntegerSource,
  index: u32,
  x: u32,
  active: usize,
  thresholds: usize,
  flip: usize,
  out: usize,
): u32 {
  const total = gatherPairs(s, index, x, active);
  if (total !== 0) sumGroups<Table>(s, active, thresholds, CURRENT_BYTES, 0, 0, 0, flip, out);
  return total;
}

/** The same for neurons with one accumulator: `state`, in the order of the thresholds. The pairs were gathered before. */
export function rankOneSpikes(
  s: IntegerSource,
  active: usize,
  weight: i32,
  state: usize,
  thresholds: usize,
  flip: usize,
  out: usize,
): void {
  sumGroups<RankOne>(s, active, thresholds, CURRENT_BYTES, 0, state, weight, flip, out);
}
