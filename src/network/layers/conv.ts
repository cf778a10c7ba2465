/** Convolution with 1-bit or 8-bit weights: integers in, integer currents out. */
import * as v from 'valibot';
import { integerBetween } from '../integer-between.ts';
import { NetworkError } from '../errors.ts';
import { packSigns, unpackSigns, type NamedTensor } from '../tensor.ts';
import { binariseWeights, quantise8 } from './quantise.ts';
import {
  statelessRunner,
  tensorData,
  type FoldedLayer,
  type FoldedScale,
  type Inputs,
  type LayerKind,
  type LayerNode,
  type PackedLayer,
  type ParameterValues,
  type SignalInfo,
  type StepValues,
} from './layer-kind.ts';

/** `weights` binary = -1/+1 (paper: Ŵ), int8 = first layer. No bias: the neuron's batch norm has one. */
export interface ConvSpec {
  readonly id: string;
  readonly kind: 'conv';
  readonly inputs?: readonly string[] | undefined;
  readonly filters: number;
  readonly kernel: number;
  readonly stride: number;
  /** Zero padding: `same` keeps ceil(size / stride), `valid` pads nothing. */
  readonly padding: 'same' | 'valid';
  readonly weights: 'binary' | 'int8';
}

const schema: v.GenericSchema<unknown, ConvSpec> = v.strictObject({
  id: v.string(),
  kind: v.literal('conv'),
  inputs: v.optional(v.array(v.string())),
  filters: integerBetween(1, 65536),
  kernel: integerBetween(1, 15),
  stride: v.optional(integerBetween(1, 15), 1),
  padding: v.optional(v.picklist(['same', 'valid']), 'same'),
  weights: v.optional(v.picklist(['binary', 'int8']), 'binary'),
});

/** Largest magnitude of a code. */
const CODE_BOUND = { binary: 1, int8: 127 } as const;

/** Output size and leading zeros of one axis, TensorFlow's rule. */
function axis(size: number, { kernel, stride, padding }: ConvSpec): { size: number; before: number } {
  if (padding === 'valid') return { size: Math.floor((size - kernel) / stride) + 1, before: 0 };
  const out = Math.ceil(size / stride);
  return { size: out, before: Math.max(0, (out - 1) * stride + kernel - size) >> 1 };
}

/** Zeros around the input of a convolution, in pixels. */
export interface ConvPadding {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** How many zeros a convolution pads on each side: TensorFlow's rule, the odd one at the end. */
export function convPadding({ spec, input, output }: LayerNode<ConvSpec>): ConvPadding {
  const after = (size: number, out: number, before: number): number =>
    Math.max(0, (out - 1) * spec.stride + spec.kernel - size - before);
  const [height, width] = input.shape;
  const [outHeight, outWidth] = output.shape;
  const top = axis(height, spec).before;
  const left = axis(width, spec).before;
  return { top, left, bottom: after(height, outHeight, top), right: after(width, outWidth, left) };
}

function infer(spec: ConvSpec, [input]: Inputs<SignalInfo>): SignalInfo {
  if (input.content === 'currents' || input.content === 'logits') {
    throw new NetworkError(
      'BAD_GRAPH',
      spec.id,
      `A convolution needs spikes or counts, not ${input.content}.`,
    );
  }
  const [height, width, channels] = input.shape;
  const shape = [axis(height, spec).size, axis(width, spec).size, spec.filters] as const;
  if (shape[0] < 1 || shape[1] < 1) {
    throw new NetworkError(
      'BAD_SHAPE',
      spec.id,
      `A ${spec.kernel}x${spec.kernel} kernel does not fit into ${height}x${width}.`,
    );
  }
  const bound = spec.kernel ** 2 * channels * CODE_BOUND[spec.weights] * input.bound;
  return { content: 'currents', shape, bound, unit: input.unit };
}

function weightShape({ spec, input }: LayerNode<ConvSpec>): [number, number, number, number] {
  return [spec.kernel, spec.kernel, input.shape[2], spec.filters];
}

function fold(
  node: LayerNode<ConvSpec>,
  parameters: ParameterValues,
  [input]: Inputs<FoldedScale>,
): FoldedLayer {
  const { filters, weights } = node.spec;
  const latent = parameters['weight']!;
  const { codes, alpha } = weights === 'binary' ? binariseWeights(latent, filters) : quantise8(latent);
  const shape = weightShape(node);
  const weight: NamedTensor =
    weights === 'binary'
      ? {
          dtype: 'U8',
          shape: [...shape.slice(0, 3), Math.ceil(filters / 8)],
          data: packSigns(codes, filters),
        }
      : { dtype: 'I8', shape, data: codes };
  const magnitudes = new Float64Array(filters);
  codes.forEach((code, i) => (magnitudes[i % filters]! += Math.abs(code)));
  return {
    tensors: { weight, alpha: { dtype: 'F32', shape: [alpha.length], data: alpha } },
    scale: Float64Array.from({ length: filters }, (_, c) => alpha[c % alpha.length]! * input.scale[0]!),
    bounds: magnitudes.map((magnitude) => magnitude * node.input.bound),
  };
}

/** The weights of a convolution as integers, `[kernel, kernel, input channels, filters]`. */
export function convWeights(layer: PackedLayer<ConvSpec>): Int8Array {
  const { filters, weights } = layer.spec;
  return weights === 'binary'
    ? unpackSigns(tensorData(layer, 'weight', 'U8'), filters)
    : tensorData(layer, 'weight', 'I8');
}

/**
 * Event-driven: every non-zero input adds its weight rows to the currents it reaches, so silence costs
 * nothing and zero padding needs no care.
 */
function convolve(layer: PackedLayer<ConvSpec>): (inputs: Inputs<StepValues>) => StepValues {
  const { spec } = layer;
  const [height, width, channels] = layer.input.shape;
  const [outHeight, outWidth, filters] = layer.output.shape;
  const { kernel, stride } = spec;
  const { top, left } = convPadding(layer);
  const codes = convWeights(layer);
  return ([input]) => {
    const currents = new Int32Array(outHeight * outWidth * filters);
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let channel = 0; channel < channels; channel++, i++) {
          const value = input[i]!;
          if (value === 0) continue;
          for (let ky = 0; ky < kernel; ky++) {
            const rowStart = y + top - ky;
            if (rowStart < 0 || rowStart % stride !== 0 || rowStart / stride >= outHeight) continue;
            for (let kx = 0; kx < kernel; kx++) {
              const columnStart = x + left - kx;
              if (columnStart < 0 || columnStart % stride !== 0 || columnStart / stride >= outWidth) continue;
              const to = ((rowStart / stride) * outWidth + columnStart / stride) * filters;
              const from = ((ky * kernel + kx) * channels + channel) * filters;
              for (let f = 0; f < filters; f++) currents[to + f]! += value * codes[from + f]!;
            }
          }
        }
      }
    }
    return currents;
  };
}

/** See {@link ConvSpec}. */
export const convLayer: LayerKind<ConvSpec> = {
  kind: 'conv',
  spiking: false,
  arity: 1,
  schema,
  infer,
  parameters: (node) => [
    {
      name: 'weight',
      shape: weightShape(node),
      init: { kind: 'kaimingNormal', fan: node.spec.kernel ** 2 * node.spec.filters },
      trainable: true,
    },
  ],
  train(ops, { spec }, parameters, [input]) {
    const latent = parameters['weight']!;
    const { codes, alpha } = spec.weights === 'binary' ? ops.binarise(latent) : ops.quantise8(latent);
    const value = ops.conv2d(input.value, codes, spec.stride, spec.padding);
    return { value, scale: ops.mul(alpha, input.scale) };
  },
  fold,
  evaluate(ops, layer, [input]) {
    const { stride, padding } = layer.spec;
    const weights = ops.constant(Float32Array.from(convWeights(layer)), weightShape(layer));
    return ops.conv2d(input, weights, stride, padding);
  },
  tensorSpecs(node) {
    const shape = weightShape(node);
    const { filters, weights } = node.spec;
    return weights === 'binary'
      ? {
          weight: { dtype: 'U8', shape: [...shape.slice(0, 3), Math.ceil(filters / 8)] },
          alpha: { dtype: 'F32', shape: [filters] },
        }
      : { weight: { dtype: 'I8', shape }, alpha: { dtype: 'F32', shape: [1] } };
  },
  createRunner: (layer) => statelessRunner(convolve(layer)),
};
