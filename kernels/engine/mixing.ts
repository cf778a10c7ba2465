/**
 * Eq. 7 for one word (128 channels): the currents of all steps so far, mixed by a row of M and compared. Thresholds are
 * negated: what is added to them fires where it reaches 0.
 */
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
import { compareValues } from './neurons';

/** Puts 32-bit currents that fit 16 bits into their half of a pair of steps. `dense`: see {@link pairBytesOf}. */
export function narrowPairs(currents: usize, odd: bool, quads: u32, dense: bool, to: usize): void {
  const low = i32x4.splat(0xffff);
  const unused = 64 - (<usize>quads << 4);
  const gap = dense ? 0 : unused;
  for (const end = currents + WORD_BYTES; currents < end; currents += unused) {
    for (const row = currents + (<usize>quads << 4); currents < row; currents += 16) {
      const x = v128.load(currents);
      v128.store(to, odd ? v128.or(v128.load(to), i32x4.shl(x, 16)) : v128.and(x, low));
      to += 16;
    }
    to += gap;
  }
}

/**
 * Bytes of a pair of steps. Streams keep the history of layers of one word dense, without room for quarters that hold no
 * channels: it is that of all pixels, and beyond the cache where there are many streams.
 */
@inline
export function pairBytesOf(quads: u32, dense: bool): usize {
  return dense ? <usize>quads << 7 : WORD_BYTES;
}

/** Eq. 7: the steps from pair `from` to that of `step`, each pair in one multiplication. */
export function mixPairs(b: Stage, history: usize, step: u32, thresholds: usize, quads: u32, dense: bool): v128 {
  const from = <usize>load<u32>(b.mixingFrom + (step << 2));
  const first = <usize>b.mixing + ((<usize>step * ((b.steps + 1) >> 1) + from) << 2);
  const end = first + ((<usize>(step >> 1) + 1 - from) << 2);
  const pairBytes = pairBytesOf(quads, dense);
  history += from * pairBytes;
  if (quads === 4) return mixPairsOf<FourQuads, FourQuads>(history, pairBytes, first, end, thresholds);
  if (quads === 2 && dense) return mixPairsOf<TwoQuads, FourQuads>(history, pairBytes, first, end, thresholds);
  if (quads === 2) return mixPairsOf<TwoQuads, TwoQuads>(history, pairBytes, first, end, thresholds);
  if (dense) return mixPairsOf<OneQuad, FourQuads>(history, pairBytes, first, end, thresholds);
  return mixPairsOf<OneQuad, OneQuad>(history, pairBytes, first, end, thresholds);
}

/** `Held` is how the history lies: dense, four vectors follow each other. */
function mixPairsOf<Quads, Held>(
  history: usize,
  pairBytes: usize,
  first: usize,
  end: usize,
  thresholds: usize,
): v128 {
  let spikes = i32x4.splat(0);
  let bits = firstBits<Quads>();
  for (const stop = thresholds + WORD_BYTES; thresholds < stop; thresholds += stride<Quads>()) {
    let v0 = v128.load(thresholds);
    let v1 = v128.load(thresholds, second<Quads>());
    let v2 = v128.load(thresholds, third<Quads>());
    let v3 = v128.load(thresholds, fourth<Quads>());
    let at = history;
    for (let weight = first; weight < end; weight += 4) {
      const weights = v128.load_splat<u32>(weight);
      v0 = i32x4.add(v0, i32x4.dot_i16x8_s(v128.load(at), weights));
      v1 = i32x4.add(v1, i32x4.dot_i16x8_s(v128.load(at, second<Held>()), weights));
      v2 = i32x4.add(v2, i32x4.dot_i16x8_s(v128.load(at, third<Held>()), weights));
      v3 = i32x4.add(v3, i32x4.dot_i16x8_s(v128.load(at, fourth<Held>()), weights));
      at += pairBytes;
    }
    spikes = v128.or(spikes, spikesOf(v0, v1, v2, v3, bits));
    bits = nextBits<Quads>(bits);
    history += stride<Held>();
  }
  return foldSpikes<Quads>(spikes);
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
  const weights = b.mixing + step * row + (from << 2);
  const end = weights + ((<usize>(step >> 1) + 1 - from) << 2);
  const next = thresholds + b.thresholdStepBytes;
  history += from * WORD_BYTES;
  if (quads === 4) mixTwoOf<FourQuads>(history, weights, end, row, thresholds, next, flip, out, outNext);
  else if (quads === 2) mixTwoOf<TwoQuads>(history, weights, end, row, thresholds, next, flip, out, outNext);
  else mixTwoOf<OneQuad>(history, weights, end, row, thresholds, next, flip, out, outNext);
}

/** The weights of the first step are from `first` to `end`, those of the next `row` bytes behind. */
function mixTwoOf<Quads>(
  history: usize,
  first: usize,
  end: usize,
  row: usize,
  thresholds: usize,
  next: usize,
  flip: v128,
  out: usize,
  outNext: usize,
): void {
  let spikes = i32x4.splat(0);
  let spikesNext = spikes;
  let bits = firstBits<Quads>();
  for (const stop = thresholds + WORD_BYTES; thresholds < stop; thresholds += stride<Quads>()) {
    let v0 = v128.load(thresholds);
    let v1 = v128.load(thresholds, second<Quads>());
    let v2 = v128.load(thresholds, third<Quads>());
    let v3 = v128.load(thresholds, fourth<Quads>());
    let w0 = v128.load(next);
    let w1 = v128.load(next, second<Quads>());
    let w2 = v128.load(next, third<Quads>());
    let w3 = v128.load(next, fourth<Quads>());
    let at = history;
    for (let weight = first; weight < end; weight += 4) {
      const weights = v128.load_splat<u32>(weight);
      const weightsNext = v128.load_splat<u32>(weight + row);
      const h0 = v128.load(at);
      const h1 = v128.load(at, second<Quads>());
      const h2 = v128.load(at, third<Quads>());
      const h3 = v128.load(at, fourth<Quads>());
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
    bits = nextBits<Quads>(bits);
    history += stride<Quads>();
    next += stride<Quads>();
  }
  v128.store(out, v128.xor(foldSpikes<Quads>(spikes), flip));
  v128.store(outNext, v128.xor(foldSpikes<Quads>(spikesNext), flip));
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
