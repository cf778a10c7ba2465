/** The ONNX form of each kind of layer, with time steps in the place of a batch: `[T, channels, height, width]`. */
import {
  tensorData,
  type AveragePoolSpec,
  type ConvSpec,
  type Inputs,
  type LinearSpec,
  type MaxPoolSpec,
  type NeuronMode,
  type PackedLayer,
  type ResidualAddSpec,
} from '../../network/index.ts';
import type { OnnxGraph } from './graph.ts';
import { emitLif } from './lif.ts';
import { convAttributes, convKernel, linearMatrix } from './weights.ts';

/** A value between two layers. */
export interface Edge {
  readonly name: string;
  /** The layer's integer is this times the tensor's value: a power of two, so nothing is rounded. */
  readonly factor: number;
  /** Channels with a 1 are negated. */
  readonly negated?: Uint8Array | undefined;
}

/** What a layer's emitter is given. */
export interface Emission {
  readonly graph: OnnxGraph;
  readonly mode: NeuronMode;
  readonly layer: PackedLayer;
  readonly inputs: Inputs<Edge>;
  /** The neuron that alone reads this layer, if one does. */
  readonly neuron: PackedLayer | undefined;
}

/** Adds a layer to the graph. */
export type Emitter = (emission: Emission) => Edge;

const isPowerOfTwo = (n: number): boolean => Number.isInteger(Math.log2(n));

/** The comparison of a neuron with a negative gain is turned round by negating its weights: one operator less. */
const emitConv: Emitter = ({ graph, layer, inputs, neuron }) => {
  const conv = layer as PackedLayer<ConvSpec>;
  const { id } = conv.spec;
  const negated = neuron && tensorData(neuron, 'flip', 'U8');
  const [{ name, factor }] = inputs;
  const { dims, weights } = convKernel(conv, negated);
  const scaled = Float32Array.from(weights, (weight) => weight * factor);
  const w = graph.constant(`${id}.weight`, 'float', dims, scaled);
  const attributes = convAttributes(conv);
  return { name: graph.node('Conv', [name, w], { output: `${id}.current`, attributes }), factor: 1, negated };
};

/** Means of windows whose size is a power of two are exact; other windows are summed by a convolution of ones. */
const emitAveragePool: Emitter = ({ graph, layer, inputs }) => {
  const { id, size } = (layer as PackedLayer<AveragePoolSpec>).spec;
  const [{ name, factor }] = inputs;
  const attributes = { kernel_shape: [size, size], strides: [size, size] };
  if (isPowerOfTwo(size)) {
    return {
      name: graph.node('AveragePool', [name], { output: `${id}.mean`, attributes }),
      factor: factor * size * size,
    };
  }
  const channels = layer.input.shape[2];
  const ones = new Float32Array(channels * size * size).fill(1);
  const w = graph.constant(`${id}.ones`, 'float', [channels, 1, size, size], ones);
  const output = `${id}.sum`;
  return {
    name: graph.node('Conv', [name, w], { output, attributes: { ...attributes, group: channels } }),
    factor,
  };
};

/** A sum, because means over maps of any size are not exact. */
const emitGlobalAveragePool: Emitter = ({ graph, layer, inputs }) => {
  const { id } = layer.spec;
  const [{ name, factor }] = inputs;
  const axes = graph.constant(`${id}.axes`, 'int64', [2], BigInt64Array.of(2n, 3n));
  return { name: graph.node('ReduceSum', [name, axes], { output: `${id}.sum` }), factor };
};

const emitMaxPool: Emitter = ({ graph, layer, inputs }) => {
  const { id, size } = (layer as PackedLayer<MaxPoolSpec>).spec;
  const [{ name, factor }] = inputs;
  const attributes = { kernel_shape: [size, size], strides: [size, size] };
  return { name: graph.node('MaxPool', [name], { output: `${id}.any`, attributes }), factor };
};

const emitResidualAdd: Emitter = ({ graph, layer, inputs }) => {
  const { id, shift } = (layer as PackedLayer<ResidualAddSpec>).spec;
  const [main, shortcut] = inputs;
  const weight = (2 ** shift * shortcut!.factor) / main.factor;
  const w = graph.constant(`${id}.weight`, 'float', [1], Float32Array.of(weight));
  const weighted = graph.node('Mul', [shortcut!.name, w]);
  const name = graph.node('Add', [main.name, weighted], { output: `${id}.current` });
  return { name, factor: main.factor };
};

const emitLinear: Emitter = ({ graph, layer, inputs }) => {
  const { id } = layer.spec;
  const [{ name, factor }] = inputs;
  const { dims, weights } = linearMatrix(layer as PackedLayer<LinearSpec>);
  const scaled = Float32Array.from(weights, (weight) => weight * factor);
  const flat = graph.node('Flatten', [name], { attributes: { axis: 1 } });
  const w = graph.constant(`${id}.weight`, 'float', dims, scaled);
  return { name: graph.node('MatMul', [flat, w], { output: id }), factor: 1 };
};

function isIdentity(mixing: Int32Array, steps: number): boolean {
  return mixing.every((entry, i) => entry === (i % (steps + 1) === 0 ? 1 : 0));
}

/** Eq. 7: mixes the T currents as one matrix product, exact because folding keeps every sum below 2^24. */
function mix({ graph, layer }: Emission, current: string): string {
  const { steps } = layer.context;
  const [height, width, channels] = layer.output.shape;
  const { id } = layer.spec;
  const mixing = tensorData(layer, 'mixing', 'I32');
  if (isIdentity(mixing, steps)) return current;
  const shape = (name: string, ...dims: number[]): string =>
    graph.constant(`${id}.${name}`, 'int64', [dims.length], BigInt64Array.from(dims, BigInt));
  const rows = graph.node('Reshape', [current, shape('rows', steps, height * width * channels)]);
  const matrix = graph.constant(`${id}.mixing`, 'float', [steps, steps], Float32Array.from(mixing));
  const mixed = graph.node('MatMul', [matrix, rows]);
  return graph.node('Reshape', [mixed, shape('shape', steps, channels, height, width)]);
}

const emitMfp: Emitter = (emission) => {
  const { graph, layer, inputs, mode } = emission;
  const { steps } = layer.context;
  const channels = layer.output.shape[2];
  const { id } = layer.spec;
  const flip = tensorData(layer, 'flip', 'U8');
  const [input] = inputs;
  let current = input.name;
  if (input.negated === undefined && flip.includes(1)) {
    const signs = Float32Array.from(flip, (f) => (f === 1 ? -1 : 1));
    current = graph.node('Mul', [current, graph.constant(`${id}.sign`, 'float', [1, channels, 1, 1], signs)]);
  }
  const accumulated = mode === 'exact' ? mix(emission, current) : current;
  const table = tensorData(layer, mode === 'exact' ? 'threshold' : 'eq9Threshold', 'I32');
  const thresholds = Float32Array.from(table, (value, i) => (flip[i % channels] === 1 ? -value : value));
  const threshold = graph.constant(`${id}.threshold`, 'float', [steps, channels, 1, 1], thresholds);
  const fires = graph.node('GreaterOrEqual', [accumulated, threshold]);
  return { name: graph.node('Cast', [fires], { output: id, attributes: { to: 1 } }), factor: 1 };
};

/** All layers that have an ONNX form. */
export const emitters: Readonly<Record<string, Emitter | undefined>> = {
  conv: emitConv,
  averagePool: emitAveragePool,
  globalAveragePool: emitGlobalAveragePool,
  maxPool: emitMaxPool,
  residualAdd: emitResidualAdd,
  mfp: emitMfp,
  lif: emitLif,
  linear: emitLinear,
};
