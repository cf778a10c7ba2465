/**
 * How a model runs on the kernels. Convolutions, the sums of residual blocks and the neuron that reads them become one
 * stage each; 2x2 average pools are read where they are used and never computed. What is left are maps of spikes, maps
 * of small integers and the read-out.
 */
import {
  INPUT_ID,
  layerKindOf,
  type AveragePoolSpec,
  type ConvSpec,
  type LinearSpec,
  type AnyModel,
  type PackedLayer,
  type ResidualAddSpec,
  type Shape,
} from '../../network/index.ts';
import { InferenceError } from '../errors.ts';

/** A map that is kept in memory: packed spikes, or 16-bit values. */
export interface MapPlan {
  readonly content: 'spikes' | 'values';
  readonly shape: Shape;
}

/** A map that a 2x2 average pool is read from, or a map as it is. */
export interface SourcePlan {
  readonly kind: 'spikes' | 'poolOnes' | 'poolTwos' | 'valueBit' | 'identity';
  /** Index of the map. */
  readonly map: number;
  /** The shape that the convolution sees. */
  readonly shape: Shape;
  /** Which bit of the values or sums. */
  readonly bit: number;
  /** A row counts 2^plane. */
  readonly plane: number;
  /** Whether its synaptic operations count: a convolution that is read more than once counts where it is first. */
  readonly counts: boolean;
  /** The convolution; `null` for the spikes of a shortcut. */
  readonly conv: PackedLayer<ConvSpec> | null;
}

/** A convolution with 8-bit weights. */
export interface IntegerSourcePlan {
  readonly map: number;
  readonly shift: number;
  /** As in {@link SourcePlan}. */
  readonly counts: boolean;
  readonly conv: PackedLayer<ConvSpec>;
}

/** What reaches a neuron, or a layer of currents that somebody listens to. */
export interface CurrentsPlan {
  readonly sources: readonly SourcePlan[];
  readonly integerSources: readonly IntegerSourcePlan[];
}

/** A piece of work: one output map, or the logits. */
export type PlanNode =
  | {
      readonly op: 'stage';
      readonly layer: PackedLayer;
      readonly out: number;
      readonly currents: CurrentsPlan;
    }
  | {
      readonly op: 'maximum' | 'sum';
      /** `null` for a map of spikes that is needed as values. */
      readonly layer: PackedLayer | null;
      readonly in: number;
      readonly out: number;
      readonly window: readonly [height: number, width: number];
    }
  | {
      readonly op: 'linear';
      readonly layer: PackedLayer<LinearSpec>;
      readonly in: number;
      readonly size: number;
    };

/** A plan: maps, and work in order. Map 0 holds the event counts. */
export interface Plan {
  readonly maps: readonly MapPlan[];
  readonly nodes: readonly PlanNode[];
  /** The map that holds the output of a layer, for those that have one. */
  readonly mapOf: ReadonlyMap<string, number>;
  /** What reaches a layer of currents that some stage reads already. */
  readonly currentsOf: (layer: PackedLayer) => CurrentsPlan;
}

/** Values of maps are 16-bit; those that 8-bit weights read have a sign. */
const MAX_VALUE = 65_535;
const MAX_SIGNED_VALUE = 32_767;

/**
 * Plans a model.
 *
 * @throws InferenceError `UNSUPPORTED_MODEL` for numbers that the kernels have no room for.
 */
export function planModel(model: AnyModel): Plan {
  return new Planner(model).plan();
}

class Planner {
  readonly #layers: ReadonlyMap<string, PackedLayer>;
  readonly #order: readonly PackedLayer[];
  readonly #maps: MapPlan[];
  readonly #nodes: PlanNode[] = [];
  readonly #mapOf = new Map<string, number>();
  /** Maps of values that were made from others, by what they were made of. */
  readonly #sums = new Map<string, number>();
  /** Convolutions that something reads already. */
  readonly #counted = new Set<string>();

  constructor({ layers, network }: AnyModel) {
    this.#layers = new Map(layers.map((layer) => [layer.spec.id, layer]));
    this.#order = layers;
    const { height, width, channels, maxCount } = network.input;
    this.#maps = [{ content: 'values', shape: [height, width, channels] }];
    this.#mapOf.set(INPUT_ID, 0);
    requireRoom(INPUT_ID, maxCount, MAX_VALUE);
  }

  plan(): Plan {
    for (const layer of this.#order) this.#add(layer);
    return {
      maps: this.#maps,
      nodes: this.#nodes,
      mapOf: this.#mapOf,
      currentsOf: (layer) => this.#currents(layer.spec.id, 0),
    };
  }

  #add(layer: PackedLayer): void {
    const { spec, output } = layer;
    if (layerKindOf(spec).spiking) {
      const currents = this.#currents(layer.sources[0], 0);
      const out = this.#newMap(spec.id, { content: 'spikes', shape: output.shape });
      this.#nodes.push({ op: 'stage', layer, out, currents });
    } else if (spec.kind === 'maxPool') {
      const { size } = spec as AveragePoolSpec;
      const from = this.#mapOf.get(layer.sources[0])!;
      const out = this.#newMap(spec.id, { content: 'spikes', shape: output.shape });
      this.#nodes.push({ op: 'maximum', layer, in: from, out, window: [size, size] });
    } else if (spec.kind === 'linear') {
      this.#nodes.push(this.#linear(layer as PackedLayer<LinearSpec>));
    } else if (!TRANSPARENT.has(spec.kind)) {
      throw new InferenceError('UNSUPPORTED_MODEL', 0, `Layer ${spec.id}: no kernel for kind ${spec.kind}.`);
    }
  }

  #linear(layer: PackedLayer<LinearSpec>): PlanNode {
    const source = this.#layers.get(layer.sources[0]);
    const pooled = source === undefined ? undefined : this.#averagePoolOfSpikes(source);
    if (pooled !== undefined) return { op: 'linear', layer, in: pooled.map, size: pooled.size };
    const spikes = this.#spikesOf(layer.sources[0]);
    return { op: 'linear', layer, in: spikes ?? this.#valuesOf(layer.sources[0]), size: 1 };
  }

  /** Everything that a layer of currents adds up, times 2^shift. */
  #currents(id: string, shift: number): CurrentsPlan {
    const layer = this.#layers.get(id)!;
    if (layer.spec.kind === 'conv') return this.#convolution(layer as PackedLayer<ConvSpec>, shift);
    if (layer.spec.kind !== 'residualAdd') return this.#shortcut(layer, shift);
    const [main, shortcut] = layer.sources as readonly [string, string];
    const a = this.#currents(main, shift);
    const b = this.#currents(shortcut, shift + (layer.spec as ResidualAddSpec).shift);
    return {
      sources: [...a.sources, ...b.sources],
      integerSources: [...a.integerSources, ...b.integerSources],
    };
  }

  /** A spike of a shortcut is worth 2^shift: half of that twice, as a count of 2^(shift - 1). */
  #shortcut(layer: PackedLayer, shift: number): CurrentsPlan {
    const map = this.#mapOf.get(layer.spec.id)!;
    const plane = shift - 1;
    return {
      sources: [
        { kind: 'identity', map, shape: layer.output.shape, bit: 0, plane, counts: false, conv: null },
      ],
      integerSources: [],
    };
  }

  #convolution(conv: PackedLayer<ConvSpec>, shift: number): CurrentsPlan {
    const [from] = conv.sources;
    const { shape, bound } = conv.input;
    const counts = !this.#counted.has(conv.spec.id);
    this.#counted.add(conv.spec.id);
    if (conv.spec.weights === 'int8') {
      requireRoom(conv.spec.id, bound, MAX_SIGNED_VALUE);
      return { sources: [], integerSources: [{ map: this.#valuesOf(from), shift, counts, conv }] };
    }
    const source = (kind: SourcePlan['kind'], map: number, bit: number): SourcePlan => ({
      kind,
      map,
      shape,
      bit,
      plane: shift + bit,
      counts,
      conv,
    });
    const spikes = this.#spikesOf(from);
    if (spikes !== undefined) return { sources: [source('spikes', spikes, 0)], integerSources: [] };
    const layer = this.#layers.get(from);
    const pooled = layer === undefined ? undefined : this.#averagePoolOfSpikes(layer);
    if (pooled?.size === 2) {
      const { map } = pooled;
      return { sources: [source('poolOnes', map, 0), source('poolTwos', map, 1)], integerSources: [] };
    }
    const map = this.#valuesOf(from);
    const bits = 32 - Math.clz32(bound);
    return {
      sources: Array.from({ length: bits }, (_, bit) => source('valueBit', map, bit)),
      integerSources: [],
    };
  }

  /** The map of a node that puts out spikes. */
  #spikesOf(id: string): number | undefined {
    const map = this.#mapOf.get(id);
    return map !== undefined && this.#maps[map]!.content === 'spikes' ? map : undefined;
  }

  #averagePoolOfSpikes({ spec, sources }: PackedLayer): { map: number; size: number } | undefined {
    if (spec.kind !== 'averagePool') return undefined;
    const map = this.#spikesOf(sources[0]);
    return map === undefined ? undefined : { map, size: (spec as AveragePoolSpec).size };
  }

  /** A node's output as a map of values; made if there is none yet. */
  #valuesOf(id: string): number {
    const map = this.#mapOf.get(id);
    if (map !== undefined && this.#maps[map]!.content === 'values') return map;
    const known = this.#sums.get(id);
    if (known !== undefined) return known;
    const layer = this.#layers.get(id)!;
    requireRoom(id, layer.output.bound, MAX_VALUE);
    const pool = layer.spec.kind === 'averagePool' || layer.spec.kind === 'globalAveragePool';
    const source = pool ? layer.sources[0] : id;
    const from = this.#spikesOf(source) ?? this.#valuesOf(source);
    const [height, width] = layer.input.shape;
    const size = (layer.spec as Partial<AveragePoolSpec>).size;
    const window = !pool
      ? ([1, 1] as const)
      : size === undefined
        ? ([height, width] as const)
        : ([size, size] as const);
    const out = this.#maps.push({ content: 'values', shape: layer.output.shape }) - 1;
    this.#nodes.push({ op: 'sum', layer: pool ? layer : null, in: from, out, window });
    this.#sums.set(id, out);
    return out;
  }

  #newMap(id: string, map: MapPlan): number {
    const index = this.#maps.push(map) - 1;
    this.#mapOf.set(id, index);
    return index;
  }
}

/** Layers that are part of what reads them. */
const TRANSPARENT: ReadonlySet<string> = new Set(['conv', 'residualAdd', 'averagePool', 'globalAveragePool']);

function requireRoom(id: string, bound: number, limit: number): void {
  if (bound > limit) {
    throw new InferenceError(
      'UNSUPPORTED_MODEL',
      0,
      `Layer ${id}: values up to ${bound} pass ${limit}; lower input.maxCount.`,
    );
  }
}
