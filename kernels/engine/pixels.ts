/** One pixel of a stage at one time step, or two: from its inputs to its spikes. */
import { COUNTER_BYTES, CURRENT_BYTES, IntegerSource, Neuron, Scratch, Stage } from './blocks';
import { addAll, addCurrents, addOperations, countGathered, gatherAll, planesFor } from './currents';
import { integerCurrents, Put } from './integer';
import { mixPairs, mixTwo, mixWide, narrowPairs, pairBytesOf } from './mixing';
import { accumulateCounts, accumulateWide, compareValues, leakAndFire } from './neurons';
import { compareCounts, setCounters, unpackHalf, unpackPairs, unpackSecond } from './sliced';

/** Whether a stage is a first layer: nothing but one map of values reaches it. */
@inline
export function readsValues(b: Stage): bool {
  return b.sourceCount === 0 && b.integerCount === 1;
}

/** Threshold tables in sliced form: no current is ever computed. */
@inline
export function slicedPixel(b: Stage, s: Scratch, step: u32, slot: u32, index: u32, y: u32, x: u32, out: usize): void {
  const n = gatherAll(b, s, slot, index, y, x);
  if (n === 0 && b.extra === 0) {
    fireInSilence(b, step, out);
    return;
  }
  const even = (n + 1) & ~1;
  const row = (even + (1 << b.rowShift) - 1) >> b.rowShift;
  const limit = row << b.rowShift;
  // An even number: its changes from pixel to pixel are rarer, and loops that end otherwise are mispredicted.
  const planes = (planesFor(limit + 2 + b.extra) + 1) & ~1;
  setCounters(s.counters, b.words, planes, ((limit - even) >> 1) + 1);
  addAll(b, s, planes);
  compareCounts(b, s.counters, step, n, row, planes, out);
}

/** The spikes of a pixel whose currents were 0 in all steps. */
@inline
function fireInSilence(b: Stage, step: u32, out: usize): void {
  const bytes = <usize>b.words << 4;
  let from = b.silent + step * bytes;
  // A loop: calling memory.copy for a few words takes longer than the copy.
  for (const end = out + bytes; out < end; out += 16) {
    v128.store(out, v128.load(from));
    from += 16;
  }
}

@inline
function clear(from: usize, bytes: usize): void {
  for (const end = from + bytes; from < end; from += 16) v128.store(from, i32x4.splat(0));
}

/** Quarters of a word that hold its channels, as `neurons.ts` counts them. */
@inline
function quadsOf(channels: u32): u32 {
  return channels > 64 ? 4 : channels > 32 ? 2 : 1;
}

/** What a pixel's neurons remember, now that it is not silent. */
@inline
function stateOf(b: Stage, s: Scratch, step: u32, y: u32, x: u32): usize {
  const state = <usize>b.state + <usize>(y * b.outWidth + x) * b.statePixelBytes;
  if (s.quiet || step === 0) {
    // The first input of this window: nothing was remembered before it.
    s.quiet = 0;
    clear(state, <usize>b.stateBytes * b.words);
  }
  return state;
}

/** Currents of a pixel in numbers, then its neurons. */
export function numberPixel(b: Stage, s: Scratch, step: u32, slot: u32, index: u32, y: u32, x: u32, out: usize): void {
  // 16-bit currents of 1-bit weights go straight from the counters to the neurons.
  const direct = b.neuron === Neuron.MIX_16 && b.integerCount === 0;
  let n: u32 = 0;
  let planes: u32 = 0;
  let active = b.extra;
  if (b.sourceCount > 0) {
    n = gatherAll(b, s, slot, index, y, x);
    active += n;
    if ((active | b.integerCount | (1 - s.quiet)) === 0) {
      fireInSilence(b, step, out);
      return;
    }
    planes = countGathered(b, s, n);
  }
  if (!direct) {
    active += addCurrents(b, s, slot, index, x, n, planes);
    if ((active | (1 - s.quiet)) === 0) {
      fireInSilence(b, step, out);
      return;
    }
  }
  let state = stateOf(b, s, step, y, x);
  let thresholds = b.thresholds + <usize>step * b.thresholdStepBytes;
  for (let w: usize = 0; w < b.words; w++) {
    const quads = quadsOf(b.channels - 128 * <u32>w);
    const counters = s.counters + w * COUNTER_BYTES;
    const currents = s.currents + w * CURRENT_BYTES;
    let spikes: v128;
    switch (b.neuron) {
      case Neuron.MIX_16: {
        const odd = (step & 1) === 1;
        const dense = b.statePixelBytes !== 0 && b.words === 1;
        const pair = state + <usize>(step >> 1) * pairBytesOf(quads, dense);
        if (direct) unpackPairs(counters, planes, n, odd, quads, dense, s.slots, pair);
        else narrowPairs(currents, odd, quads, dense, pair);
        spikes = mixPairs(b, state, step, thresholds, quads, dense);
        break;
      }
      case Neuron.MIX_32:
        memory.copy(state + <usize>step * CURRENT_BYTES, currents, CURRENT_BYTES);
        spikes = mixWide(b, state, step, thresholds, s.slots, quads);
        break;
      case Neuron.RANK_1_16:
      case Neuron.RANK_1_32: {
        const weight = load<i32>(b.mixing + (step << 2));
        spikes = accumulateWide(state, currents, weight, thresholds, quads);
        break;
      }
      case Neuron.LIF:
        spikes = leakAndFire(b, state, currents, w * CURRENT_BYTES, thresholds, quads);
        break;
      default:
        spikes = compareValues(currents, thresholds, quads);
    }
    v128.store(out, v128.xor(spikes, v128.load(b.flip + (w << 4))));
    out += 16;
    thresholds += CURRENT_BYTES;
    state += b.stateBytes;
  }
}

/**
 * Eq. 7 with 16-bit currents for two steps of a clip, an even one and the next: `numberPixel` twice, with the history
 * read once.
 */
export function pairPixel(b: Stage, s: Scratch, step: u32, slot: u32, index: u32, y: u32, x: u32, out: usize): void {
  const direct = b.integerCount === 0;
  const first = readsValues(b);
  const state = b.state;
  const pairOffset = <usize>(step >> 1) * CURRENT_BYTES;
  const outNext = out + b.outStepBytes;
  let active = b.extra;
  for (let half: u32 = 0; half < 2; half++) {
    let n: u32 = 0;
    let planes: u32 = 0;
    if (b.sourceCount > 0) {
      n = gatherAll(b, s, slot + half, index + half, y, x);
      active += n;
      planes = countGathered(b, s, n);
    }
    if (first) active += firstCurrents(b, s, slot + half, index + half, x, half, state + pairOffset);
    else if (!direct) active += addCurrents(b, s, slot + half, index + half, x, n, planes);
    if (half === 1) {
      if ((active | (1 - s.quiet)) === 0) {
        fireInSilence(b, step, out);
        fireInSilence(b, step + 1, outNext);
        return;
      }
      if (s.quiet) {
        s.quiet = 0;
        // The pair at hand is written as a whole; what comes before it was silent.
        for (let w: usize = 0; w < b.words; w++) clear(state + w * b.stateBytes, pairOffset);
      }
    }
    // Its currents went straight to the pair.
    if (first) continue;
    for (let w: usize = 0; w < b.words; w++) {
      const counters = s.counters + w * COUNTER_BYTES;
      const currents = s.currents + w * CURRENT_BYTES;
      const pair = state + w * b.stateBytes + pairOffset;
      const quads = quadsOf(b.channels - 128 * <u32>w);
      if (!direct) narrowPairs(currents, half === 1, quads, false, pair);
      else if (half === 0) unpackHalf(counters, planes, n, quads, s.slots, currents);
      else unpackSecond(counters, planes, n, currents, quads, s.slots, pair);
    }
  }
  let thresholds = b.thresholds + <usize>step * b.thresholdStepBytes;
  for (let w: usize = 0; w < b.words; w++) {
    const flip = v128.load(b.flip + (w << 4));
    const quads = quadsOf(b.channels - 128 * <u32>w);
    mixTwo(b, state + w * b.stateBytes, step, thresholds, quads, flip, out + (w << 4), outNext + (w << 4));
    thresholds += CURRENT_BYTES;
  }
}

/** Half of a pair of steps of the first layer: its currents go straight to the pair. */
@inline
function firstCurrents(b: Stage, s: Scratch, slot: u32, index: u32, x: u32, half: u32, pair: usize): u32 {
  const from = changetype<IntegerSource>(b.integerSources);
  const inputs = integerCurrents(from, index, x, s.active, pair, b.stateBytes, half === 0 ? Put.SET : Put.PAIR);
  addOperations(s, slot, from.counter, inputs);
  return inputs;
}

/** Neurons with one accumulator each, behind 1-bit weights alone. */
export function rankOnePixel(b: Stage, s: Scratch, step: u32, slot: u32, index: u32, y: u32, x: u32, out: usize): void {
  const n = gatherAll(b, s, slot, index, y, x);
  if ((n | b.extra | (1 - s.quiet)) === 0) {
    fireInSilence(b, step, out);
    return;
  }
  const planes = countGathered(b, s, n);
  let state = stateOf(b, s, step, y, x);
  let counters = <usize>s.counters;
  let thresholds = b.thresholds + <usize>step * b.thresholdStepBytes;
  let flip = b.flip;
  const weight = load<i32>(b.mixing + (step << 2));
  for (const end = out + (<usize>b.words << 4); out < end; out += 16) {
    const spikes = accumulateCounts(state, counters, planes, n, weight, thresholds, s.slots);
    v128.store(out, v128.xor(spikes, v128.load(flip)));
    counters += COUNTER_BYTES;
    thresholds += CURRENT_BYTES;
    state += CURRENT_BYTES;
    flip += 16;
  }
}
