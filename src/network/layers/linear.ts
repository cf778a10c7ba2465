/** Fully connected read-out with 8-bit weights: integer logits of every time step. */
import * as v from 'valibot';
import { integerBetween } from '../integer-between.ts';
import { NetworkError } from '../errors.ts';
import { quantise8 } from './quantise.ts';
import {
  statelessRunner,
  tensorData,
  type Inputs,
  type LayerKind,
  type LayerNode,
  type PackedLayer,
  type StepValues,
} from './layer-kind.ts';

/** Flattens height, width, channels in this order. No bias, so that logits are plain integer sums. */
export interface LinearSpec {
  readonly id: string;
  readonly kind: 'linear';
  readonly inputs?: readonly string[] | undefined;
  readonly units: number;
  readonly weights: 'int8';
}

const schema: v.GenericSchema<unknown, LinearSpec> = v.strictObject({
  id: v.string(),
  kind: v.literal('linear'),
  inputs: v.optional(v.array(v.string())),
  units: integerBetween(1, 65536),
  weights: v.optional(v.literal('int8'), 'int8'),
});

function weightShape({ spec, input }: LayerNode<LinearSpec>): [number, number] {
  return [input.shape[0] * input.shape[1] * input.shape[2], spec.units];
}

function project(layer: PackedLayer<LinearSpec>): (inputs: Inputs<StepValues>) => StepValues {
  const codes = tensorData(layer, 'weight', 'I8');
  const units = layer.output.shape[2];
  return ([input]) => {
    const logits = new Int32Array(units);
    for (let i = 0; i < input.length; i++) {
      const value = input[i]!;
      if (value === 0) continue;
      for (let unit = 0; unit < units; unit++) logits[unit]! += value * codes[i * units + unit]!;
    }
    return logits;
  };
}

/** See {@link LinearSpec}. */
export const linearLayer: LayerKind<LinearSpec> = {
  kind: 'linear',
  spiking: false,
  arity: 1,
  schema,
  infer(spec, [input]) {
    if (input.content === 'currents' || input.content === 'logits') {
      throw new NetworkError(
        'BAD_GRAPH',
        spec.id,
        `A linear layer needs spikes or counts, not ${input.content}.`,
      );
    }
    const features = input.shape[0] * input.shape[1] * input.shape[2];
    return {
      content: 'logits',
      shape: [1, 1, spec.units],
      bound: features * 127 * input.bound,
      unit: input.unit,
    };
  },
  parameters: (node) => {
    const shape = weightShape(node);
    return [{ name: 'weight', shape, init: { kind: 'kaimingNormal', fan: shape[0] }, trainable: true }];
  },
  train(ops, _node, parameters, [input]) {
    const { codes, alpha } = ops.quantise8(parameters['weight']!);
    return { value: ops.dense(input.value, codes), scale: ops.mul(alpha, input.scale) };
  },
  fold(node, parameters, [input]) {
    const { codes, alpha } = quantise8(parameters['weight']!);
    const bounds = new Float64Array(node.spec.units);
    codes.forEach((code, i) => (bounds[i % node.spec.units]! += Math.abs(code) * node.input.bound));
    return {
      tensors: {
        weight: { dtype: 'I8', shape: weightShape(node), data: codes },
        alpha: { dtype: 'F32', shape: [1], data: alpha },
      },
      scale: Float64Array.of(alpha[0]! * input.scale[0]!),
      bounds,
    };
  },
  evaluate(ops, layer, [input]) {
    const codes = Float32Array.from(tensorData(layer, 'weight', 'I8'));
    return ops.dense(input, ops.constant(codes, weightShape(layer)));
  },
  tensorSpecs: (node) => ({
    weight: { dtype: 'I8', shape: weightShape(node) },
    alpha: { dtype: 'F32', shape: [1] },
  }),
  createRunner: (layer) => statelessRunner(project(layer)),
};
