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

/**
 * The currents of output pixel x of the row at hand, times 2^shift; those of the words lie `wordBytes` apart. `active` is scratch.
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
  for (let group: u32 = 0; group < s.groups; group++) {
    const offset = <usize>group * GROUP_BYTES;
    let c0 = i32x4.splat(0);
    let c1 = c0;
    let c2 = c0;
    let c3 = c0;
    let c4 = c0;
    let c5 = c0;
    let c6 = c0;
    let c7 = c0;
    for (let at = active; load<u32>(at) !== 0; at += 8) {
      const pair = v128.load_splat<u32>(at);
      const weights = <usize>load<u32>(at, 4) + offset;
      c0 = i32x4.add(c0, i32x4.dot_i16x8_s(pair, v128.load(weights)));
      c1 = i32x4.add(c1, i32x4.dot_i16x8_s(pair, v128.load(weights, 16)));
      c2 = i32x4.add(c2, i32x4.dot_i16x8_s(pair, v128.load(weights, 32)));
      c3 = i32x4.add(c3, i32x4.dot_i16x8_s(pair, v128.load(weights, 48)));
      c4 = i32x4.add(c4, i32x4.dot_i16x8_s(pair, v128.load(weights, 64)));
      c5 = i32x4.add(c5, i32x4.dot_i16x8_s(pair, v128.load(weights, 80)));
      c6 = i32x4.add(c6, i32x4.dot_i16x8_s(pair, v128.load(weights, 96)));
      c7 = i32x4.add(c7, i32x4.dot_i16x8_s(pair, v128.load(weights, 112)));
    }
    const to = currents + <usize>(group >> 2) * wordBytes + (<usize>(group & 3) << 4);
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
    put(c0, how, to);
    put(c1, how, to + 64);
    put(c2, how, to + 128);
    put(c3, how, to + 192);
    put(c4, how, to + 256);
    put(c5, how, to + 320);
    put(c6, how, to + 384);
    put(c7, how, to + 448);
  }
  return total;
}

/** The sign of four currents with their thresholds, as bit j. */
@inline
function below(current: v128, j: i32): v128 {
  return i32x4.shl(i32x4.shr_u(current, 31), j);
}

/**
 * The spikes of output pixel x of the row at hand where nothing else reaches it and nothing is remembered: sums begin at the negated
 * thresholds and never leave the registers. Writes nothing where no input is active.
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
  if (total === 0) return 0;
  for (let group: u32 = 0; group < s.groups; group++) {
    const offset = <usize>group * GROUP_BYTES;
    const from = thresholds + <usize>(group >> 2) * CURRENT_BYTES + (<usize>(group & 3) << 4);
    let c0 = v128.load(from);
    let c1 = v128.load(from, 64);
    let c2 = v128.load(from, 128);
    let c3 = v128.load(from, 192);
    let c4 = v128.load(from, 256);
    let c5 = v128.load(from, 320);
    let c6 = v128.load(from, 384);
    let c7 = v128.load(from, 448);
    for (let at = active; load<u32>(at) !== 0; at += 8) {
      const pair = v128.load_splat<u32>(at);
      const weights = <usize>load<u32>(at, 4) + offset;
      c0 = i32x4.add(c0, i32x4.dot_i16x8_s(pair, v128.load(weights)));
      c1 = i32x4.add(c1, i32x4.dot_i16x8_s(pair, v128.load(weights, 16)));
      c2 = i32x4.add(c2, i32x4.dot_i16x8_s(pair, v128.load(weights, 32)));
      c3 = i32x4.add(c3, i32x4.dot_i16x8_s(pair, v128.load(weights, 48)));
      c4 = i32x4.add(c4, i32x4.dot_i16x8_s(pair, v128.load(weights, 64)));
      c5 = i32x4.add(c5, i32x4.dot_i16x8_s(pair, v128.load(weights, 80)));
      c6 = i32x4.add(c6, i32x4.dot_i16x8_s(pair, v128.load(weights, 96)));
      c7 = i32x4.add(c7, i32x4.dot_i16x8_s(pair, v128.load(weights, 112)));
    }
    const low = v128.or(v128.or(below(c0, 0), below(c1, 1)), v128.or(below(c2, 2), below(c3, 3)));
    const high = v128.or(v128.or(below(c4, 4), below(c5, 5)), v128.or(below(c6, 6), below(c7, 7)));
    const silent = v128.or(low, high);
    const words = i16x8.narrow_i32x4_u(silent, silent);
    const bytes = i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0);
    const at = <usize>group << 2;
    store<u32>(out + at, ~bytes ^ load<u32>(flip + at));
  }
  return total;
}

@inline
function put(current: v128, how: u32, to: usize): void {
  if (how === Put.SET) v128.store(to, current);
  else if (how === Put.ADD) v128.store(to, i32x4.add(v128.load(to), current));
  else v128.store(to, v128.shuffle<i16>(v128.load(to), i32x4.shl(current, 16), 0, 9, 2, 11, 4, 13, 6, 15));
}
