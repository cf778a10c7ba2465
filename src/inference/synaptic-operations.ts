/** Exact counts of what spikes cost, from the spikes alone: the oracle for every engine's own counters. */
import {
  convPadding,
  type ConvSpec,
  type LinearSpec,
  type AnyModel,
  type PackedLayer,
  type Shape,
  type SignalInfo,
  type StepValues,
} from '../network/index.ts';

/** What one time step's input of one layer cost. */
export interface SynapticOperations {
  /** Sum of the inputs: spikes, spikes summed by pooling, or events. */
  readonly inputSpikes: number;
  /** Inputs that are not 0. */
  readonly activeInputs: number;
  /**
   * Every input spike times the synapses that it really reaches: at a border a convolution's kernel hangs over,
   * and rate times {@link denseOperations} would count too many.
   */
  readonly synapticOperations: number;
  /** The same for inputs that are not 0, whatever their value: what an engine that multiplies would do. */
  readonly multiplyAccumulates: number;
}

/** The reach of an input: how many outputs of each row and column it adds to, and outputs per position. */
interface FanOut {
  readonly rows: Uint32Array;
  readonly columns: Uint32Array;
  readonly outputs: number;
}

/** How many output positions of one axis each input position reaches. */
function reach(size: number, out: number, before: number, { kernel, stride }: ConvSpec): Uint32Array {
  return Uint32Array.from({ length: size }, (_, position) => {
    let count = 0;
    for (let k = 0; k < kernel; k++) {
      const start = position + before - k;
      if (start >= 0 && start % stride === 0 && start / stride < out) count++;
    }
    return count;
  });
}

/** An input that a layer reads through synapses. */
export interface SynapticInput {
  /** Id of the node that it comes from. */
  readonly source: string;
  readonly signal: SignalInfo;
}

/**
 * What a layer reads through synapses: the input of a convolution or linear layer, and the spikes that a shortcut adds
 * to the currents of its main branch, one synapse each. `null` for layers without synapses.
 *
 * @example
 * ```ts
 * import { randomModel, synapticInput } from 'saccade';
 * console.log(randomModel().layers.map((layer) => synapticInput(layer)?.source).slice(0, 2)); // ['input', undefined]
 * ```
 */
export function synapticInput({ spec, sources, inputs }: PackedLayer): SynapticInput | null {
  if (spec.kind === 'conv' || spec.kind === 'linear') return { source: sources[0], signal: inputs[0] };
  const [, shortcut] = inputs;
  if (spec.kind === 'residualAdd' && shortcut?.content === 'spikes')
    return { source: sources[1]!, signal: shortcut };
  return null;
}

/**
 * Ids of the layers with synapses, in the order of the network: the meaning of `StepResult.synapticOperations`.
 *
 * @example
 * ```ts
 * import { randomModel, synapticLayers } from 'saccade';
 * console.log(synapticLayers(randomModel())); // ['conv1', 'conv2', 'readout']
 * ```
 */
export function synapticLayers({ layers }: AnyModel): string[] {
  return layers.filter((layer) => synapticInput(layer) !== null).map(({ spec }) => spec.id);
}

function fanOut(layer: PackedLayer): FanOut {
  const [height, width] = layer.input.shape;
  if (layer.spec.kind === 'conv') {
    const conv = layer as PackedLayer<ConvSpec>;
    const [outHeight, outWidth, filters] = layer.output.shape;
    const { top, left } = convPadding(conv);
    return {
      rows: reach(height, outHeight, top, conv.spec),
      columns: reach(width, outWidth, left, conv.spec),
      outputs: filters,
    };
  }
  return {
    rows: new Uint32Array(height).fill(1),
    columns: new Uint32Array(width).fill(1),
    outputs: layer.spec.kind === 'linear' ? (layer as PackedLayer<LinearSpec>).spec.units : 1,
  };
}

/**
 * Counts the synaptic operations of one time step exactly.
 *
 * @param inputSpikes `[height, width, channels]`: what the layer's {@link synapticInput} put out.
 * @returns zeros for a layer without synapses.
 *
 * @example
 * ```ts
 * import { randomModel, synapticOperations } from 'saccade';
 * const [conv] = randomModel({ height: 3, width: 3, stack: [4] }).layers;
 * const input = new Int32Array(18);
 * input[0] = 2; // two events in the corner: a 3x3 kernel reaches 2x2 pixels with 4 filters each
 * console.log(synapticOperations(conv!, input).synapticOperations); // 32
 * ```
 */
export function synapticOperations(layer: PackedLayer, inputSpikes: StepValues): SynapticOperations {
  if (synapticInput(layer) === null)
    return { inputSpikes: 0, activeInputs: 0, synapticOperations: 0, multiplyAccumulates: 0 };
  const fan = fanOut(layer);
  const [height, width, channels] = layer.input.shape;
  let [spikes, active, operations, products] = [0, 0, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [sum, count] = [0, 0];
      for (let c = 0; c < channels; c++, i++) {
        const value = inputSpikes[i]!;
        if (value === 0) continue;
        sum += value;
        count++;
      }
      const synapses = fan.rows[y]! * fan.columns[x]! * fan.outputs;
      spikes += sum;
      active += count;
      operations += sum * synapses;
      products += count * synapses;
    }
  }
  return {
    inputSpikes: spikes,
    activeInputs: active,
    synapticOperations: operations,
    multiplyAccumulates: products,
  };
}

/**
 * Multiply-accumulates of a dense engine in one time step, as papers count them: taps times input channels for
 * every output, zero padding included. A shortcut of spikes has one for every neuron.
 *
 * @example
 * ```ts
 * import { denseOperations, randomModel } from 'saccade';
 * const [conv] = randomModel({ height: 8, width: 8, stack: [4] }).layers;
 * console.log(denseOperations(conv!)); // 4608 = 9 taps * 2 channels * 4 filters * 64 pixels
 * ```
 */
export function denseOperations(layer: PackedLayer): number {
  const { spec, input, output } = layer;
  if (spec.kind === 'conv') return (spec as ConvSpec).kernel ** 2 * input.shape[2] * elements(output.shape);
  if (spec.kind === 'linear') return elements(input.shape) * elements(output.shape);
  return synapticInput(layer) === null ? 0 : elements(output.shape);
}

/** Values of a shape. */
export function elements([height, width, channels]: Shape): number {
  return height * width * channels;
}
