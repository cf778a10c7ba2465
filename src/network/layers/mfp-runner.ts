/** The MFP neuron in integers: layer by layer over a clip, or step by step with as little state as M allows. */
import type { MStructure } from '../neuron/m-tau.ts';
import {
  tensorData,
  type LayerRunner,
  type NeuronMode,
  type PackedLayer,
  type StepValues,
} from './layer-kind.ts';
import { usedTaps, type MfpSpec } from './mfp-spec.ts';

/** Spikes of one step: accumulated current against the step's thresholds. */
type Compare = (step: number, accumulated: StepValues) => Uint8Array;

function comparator(layer: PackedLayer, table: 'threshold' | 'eq9Threshold'): Compare {
  const threshold = tensorData(layer, table, 'I32');
  const flip = tensorData(layer, 'flip', 'U8');
  const channels = flip.length;
  return (step, accumulated) => {
    const row = threshold.subarray(step * channels, (step + 1) * channels);
    const spikes = new Uint8Array(accumulated.length);
    for (let i = 0, c = 0; i < accumulated.length; i++) {
      const current = accumulated[i]!;
      spikes[i] = (flip[c] === 1 ? current <= row[c]! : current >= row[c]!) ? 1 : 0;
      if (++c === channels) c = 0;
    }
    return spikes;
  };
}

/** sum_{i<=t} K[t,i] * x_i, the definition. */
function mixRow(
  mixing: Int32Array,
  steps: number,
  step: number,
  currents: readonly StepValues[],
): Int32Array {
  const accumulated = new Int32Array(currents[0]!.length);
  for (let i = 0; i <= step; i++) {
    const weight = mixing[step * steps + i]!;
    if (weight === 0) continue;
    const current = currents[i]!;
    for (let n = 0; n < accumulated.length; n++) accumulated[n]! += weight * current[n]!;
  }
  return accumulated;
}

/** Eq. 9: nothing to remember, and not the same as Eq. 7 unless M is diagonal. */
function eq9Runner(layer: PackedLayer): LayerRunner {
  const compare = comparator(layer, 'eq9Threshold');
  return {
    step: (step, [input]) => compare(step, input),
    clip: ([inputs]) => inputs.map((input, step) => compare(step, input)),
  };
}

/** Eq. 7 by its definition for clips; what differs by structure is the streaming state. */
function exactRunner(layer: PackedLayer, step: LayerRunner['step']): LayerRunner {
  const mixing = tensorData(layer, 'mixing', 'I32');
  const compare = comparator(layer, 'threshold');
  const { steps } = layer.context;
  return {
    step,
    clip: ([inputs]) => inputs.map((_, t) => compare(t, mixRow(mixing, steps, t, inputs))),
  };
}

/** Streaming with the past currents of the window: T - 1 integers per neuron. */
function fullStep(layer: PackedLayer): LayerRunner['step'] {
  const mixing = tensorData(layer, 'mixing', 'I32');
  const compare = comparator(layer, 'threshold');
  let past: StepValues[] = [];
  return (step, [input]) => {
    if (step === 0) past = [];
    past.push(input.slice());
    return compare(step, mixRow(mixing, layer.context.steps, step, past));
  };
}

/** Streaming with a ring of the last k - 1 currents: K[t,i] = w[t - i], whatever t is. */
function slidingStep(layer: PackedLayer<MfpSpec>): LayerRunner['step'] {
  const mixing = tensorData(layer, 'mixing', 'I32');
  const compare = comparator(layer, 'threshold');
  const { steps } = layer.context;
  const taps = usedTaps(layer);
  // The last row of K holds all taps, backwards.
  const tap = (d: number): number => mixing[steps * steps - 1 - d]!;
  const past: StepValues[] = [];
  return (step, [input]) => {
    const accumulated = Int32Array.from(input, (current) => tap(0) * current);
    // In the first steps of a window the ring still holds the window before; d <= step leaves it out.
    for (let d = 1; d < taps && d <= step; d++) {
      const weight = tap(d);
      const current = past[(step - d) % (taps - 1)]!;
      for (let n = 0; n < accumulated.length; n++) accumulated[n]! += weight * current[n]!;
    }
    if (taps > 1) past[step % (taps - 1)] = input.slice();
    return compare(step, accumulated);
  };
}

/** Streaming with one integer accumulator per neuron: K[t,i] = b_i for all t >= i. */
function rank1Step(layer: PackedLayer): LayerRunner['step'] {
  const mixing = tensorData(layer, 'mixing', 'I32');
  const compare = comparator(layer, 'threshold');
  const { steps } = layer.context;
  let accumulated = new Int32Array(0);
  return (step, [input]) => {
    if (step === 0) accumulated = new Int32Array(input.length);
    const weight = mixing[step * steps + step]!;
    for (let n = 0; n < accumulated.length; n++) accumulated[n]! += weight * input[n]!;
    return compare(step, accumulated);
  };
}

/** Streaming without any state. */
function diagonalStep(layer: PackedLayer): LayerRunner['step'] {
  const compare = comparator(layer, 'threshold');
  return (step, [input]) => compare(step, input);
}

const STREAMING: Record<MStructure, (layer: PackedLayer<MfpSpec>) => LayerRunner['step']> = {
  full: fullStep,
  sliding: slidingStep,
  rank1: rank1Step,
  diagonal: diagonalStep,
};

/** Makes the runner of an MFP layer. Sessions own their runner, so two streams never share state. */
export function createMfpRunner(layer: PackedLayer<MfpSpec>, mode: NeuronMode): LayerRunner {
  if (mode === 'eq9') return eq9Runner(layer);
  return exactRunner(layer, STREAMING[layer.spec.structure](layer));
}
