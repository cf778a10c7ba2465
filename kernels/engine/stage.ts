/** A stage: the currents of every output pixel, and the neurons that make spikes of them. */
import { CURRENT_BYTES, IntegerSource, Neuron, Scratch, Stage } from './blocks';
import { addCurrents, addOperations, countGathered, enterRows, extractAll, gatherAll } from './currents';
import { numberPixel, pairPixel, rankOnePixel, readsValues, slicedPixel } from './pixels';
import { rankOneSums, tableSums } from './scatter';

// Steps inside, in all rows: what a neuron remembers of a clip stays in the cache.

function slicedRow(b: Stage, s: Scratch, step: u32, slot: u32, steps: u32, y: u32, row: usize): void {
  const pixelBytes = <usize>b.words << 4;
  for (let x: u32 = 0; x < b.outWidth; x++) {
    let out = row;
    for (let i: u32 = 0; i < steps; i++) {
      slicedPixel(b, s, step + i, slot + i, i, y, x, out);
      out += b.outStepBytes;
    }
    row += pixelBytes;
  }
}

function rankOneRow(b: Stage, s: Scratch, step: u32, slot: u32, steps: u32, y: u32, row: usize): void {
  const pixelBytes = <usize>b.words << 4;
  for (let x: u32 = 0; x < b.outWidth; x++) {
    let out = row;
    s.quiet = rememberSilence(b);
    for (let i: u32 = 0; i < steps; i++) {
      rankOnePixel(b, s, step + i, slot + i, i, y, x, out);
      out += b.outStepBytes;
    }
    row += pixelBytes;
  }
}

/** First layers whose neurons take one sum, see `scatter.ts`. */
function scatterRow(b: Stage, s: Scratch, step: u32, slot: u32, steps: u32, y: u32, row: usize): void {
  const from = changetype<IntegerSource>(b.integerSources);
  const width = b.outWidth;
  const outBytes = <usize>b.words << 4;
  // The accumulators of a clip are those of the row at hand, behind its sums.
  const streaming = b.statePixelBytes !== 0;
  const stateBytes = streaming ? <usize>b.statePixelBytes : <usize>b.words * CURRENT_BYTES;
  const state = streaming ? <usize>b.state + y * width * stateBytes : s.sums + width * stateBytes;
  for (let i: u32 = 0; i < steps; i++) {
    const thresholds = b.thresholds + <usize>(step + i) * b.thresholdStepBytes;
    let inputs: u32;
    if (b.neuron === Neuron.TABLE) {
      inputs = tableSums(from, i, width, s.sums, thresholds, b.flip, row, outBytes);
    } else {
      if (step + i === 0) memory.fill(state, 0, width * stateBytes);
      const weight = load<i32>(b.mixing + ((step + i) << 2));
      inputs = rankOneSums(from, i, width, s.sums, weight, state, stateBytes, thresholds, b.flip, row, outBytes);
    }
    addOperations(s, slot + i, from.counter, inputs);
    row += b.outStepBytes;
  }
}

function numberRow(b: Stage, s: Scratch, step: u32, slot: u32, steps: u32, y: u32, row: usize): void {
  const pixelBytes = <usize>b.words << 4;
  const pairs = b.neuron === Neuron.MIX_16 && b.statePixelBytes === 0 ? steps & ~1 : 0;
  for (let x: u32 = 0; x < b.outWidth; x++) {
    let out = row;
    s.quiet = rememberSilence(b);
    let i: u32 = 0;
    for (; i < pairs; i += 2) {
      pairPixel(b, s, step + i, slot + i, i, y, x, out);
      out += 2 * b.outStepBytes;
    }
    for (; i < steps; i++) {
      numberPixel(b, s, step + i, slot + i, i, y, x, out);
      out += b.outStepBytes;
    }
    row += pixelBytes;
  }
}

/** A stream remembers silence as it remembers currents. LIF neurons are driven by their bias alone. */
@inline
function rememberSilence(b: Stage): u32 {
  return <u32>(b.statePixelBytes === 0 && b.neuron !== Neuron.LIF);
}

@inline
function takesOneSum(neuron: u32): bool {
  return neuron === Neuron.TABLE || neuron === Neuron.RANK_1_16 || neuron === Neuron.RANK_1_32;
}

/** Runs a band of output rows, see {@link runStage}. */
function runBand(b: Stage, s: Scratch, step: u32, slot: u32, steps: u32, firstRow: u32, endRow: u32): void {
  extractAll(b, s, slot, steps, firstRow, endRow);
  const sliced = b.neuron === Neuron.SLICED_TABLE;
  const rankOne = b.neuron === Neuron.RANK_1_16 && b.integerCount === 0;
  const scatter = readsValues(b) && takesOneSum(b.neuron);
  const rowBytes = <usize>(b.outWidth * b.words) << 4;
  let row = <usize>b.out + slot * b.outStepBytes + firstRow * rowBytes;
  for (let y = firstRow; y < endRow; y++) {
    enterRows(b, s, y);
    if (sliced) slicedRow(b, s, step, slot, steps, y, row);
    else if (scatter) scatterRow(b, s, step, slot, steps, y, row);
    else if (rankOne) rankOneRow(b, s, step, slot, steps, y, row);
    else numberRow(b, s, step, slot, steps, y, row);
    row += rowBytes;
  }
}

/**
 * Runs output rows `firstRow` … `endRow` - 1 of `steps` time steps from `step` on. Maps hold the step in slot
 * `slot`, the next one behind it.
 */
export function runStage(b: Stage, s: Scratch, step: u32, slot: u32, steps: u32, firstRow: u32, endRow: u32): void {
  for (let row = firstRow; row < endRow; row += b.bandRows)
    runBand(b, s, step, slot, steps, row, min(endRow, row + b.bandRows));
}

/**
 * The currents of one time step instead of spikes, for who listens to a layer that has no map of its own. One word of
 * a pixel after the other, in the order of `unpackCounts`.
 */
export function runCurrents(b: Stage, s: Scratch, slot: u32, out: usize): void {
  const pixelBytes = <usize>b.words * CURRENT_BYTES;
  for (let y: u32 = 0; y < b.outHeight; y++) {
    if (y % b.bandRows === 0) extractAll(b, s, slot, 1, y, min(b.outHeight, y + b.bandRows));
    enterRows(b, s, y);
    for (let x: u32 = 0; x < b.outWidth; x++) {
      const n = gatherAll(b, s, slot, 0, y, x);
      addCurrents(b, s, slot, 0, x, n, b.sourceCount > 0 ? countGathered(b, s, n) : 0);
      memory.copy(out, s.currents, pixelBytes);
      out += pixelBytes;
    }
  }
}
