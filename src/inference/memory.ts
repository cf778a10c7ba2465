/** What a model and an engine keep in memory, item by item: weights, thresholds, state, spikes, scratch. */
import {
  layerKindOf,
  walkGraph,
  type AnyModel,
  type NeuronCosts,
  type PackedLayer,
} from '../network/index.ts';
import type { InferenceMode } from './engine.ts';
import { elements } from './synaptic-operations.ts';

/** Bytes by what they are for. 1 MB is 10^6 bytes wherever saccade prints it. */
export interface MemoryUse {
  /** Synaptic weights. */
  readonly weights: number;
  /** A threshold per neuron layer, time step and channel, and the direction of the comparison. */
  readonly thresholds: number;
  /** What a neuron has to remember between time steps. */
  readonly state: number;
  /** Spikes between layers. */
  readonly spikes: number;
  /** Everything else that a run needs. */
  readonly scratch: number;
}

/** The least that a model needs, whatever engine runs it. Scratch is the engine's affair and 0 here. */
export interface ModelMemory {
  /** Layer by layer over a whole clip: no state, but the spikes of all T steps of the layers that are alive. */
  readonly clip: MemoryUse;
  /** Step by step: spikes of one step of the layers that are alive, and the state that M demands. */
  readonly streaming: MemoryUse;
  /** For comparison: float32 weights, and float32 membranes of a LIF network with the same neurons. */
  readonly float32Weights: number;
  readonly float32Membranes: number;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/**
 * The most spikes that are alive at once. Pools, convolutions and additions happen while a neuron layer or the read-out
 * runs and keep nothing: what they read is alive until then. In a plain network that is the layer before and the layer
 * itself; around a residual block its input lives until the block's last neurons have added it.
 */
function peakSpikeBytes(layers: readonly PackedLayer[]): number {
  const keeps = ({ spec }: PackedLayer): boolean => layerKindOf(spec).spiking;
  const lastReader = new Map<PackedLayer, number>();
  walkGraph<PackedLayer, ReadonlySet<PackedLayer>>(layers, new Set(), (layer, inputs, index) => {
    const origins = new Set(inputs.flatMap((spiking) => [...spiking]));
    for (const origin of origins) lastReader.set(origin, index);
    return keeps(layer) ? new Set([layer]) : origins;
  });
  return layers.reduce((most, layer, index) => {
    if (!keeps(layer)) return most;
    const alive = layers.slice(0, index).filter((other) => (lastReader.get(other) ?? -1) >= index);
    const bytes = [...alive, layer].map(({ output }) => Math.ceil(elements(output.shape) / 8));
    return Math.max(most, total(bytes));
  }, 0);
}

/**
 * Adds up what a model needs with 1-bit weights as bits, 8-bit ones as bytes, spikes as bits, and thresholds and
 * currents in the smaller of int16 and int32 that holds them.
 *
 * @example
 * ```ts
 * import { modelMemory, randomModel } from 'saccade';
 * const { streaming, clip } = modelMemory(randomModel({ structure: 'rank1' }), 'exact');
 * console.log(clip.state, streaming.state); // 0 1344
 * ```
 */
export function modelMemory({ layers, network }: AnyModel, mode: InferenceMode): ModelMemory {
  const neurons = layers.filter(({ spec }) => layerKindOf(spec).spiking);
  const weighted = layers.filter(({ tensors }) => tensors['weight'] !== undefined);
  const weights = total(weighted.map(({ tensors }) => tensors['weight']!.data.byteLength));
  const costs = neurons.flatMap((layer): NeuronCosts[] => {
    const own = layerKindOf(layer.spec).costs?.(layer, mode);
    return own ? [own] : [];
  });
  const thresholds = total(costs.map(({ thresholdBytes }) => thresholdBytes));
  const spikes = peakSpikeBytes(layers);
  const common = { weights, thresholds, scratch: 0 };
  return {
    clip: { ...common, state: 0, spikes: network.steps * spikes },
    streaming: { ...common, state: total(costs.map(({ stateBytes }) => stateBytes)), spikes },
    float32Weights: 4 * total(weighted.map(weightCount)),
    float32Membranes: 4 * total(neurons.map(({ output }) => elements(output.shape))),
  };
}

function weightCount({ spec, input, output }: PackedLayer): number {
  if (spec.kind === 'linear') return elements(input.shape) * output.shape[2];
  const { kernel } = spec as PackedLayer['spec'] & { readonly kernel: number };
  return kernel ** 2 * input.shape[2] * output.shape[2];
}
