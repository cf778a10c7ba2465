/** Convolution with 8-bit weights over maps of small integers: the first layer on event counts. */
import { CURRENT_BYTES, IntegerSource } from './blocks';

/** Bytes of the weights of a pair of inputs for a group of 32 channels. */
const GROUP_BYTES: usize = 128;

/**
 * Lists the pairs of inputs of output pixel (y, x) that are not both 0, with the address of their weights.
 *
 * @returns the sum of the inputs.
 */
function gatherPairs(s: IntegerSource, slot: u32, y: u32, x: u32, to: usize): u32 {
  const kernel = <i32>s.kernel;
  const top = <i32>(y * s.stride) - <i32>s.padTop;
  const left = <i32>(x * s.stride) - <i32>s.padLeft;
  const firstX = max(left, 0);
  const endX = min(left + kernel, <i32>s.inWidth);
  const lastY = min(top + kernel, <i32>s.inHeight);
  const pairs = <i32>s.inPairs;
  const rowBytes = <u32>(<usize>s.groups * GROUP_BYTES);
  const map = <usize>s.map + slot * s.mapStepBytes;
  let total: u32 = 0;
  for (let row = max(top, 0); row < lastY && firstX < endX; row++) {
    let from = map + (<usize>((row * <i32>s.inWidth + firstX) * pairs) << 2);
    const end = from + (<usize>((endX - firstX) * pairs) << 2);
    let weights = s.weights + <u32>(((row - top) * kernel + firstX - left) * pairs) * rowBytes;
    for (; from < end; from += 4) {
      const pair = load<u32>(from);
      store<u32>(to, pair);
      store<u32>(to, weights, 4);
      to += <usize>(pair !== 0) << 3;
      total += (pair & 0xffff) + (pair >> 16);
      weights += rowBytes;
    }
  }
  store<u32>(to, 0);
  return total;
}

/**
 * The currents of output pixel (y, x): writes them (or adds them, times 2^shift, to what is there) in the order of
 * `unpackCounts`. `active` is scratch.
 *
 * @returns the sum of the inputs.
 */
export function integerCurrents(s: IntegerSource, slot: u32, y: u32, x: u32, active: usize, currents: usize, add: bool): u32 {
  const total = gatherPairs(s, slot, y, x, active);
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
    const to = currents + <usize>(group >> 2) * CURRENT_BYTES + (<usize>(group & 3) << 4);
    put(c0, s.shift, add, to);
    put(c1, s.shift, add, to + 64);
    put(c2, s.shift, add, to + 128);
    put(c3, s.shift, add, to + 192);
    put(c4, s.shift, add, to + 256);
    put(c5, s.shift, add, to + 320);
    put(c6, s.shift, add, to + 384);
    put(c7, s.shift, add, to + 448);
  }
  return total;
}

/** The sign of four currents with their thresholds, as bit j. */
@inline
function below(current: v128, j: i32): v128 {
  return i32x4.shl(i32x4.shr_u(current, 31), j);
}

/**
 * The spikes of output pixel (y, x) where nothing else reaches it and nothing is remembered: sums begin at the negated
 * thresholds and never leave the registers. Writes nothing where no input is active.
 *
 * @param thresholds `[word][8][16]`, negated.
 * @param flip and `out`: words of spikes.
 * @returns the sum of the inputs.
 */
export function integerSpikes(
  s: IntegerSource,
  slot: u32,
  y: u32,
  x: u32,
  active: usize,
  thresholds: usize,
  flip: usize,
  out: usize,
): u32 {
  const total = gatherPairs(s, slot, y, x, active);
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
function put(current: v128, shift: u32, add: bool, to: usize): void {
  const value = i32x4.shl(current, shift);
  v128.store(to, add ? i32x4.add(v128.load(to), value) : value);
}
