/** Convolution with 8-bit weights over maps of small integers: the first layer on event counts. */
import { IntegerSource } from './blocks';
import { gatherPairs } from './gather';

/** Bytes of the weights of a pair of inputs for a group of 32 channels. */
export const GROUP_BYTES: usize = 128;

/** How currents are put, in the order of `unpackCounts`. */
export namespace Put {
  export const SET: u32 = 0;
  /** Added to what is there. */
  export const ADD: u32 = 1;
  /** Behind those of the step before, which were set: pairs of 16 bits. */
  export const PAIR: u32 = 2;
}

@inline
function put(current: v128, how: u32, to: usize): void {
  if (how === Put.SET) v128.store(to, current);
  else if (how === Put.ADD) v128.store(to, i32x4.add(v128.load(to), current));
  else v128.store(to, v128.shuffle<i16>(v128.load(to), i32x4.shl(current, 16), 0, 9, 2, 11, 4, 13, 6, 15));
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
  for (let group: u32 = 0; group < s.groups; group++) {
    const offset = <usize>group * GROUP_BYTES;
    const to = currents + <usize>(group >> 2) * wordBytes + (<usize>(group & 3) << 4);
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
