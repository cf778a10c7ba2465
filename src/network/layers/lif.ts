/**
 * The resetting leaky integrate-and-fire neuron with its batch norm: integer currents in, spikes out. The baseline
 * that the MFP neuron is compared with; it has no M_tau, so Eq. 9 leaves it as it is.
 */
import * as v from 'valibot';
import { NetworkError } from '../errors.ts';
import { EXACT_FLOAT32_BOUND } from '../neuron/folding.ts';
import { DECAY_PARTS, foldLif, membraneBound } from '../neuron/lif.ts';
import { elementCount, type TensorSpec } from '../tensor.ts';
import {
  tensorData,
  type FoldedLayer,
  type FoldedScale,
  type Inputs,
  type LayerKind,
  type LayerNode,
  type PackedLayer,
  type ParameterValues,
  type SignalInfo,
} from './layer-kind.ts';
import { createLifRunner } from './lif-runner.ts';
import { tableBytes, type NeuronCosts } from './neuron-costs.ts';
import { foldedDrive, normalisedDrive, normParameters, requireCurrents } from './neuron-norm.ts';

/** `decay`: what is left of the membrane after a time step, a multiple of 1/16 below 1. */
export interface LifSpec {
  readonly id: string;
  readonly kind: 'lif';
  readonly inputs?: readonly string[] | undefined;
  readonly decay: number;
}

const schema: v.GenericSchema<unknown, LifSpec> = v.strictObject({
  id: v.string(),
  kind: v.literal('lif'),
  inputs: v.optional(v.array(v.string())),
  decay: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0),
      v.ltValue(1),
      v.check((decay) => Number.isInteger(DECAY_PARTS * decay), `must be a multiple of 1/${DECAY_PARTS}`),
    ),
    0.5,
  ),
});

function infer(spec: LifSpec, [input]: Inputs<SignalInfo>): SignalInfo {
  requireCurrents(spec, input);
  // Twice the bound: the bias needs as much room as the current.
  if (!(membraneBound(2 * input.bound, DECAY_PARTS * spec.decay) < EXACT_FLOAT32_BOUND)) {
    throw new NetworkError(
      'ACCUMULATOR_OVERFLOW',
      spec.id,
      `Currents up to ${input.bound} and as large a bias, over 1 - ${spec.decay}, exceed 2^24; lower input.maxCount, the layer's width or the decay.`,
    );
  }
  return { content: 'spikes', shape: input.shape, bound: 1, unit: 1 };
}

function fold(node: LayerNode<LifSpec>, p: ParameterValues, [input]: Inputs<FoldedScale>): FoldedLayer {
  const channels = node.output.shape[2];
  const norm = foldedDrive(p, input);
  const scale = new Int32Array(channels);
  const bias = new Int32Array(channels);
  const threshold = new Int32Array(channels);
  const gain = new Float32Array(channels);
  for (let c = 0; c < channels; c++) {
    const channel = foldLif(
      norm.gain[c]!,
      norm.bias[c]!,
      node.context.thresholdVoltage,
      node.input.bound,
      DECAY_PARTS * node.spec.decay,
    );
    scale[c] = channel.scale;
    bias[c] = channel.bias;
    threshold[c] = channel.threshold;
    gain[c] = channel.gain;
  }
  const shape = [channels];
  return {
    tensors: {
      scale: { dtype: 'I32', shape, data: scale },
      bias: { dtype: 'I32', shape, data: bias },
      threshold: { dtype: 'I32', shape, data: threshold },
      gain: { dtype: 'F32', shape, data: gain },
    },
    scale: Float64Array.of(1),
    bounds: Float64Array.of(1),
  };
}

function tensorSpecs({ output }: LayerNode<LifSpec>): Record<string, TensorSpec> {
  const shape = [output.shape[2]];
  return {
    scale: { dtype: 'I32', shape },
    bias: { dtype: 'I32', shape },
    threshold: { dtype: 'I32', shape },
    gain: { dtype: 'F32', shape },
  };
}

function accumulatorBound(layer: PackedLayer<LifSpec>): number {
  const bias = tensorData(layer, 'bias', 'I32');
  return tensorData(layer, 'scale', 'I32').reduce((most, scale, c) => {
    const drive = Math.abs(scale) * layer.input.bound + Math.abs(bias[c]!);
    return Math.max(most, membraneBound(drive, DECAY_PARTS * layer.spec.decay));
  }, 0);
}

/** The same in both modes: a membrane of 32 bits, and a product for the leak in each step, unless all leaks. */
function costs(layer: PackedLayer<LifSpec>): NeuronCosts {
  const remembering = layer.spec.decay === 0 ? 0 : elementCount(layer.output.shape);
  const tables = ['scale', 'bias', 'threshold'].map((name) => tableBytes(tensorData(layer, name, 'I32')));
  return {
    thresholdBytes: tables.reduce((sum, bytes) => sum + bytes, 0),
    stateBytes: 4 * remembering,
    multiplyAdds: layer.context.steps * remembering,
  };
}

/** See {@link LifSpec}. */
export const lifLayer: LayerKind<LifSpec> = {
  kind: 'lif',
  spiking: true,
  arity: 1,
  schema,
  infer,
  parameters: normParameters,
  train(ops, node, p, [input]) {
    const drive = normalisedDrive(ops, node, p, input);
    const spikes = ops.lif(drive, node.spec.decay, node.context.thresholdVoltage);
    return { value: spikes, scale: ops.constant(Float32Array.of(1), [1]) };
  },
  fold,
  evaluate: (ops, layer, [input]) =>
    ops.lifFires(input, {
      parts: DECAY_PARTS * layer.spec.decay,
      scale: tensorData(layer, 'scale', 'I32'),
      bias: tensorData(layer, 'bias', 'I32'),
      gain: tensorData(layer, 'gain', 'F32'),
      voltage: Math.fround(layer.context.thresholdVoltage),
    }),
  tensorSpecs,
  createRunner: createLifRunner,
  accumulatorBound,
  costs,
};
