/** A model in an engine's memory: weights once, thresholds of a mode when it is first asked for. */
import {
  type ConvSpec,
  type LinearSpec,
  type AnyModel,
  type NeuronMode,
  type PackedLayer,
} from '../../network/index.ts';
import { NEURON } from './blocks.ts';
import { wordsFor } from './channel-order.ts';
import { firingRule } from './firing-rule.ts';
import type { EngineMemory } from './memory.ts';
import {
  packChannels,
  packFlip,
  packPairMixing,
  packSilent,
  packSlicedTable,
  packStepWeights,
  packThresholds,
  packWideMixing,
} from './pack-neurons.ts';
import {
  packBinaryWeights,
  packIntegerWeights,
  packLinearWeights,
  type BinaryWeights,
  type IntegerWeights,
  type LinearWeights,
} from './pack-weights.ts';
import { planModel, type CurrentsPlan, type Plan, type PlanNode } from './plan.ts';

/** The neuron's fields of a stage's block, and whether it remembers anything from step to step. */
export interface PackedNeuron {
  readonly neuron: number;
  readonly fields: Readonly<Record<string, number>>;
  /** Bytes per word of a pixel that the neuron remembers. */
  readonly stateBytes: number;
  /** The same for a stream, where that is less. */
  readonly streamStateBytes?: number;
}

/** What a stage's numbers reach. */
interface Bounds {
  /** Largest N of a neuron. */
  readonly most: number;
  /** What identity shortcuts add to a count. */
  readonly extra: number;
  /** Largest current. */
  readonly current: number;
}

type StageNode = Extract<PlanNode, { op: 'stage' }>;

/** Bytes of 128 32-bit numbers. */
const NUMBERS_BYTES = 512;
const INT16_MAX = 32_767;

/** Bytes of a pair of steps where a layer has one word: by quarters that hold channels, see kernels/engine/mixing.ts. */
function densePairBytes(channels: number): number {
  if (channels > 64) return NUMBERS_BYTES;
  return (channels > 32 ? 2 : 1) * (NUMBERS_BYTES / 4);
}

/** See the file comment. */
export class PackedModel {
  readonly model: AnyModel;
  readonly plan: Plan;
  readonly memory: EngineMemory;
  /** Counters of synaptic operations by layer; one more is for what counts nowhere. */
  readonly counters: ReadonlyMap<string, number>;
  readonly #binary = new Map<string, BinaryWeights>();
  readonly #integer = new Map<string, IntegerWeights>();
  readonly #linear = new Map<string, LinearWeights>();
  readonly #neurons = new Map<string, PackedNeuron>();

  /** @throws InferenceError `UNSUPPORTED_MODEL`, `OUT_OF_MEMORY`. */
  constructor(model: AnyModel, memory: EngineMemory) {
    this.model = model;
    this.memory = memory;
    this.plan = planModel(model);
    this.counters = new Map(
      model.layers
        .filter(({ tensors }) => tensors['weight'] !== undefined)
        .map(({ spec }, i) => [spec.id, i]),
    );
  }

  binary(conv: PackedLayer<ConvSpec>): BinaryWeights {
    return this.#getOrPack(this.#binary, conv.spec.id, () => packBinaryWeights(this.memory, conv));
  }

  integer(conv: PackedLayer<ConvSpec>): IntegerWeights {
    return this.#getOrPack(this.#integer, conv.spec.id, () => packIntegerWeights(this.memory, conv));
  }

  linear(layer: PackedLayer<LinearSpec>): LinearWeights {
    return this.#getOrPack(this.#linear, layer.spec.id, () => packLinearWeights(this.memory, layer));
  }

  neuron(node: StageNode, mode: NeuronMode): PackedNeuron {
    // Weights that the bounds are read off stay, even if the thresholds find no room.
    const bounds = this.bounds(node.currents);
    return this.#getOrPack(this.#neurons, `${mode} ${node.layer.spec.id}`, () =>
      this.#packNeuron(node, mode, bounds),
    );
  }

  /** What a stage's numbers reach. */
  bounds({ sources, integerSources }: CurrentsPlan): Bounds {
    let [most, extra, current] = [0, 0, 0];
    for (const { conv, kind, plane } of sources) {
      if (conv === null) {
        extra += 2 ** plane;
        current += 2 ** (plane + 1);
        continue;
      }
      const taps = conv.spec.kernel ** 2 * conv.input.shape[2];
      // Of four spikes in a window three can count once and one twice, or four twice: bounded by their sum.
      if (kind === 'poolTwos') most += 4 * taps * 2 ** (plane - 1);
      else if (kind !== 'poolOnes') most += taps * 2 ** plane;
    }
    for (const { conv, shift } of integerSources) current += this.integer(conv).bound * 2 ** shift;
    return { most, extra, current: current + most };
  }

  #getOrPack<Value>(known: Map<string, Value>, key: string, pack: () => Value): Value {
    const value = known.get(key) ?? this.memory.allOrNothing(pack);
    known.set(key, value);
    return value;
  }

  #packNeuron(node: StageNode, mode: NeuronMode, { most, extra, current }: Bounds): PackedNeuron {
    const { memory } = this;
    const rule = firingRule(node.layer, mode);
    const flip = packFlip(memory, rule);
    const silent = packSilent(memory, rule);
    const { steps } = node.layer.context;
    const { mixing } = rule;
    if (mixing.kind === 'none' && node.currents.integerSources.length === 0) {
      const fields = { flip, silent, ...packSlicedTable(memory, rule, most, extra) };
      return { neuron: NEURON.slicedTable, fields, stateBytes: 0 };
    }
    const perStep = mixing.kind !== 'leak';
    const fields = {
      flip,
      silent,
      thresholds: packThresholds(memory, rule),
      thresholdStepBytes: perStep ? NUMBERS_BYTES * wordsFor(rule.flip.length) : 0,
    };
    const fits = (weights: Int32Array): boolean =>
      current <= INT16_MAX && weights.every((weight) => Math.abs(weight) <= INT16_MAX);
    switch (mixing.kind) {
      case 'none':
        return { neuron: NEURON.table, fields, stateBytes: 0 };
      case 'rank1': {
        const weights = packStepWeights(memory, mixing.weights);
        const neuron = fits(mixing.weights) ? NEURON.rank1Narrow : NEURON.rank1Wide;
        return { neuron, fields: { ...fields, mixing: weights }, stateBytes: NUMBERS_BYTES };
      }
      case 'leak': {
        const { parts: leakParts } = mixing;
        const scale = packChannels(memory, mixing.scale);
        const bias = packChannels(memory, mixing.bias);
        return {
          neuron: NEURON.lif,
          fields: { ...fields, scale, bias, leakParts },
          stateBytes: NUMBERS_BYTES,
        };
      }
      case 'full': {
        if (fits(mixing.matrix)) {
          const packed = packPairMixing(memory, mixing.matrix, steps);
          const pairs = Math.ceil(steps / 2);
          return {
            neuron: NEURON.mixNarrow,
            fields: { ...fields, ...packed },
            stateBytes: pairs * NUMBERS_BYTES,
            streamStateBytes: pairs * densePairBytes(rule.flip.length),
          };
        }
        const packed = packWideMixing(memory, mixing.matrix, steps);
        return {
          neuron: NEURON.mixWide,
          fields: { ...fields, ...packed },
          stateBytes: steps * NUMBERS_BYTES,
        };
      }
    }
  }
}
