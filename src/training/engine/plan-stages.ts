/** The stages of a network, in the order of its nodes. */
import {
  readersOf,
  resolveNetwork,
  type AnyLayerSpec,
  type LayerNode,
  type LifSpec,
  type MfpNode,
  type NetworkDescription,
  type ResidualAddSpec,
} from '../../network/index.ts';
import type { ConvNode } from './conv-geometry.ts';
import { ConvStage } from './conv-stage.ts';
import { LifRule } from './lif-rule.ts';
import { MfpRule } from './mfp-rule.ts';
import { NeuronStage } from './neuron-stage.ts';
import { PoolStage } from './pool-stage.ts';
import { BranchStage, JoinStage, ResidualStage } from './residual-stage.ts';
import { padded } from './space.ts';
import type { CurrentsSource, MapPlace, PlanContext, Stage } from './stage.ts';

type AnyNode = LayerNode<AnyLayerSpec>;

/** See the file comment. */
export interface PlannedStages {
  readonly stages: readonly Stage[];
  readonly neurons: readonly NeuronStage[];
  readonly convolutions: readonly ConvStage[];
  readonly readOut: ConvStage;
  readonly input: MapPlace;
}

/** The stages, which have said what memory they need. */
export function planStages(description: NetworkDescription, plan: PlanContext): PlannedStages {
  return new StagePlanner(description, plan).planned;
}

class StagePlanner {
  readonly planned: PlannedStages;
  readonly #plan: PlanContext;
  readonly #nodes: readonly AnyNode[];
  readonly #readers: ReadonlyMap<string, readonly AnyNode[]>;
  readonly #maps = new Map<string, MapPlace>();
  readonly #sources = new Map<string, CurrentsSource>();
  readonly #stages: Stage[] = [];
  readonly #neurons: NeuronStage[] = [];
  readonly #convolutions: ConvStage[] = [];
  #mapCount = 0;

  constructor(description: NetworkDescription, plan: PlanContext) {
    this.#plan = plan;
    this.#nodes = resolveNetwork(description) as AnyNode[];
    this.#readers = readersOf(this.#nodes);
    const { height, width, channels, maxCount } = description.input;
    const input = this.#addMap(height * width * channels, {
      height,
      width,
      channels,
      stride: channels,
      bound: maxCount,
      gradient: null,
    });
    const source = this.#nodes[0]!.sources[0];
    this.#maps.set(source, input);
    for (const node of this.#nodes) this.#add(node);
    this.planned = {
      stages: this.#stages,
      neurons: this.#neurons,
      convolutions: this.#convolutions,
      readOut: this.#convolutions.at(-1)!,
      input,
    };
  }

  #add(node: AnyNode): void {
    const { spec } = node;
    switch (spec.kind) {
      case 'conv':
      case 'linear': {
        const conv = new ConvStage(node as ConvNode, this.#read(node), this.#plan, this.#convolutions.length);
        this.#stages.push(conv);
        this.#convolutions.push(conv);
        this.#addSource(spec.id, conv);
        break;
      }
      case 'residualAdd':
        this.#addResidual(node as LayerNode<ResidualAddSpec>);
        break;
      case 'mfp':
      case 'lif':
        this.#addNeurons(node as MfpNode | LayerNode<LifSpec>);
        break;
      default: {
        const from = this.#read(node);
        const { output } = node;
        // What pools counts has nothing to train before it.
        const to = this.#mapBehind(node, from.stride, output.bound, from.gradient !== null);
        const window =
          spec.kind === 'globalAveragePool'
            ? ([from.height, from.width] as const)
            : ([spec.size, spec.size] as const);
        this.#stages.push(
          new PoolStage(spec.kind === 'maxPool' ? 'max' : 'sum', window, from, to, this.#plan),
        );
      }
    }
  }

  #addNeurons(node: MfpNode | LayerNode<LifSpec>): void {
    const source = this.#sources.get(node.sources[0])!;
    const { currents } = source;
    const map = this.#mapBehind(node as AnyNode, padded(currents.channels), 1, true);
    const rule =
      node.spec.kind === 'mfp'
        ? new MfpRule(node as MfpNode, currents, this.#plan)
        : new LifRule(node as LayerNode<LifSpec>, currents, this.#plan);
    const stage = new NeuronStage(node, rule, source, map, this.#plan);
    this.#stages.push(stage);
    this.#neurons.push(stage);
  }

  #addResidual(node: LayerNode<ResidualAddSpec>): void {
    const { id, shift } = node.spec;
    const [main, other] = node.sources as readonly [string, string];
    const currents = this.#sources.get(other)?.currents;
    const shortcut = currents === undefined ? { spikes: this.#read(node as AnyNode, 1) } : { currents };
    const stage = new ResidualStage(id, this.#sources.get(main)!, shortcut, 2 ** shift, this.#plan);
    this.#stages.push(stage);
    this.#addSource(id, stage);
  }

  /** Keeps what puts out currents. If an addition reads them, it also is given their gradient. */
  #addSource(id: string, source: CurrentsSource): void {
    this.#sources.set(id, source);
    const reader = this.#readers.get(id)?.[0];
    if (reader?.spec.kind !== 'residualAdd') return;
    const factor = reader.sources[0] === id ? 1 : 2 ** reader.spec.shift;
    this.#stages.push(new BranchStage(`sum ${reader.spec.id}`, source.currents, factor, this.#plan));
  }

  /** The map that a node reads, with the room for the gradient that the node makes. */
  #read(node: AnyNode, source = 0): MapPlace {
    const id = node.sources[source]!;
    const map = this.#maps.get(id)!;
    if (map.gradient === null || this.#readers.get(id)!.at(-1) === node) return map;
    this.#plan.rooms.need('branch', 4 * this.#plan.samples * this.#plan.steps * map.bytes);
    this.#stages.push(new JoinStage(map, this.#plan));
    return { ...map, gradient: 'branch' };
  }

  /** The map that a node puts out; two rooms take turns where it is read by the next node and by no other. */
  #mapBehind(node: AnyNode, stride: number, bound: number, back: boolean): MapPlace {
    const [height, width, channels] = node.output.shape;
    const { id } = node.spec;
    const readers = this.#readers.get(id)!;
    const next = readers.length === 1 && this.#nodes.indexOf(readers[0]!) === this.#nodes.indexOf(node) + 1;
    const inTurn = this.#mapCount++ % 2 === 0 ? 'evenMaps' : 'oddMaps';
    const gradient = back ? (next ? inTurn : (`map ${id}` as const)) : null;
    const map = this.#addMap(height * width * stride, { height, width, channels, stride, bound, gradient });
    this.#maps.set(id, map);
    return map;
  }

  #addMap(bytes: number, map: Omit<MapPlace, 'address' | 'bytes'>): MapPlace {
    const { layout, samples, steps } = this.#plan;
    return { ...map, bytes, address: layout.reserve(samples * steps * bytes) };
  }
}
