/** What MFP neurons cost, by structure of M_tau; see the table of structures in the README. */
import type { MStructure } from '../neuron/m-tau.ts';
import { elementCount } from '../tensor.ts';
import { tensorData, type NeuronMode, type PackedLayer } from './layer-kind.ts';
import { usedTaps, type MfpSpec } from './mfp-spec.ts';
import { integerBytes, tableBytes, type NeuronCosts } from './neuron-costs.ts';

type PerNeuron = (layer: PackedLayer<MfpSpec>) => number;

const STATE_BYTES: Record<MStructure, PerNeuron> = {
  full: ({ context, input }) => (context.steps - 1) * integerBytes(input.bound),
  sliding: (layer) => (usedTaps(layer) - 1) * integerBytes(layer.input.bound),
  rank1: () => 4,
  diagonal: () => 0,
};

/** The entries of M that are not 0. */
const entries: PerNeuron = (layer) =>
  tensorData(layer, 'mixing', 'I32').reduce((count, entry) => count + (entry === 0 ? 0 : 1), 0);

const MULTIPLY_ADDS: Record<MStructure, PerNeuron> = {
  full: entries,
  sliding: entries,
  // One per step into the accumulator.
  rank1: ({ context }) => context.steps,
  diagonal: () => 0,
};

/** See {@link NeuronCosts}: Eq. 9 has thresholds alone. */
export function mfpCosts(layer: PackedLayer<MfpSpec>, mode: NeuronMode): NeuronCosts {
  const { shape } = layer.output;
  const { structure } = layer.spec;
  const table = tensorData(layer, mode === 'exact' ? 'threshold' : 'eq9Threshold', 'I32');
  const neurons = mode === 'exact' ? elementCount(shape) : 0;
  return {
    thresholdBytes: tableBytes(table) + Math.ceil(shape[2] / 8),
    stateBytes: neurons * STATE_BYTES[structure](layer),
    multiplyAdds: neurons * MULTIPLY_ADDS[structure](layer),
  };
}
