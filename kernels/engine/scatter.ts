/**
 * First layers whose neurons take one sum: each active pair of inputs adds to the sums of the pixels of an output row
 * that it reaches. Sums of a pixel are `[group of 32 channels][8][4]`, 32-bit: channel 8k + j is number k of vector j.
 */
import { CURRENT_BYTES, IntegerSource } from './blocks';
import { GROUP_BYTES } from './integer';

const GROUP_SHIFT = 7;
/** Offsets of weights are divided by a multiplication, exact while width * (groups of a tap)^2 is below 2^40. */
const INVERSE_SHIFT = 40;

/** Where the numbers of a group are in `[word][8][16]`. */
@inline
function groupAt(thresholds: usize, group: u32): usize {
  return thresholds + <usize>(group >> 2) * CURRENT_BYTES + (<usize>(group & 3) << 4);
}

/** The sign of four numbers, as bit j. */
@inline
function below(value: v128, j: i32): v128 {
  return i32x4.shl(i32x4.shr_u(value, 31), j);
}

/** The spikes of 32 channels: those whose numbers have not gone below 0. */
@inline
function spikesOfGroup(c0: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128, c6: v128, c7: v128): u32 {
  const low = v128.or(v128.or(below(c0, 0), below(c1, 1)), v128.or(below(c2, 2), below(c3, 3)));
  const high = v128.or(v128.or(below(c4, 4), below(c5, 5)), v128.or(below(c6, 6), below(c7, 7)));
  const silent = v128.or(low, high);
  const words = i16x8.narrow_i32x4_u(silent, silent);
  return ~i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0);
}

/**
 * The spikes of an output row, of neurons that remember nothing: the sums begin at the negated thresholds.
 *
 * @param sums scratch for the row.
 * @param thresholds `[word][8][16]`, negated.
 * @param flip and `out`: words of spikes, `outBytes` a pixel.
 * @returns the sum of all inputs of all pixels.
 */
export function tableSums(
  s: IntegerSource,
  index: u32,
  width: u32,
  sums: usize,
  thresholds: usize,
  flip: usize,
  out: usize,
  outBytes: usize,
): u32 {
  const pixelBytes = <usize>s.groups * GROUP_BYTES;
  const end = sums + width * pixelBytes;
  for (let group: u32 = 0; group < s.groups; group++)
    startSums(groupAt(thresholds, group), sums + <usize>group * GROUP_BYTES, end, pixelBytes);
  const total = scatterPairs(s, index, width - 1, sums, pixelBytes, inverseOf(s));
  for (; sums < end; out += outBytes) {
    for (let byte: usize = 0; byte < <usize>s.groups << 2; byte += 4) {
      const c0 = v128.load(sums);
      const c1 = v128.load(sums, 16);
      const c2 = v128.load(sums, 32);
      const c3 = v128.load(sums, 48);
      const c4 = v128.load(sums, 64);
      const c5 = v128.load(sums, 80);
      const c6 = v128.load(sums, 96);
      const c7 = v128.load(sums, 112);
      store<u32>(out + byte, spikesOfGroup(c0, c1, c2, c3, c4, c5, c6, c7) ^ load<u32>(flip + byte));
      sums += GROUP_BYTES;
    }
  }
  return total;
}

/** Adds four sums times a weight to accumulators; returns these with their thresholds. */
@inline
function accumulate(sums: usize, weight: v128, state: usize, threshold: usize): v128 {
  const sum = i32x4.add(v128.load(state), i32x4.mul(v128.load(sums), weight));
  v128.store(state, sum);
  return i32x4.add(sum, v128.load(threshold));
}

/**
 * The same for neurons with one accumulator each, to which every sum is added times `weight`.
 *
 * @param state the accumulators, in the order of the sums, `stateBytes` a pixel.
 */
export function rankOneSums(
  s: IntegerSource,
  index: u32,
  width: u32,
  sums: usize,
  weight: i32,
  state: usize,
  stateBytes: usize,
  thresholds: usize,
  flip: usize,
  out: usize,
  outBytes: usize,
): u32 {
  const pixelBytes = <usize>s.groups * GROUP_BYTES;
  const end = sums + width * pixelBytes;
  memory.fill(sums, 0, end - sums);
  const total = scatterPairs(s, index, width - 1, sums, pixelBytes, inverseOf(s));
  const factor = i32x4.splat(weight);
  for (; sums < end; out += outBytes) {
    let own = state;
    for (let group: u32 = 0; group < s.groups; group++) {
      const from = groupAt(thresholds, group);
      const c0 = accumulate(sums, factor, own, from);
      const c1 = accumulate(sums + 16, factor, own + 16, from + 64);
      const c2 = accumulate(sums + 32, factor, own + 32, from + 128);
      const c3 = accumulate(sums + 48, factor, own + 48, from + 192);
      const c4 = accumulate(sums + 64, factor, own + 64, from + 256);
      const c5 = accumulate(sums + 80, factor, own + 80, from + 320);
      const c6 = accumulate(sums + 96, factor, own + 96, from + 384);
      const c7 = accumulate(sums + 112, factor, own + 112, from + 448);
      const byte = <usize>group << 2;
      store<u32>(out + byte, spikesOfGroup(c0, c1, c2, c3, c4, c5, c6, c7) ^ load<u32>(flip + byte));
      sums += GROUP_BYTES;
      own += GROUP_BYTES;
    }
    state += stateBytes;
  }
  return total;
}

/** Begins the sums of a group of channels, in all pixels up to `end`. */
function startSums(from: usize, sums: usize, end: usize, pixelBytes: usize): void {
  const c0 = v128.load(from);
  const c1 = v128.load(from, 64);
  const c2 = v128.load(from, 128);
  const c3 = v128.load(from, 192);
  const c4 = v128.load(from, 256);
  const c5 = v128.load(from, 320);
  const c6 = v128.load(from, 384);
  const c7 = v128.load(from, 448);
  for (; sums < end; sums += pixelBytes) {
    v128.store(sums, c0);
    v128.store(sums, c1, 16);
    v128.store(sums, c2, 32);
    v128.store(sums, c3, 48);
    v128.store(sums, c4, 64);
    v128.store(sums, c5, 80);
    v128.store(sums, c6, 96);
    v128.store(sums, c7, 112);
  }
}

/** What `scatterPairs` divides by. */
@inline
function inverseOf(s: IntegerSource): u64 {
  return (<u64>1 << INVERSE_SHIFT) / (s.tapBytes >> GROUP_SHIFT) + 1;
}

/**
 * Adds the listed pairs to the sums of pixels 0 … `last`.
 *
 * @param inverse see `inverseOf`; an argument, since V8 would divide for each pair.
 * @returns the sum of all inputs of all pixels. It fits: a current is below 2^24, 127 times what reaches a pixel.
 */
function scatterPairs(
  s: IntegerSource,
  index: u32,
  last: u32,
  sums: usize,
  pixelBytes: usize,
  inverse: u64,
): u32 {
  const stride = <i32>s.stride;
  const kernel = <i32>s.kernel;
  const padLeft = <i32>s.padLeft;
  const tapBytes = s.tapBytes;
  const stepBytes = tapBytes * stride;
  const lastPosition = <i32>last * stride;
  const rowBytes = <usize>s.inWidth << 3;
  let starts = s.rowStarts + index * s.startsStepBytes;
  let rowWeights = s.rowWeights;
  let total: u32 = 0;
  for (let rows = s.rows; rows > 0; rows--) {
    const end = <usize>load<u32>(starts + rowBytes);
    for (let from = <usize>load<u32>(starts); from < end; from += 8) {
      const values = load<u32>(from);
      const offset = load<u32>(from, 4);
      const x = <u32>(((<u64>offset >> GROUP_SHIFT) * inverse) >> INVERSE_SHIFT);
      const position = <i32>x + padLeft;
      let tap = max(position - lastPosition, 0);
      let pixel = position;
      if (stride !== 1) {
        tap = max(tap, position % stride);
        pixel = (position - tap) / stride;
      } else pixel -= tap;
      const pair = i32x4.splat(values);
      let weights = <usize>(rowWeights + offset + (tap - <i32>x) * tapBytes);
      let at = sums + pixel * pixelBytes;
      const inputs = (values & 0xffff) + (values >> 16);
      for (const endTap = min(kernel, position + 1); tap < endTap; tap += stride) {
        for (let group: usize = 0; group < pixelBytes; group += GROUP_BYTES) addPair(pair, weights + group, at + group);
        weights += stepBytes;
        at -= pixelBytes;
        total += inputs;
      }
    }
    starts += rowBytes;
    rowWeights += s.tapRowBytes;
  }
  return total;
}

/** Adds the products of a pair to the sums of 32 channels. */
@inline
function addPair(pair: v128, weights: usize, at: usize): void {
  v128.store(at, i32x4.add(v128.load(at), i32x4.dot_i16x8_s(pair, v128.load(weights))));
  v128.store(at, i32x4.add(v128.load(at, 16), i32x4.dot_i16x8_s(pair, v128.load(weights, 16))), 16);
  v128.store(at, i32x4.add(v128.load(at, 32), i32x4.dot_i16x8_s(pair, v128.load(weights, 32))), 32);
  v128.store(at, i32x4.add(v128.load(at, 48), i32x4.dot_i16x8_s(pair, v128.load(weights, 48))), 48);
  v128.store(at, i32x4.add(v128.load(at, 64), i32x4.dot_i16x8_s(pair, v128.load(weights, 64))), 64);
  v128.store(at, i32x4.add(v128.load(at, 80), i32x4.dot_i16x8_s(pair, v128.load(weights, 80))), 80);
  v128.store(at, i32x4.add(v128.load(at, 96), i32x4.dot_i16x8_s(pair, v128.load(weights, 96))), 96);
  v128.store(at, i32x4.add(v128.load(at, 112), i32x4.dot_i16x8_s(pair, v128.load(weights, 112))), 112);
}
