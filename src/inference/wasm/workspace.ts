/**
 * What one stream, or the clips of one thread, need in memory beside the model: maps, what neurons remember, and the
 * kernels' parameter blocks that point to them.
 */
import { convPadding, type NeuronMode, type PackedLayer, type ConvSpec } from '../../network/index.ts';
import {
  blockBytes,
  INTEGER_SOURCE_FIELDS,
  NEURON,
  NOT_COUNTED,
  SOURCE_FIELDS,
  SOURCE_KIND,
  STAGE_FIELDS,
  writeBlock,
} from './blocks.ts';
import { WORD_BYTES, wordsFor } from './channel-order.ts';
import type { EngineMemory, MemoryPurpose } from './memory.ts';
import type { PackedModel, PackedNeuron } from './packed-model.ts';
import type { CurrentsPlan, IntegerSourcePlan, MapPlan, PlanNode, SourcePlan } from './plan.ts';
import { gatheredBytes, ListLayout, type ScratchNeeds } from './scratch.ts';

/** A map in memory. */
export interface MapPlace {
  readonly plan: MapPlan;
  readonly address: number;
  readonly stepBytes: number;
  /** 128-bit words of spikes, or 16-bit values, of a pixel. */
  readonly perPixel: number;
}

/** A stage ready to run. */
export interface StagePlace {
  readonly block: number;
  readonly neuron: PackedNeuron;
  readonly outHeight: number;
  /** Output rows of one call: their lists fit the scratch memory. */
  readonly bandRows: number;
}

type StageNode = Extract<PlanNode, { op: 'stage' }>;

/** Kinds of workspaces: all steps of a clip in slots of their own, or one step after the other in the same. */
export type WorkspaceKind = 'clip' | 'stream';

/** See the file comment. */
export class Workspace {
  readonly slots: number;
  readonly maps: readonly MapPlace[];
  /** Where the read-out adds up. */
  readonly sums: number;
  readonly #packed: PackedModel;
  readonly #kind: WorkspaceKind;
  readonly #mode: NeuronMode;
  /** Counters of synaptic operations by convolution; what is not in it is not looked at. */
  readonly #counters: ReadonlyMap<string, number>;
  readonly #counted = new Set<string>();
  readonly #stages = new Map<string, StagePlace>();
  readonly #needs: ScratchNeeds[] = [];
  #allocations: number[] = [];

  /** @throws InferenceError `OUT_OF_MEMORY`; nothing stays allocated then. */
  constructor(packed: PackedModel, kind: WorkspaceKind, mode: NeuronMode, counters: ReadonlyMap<string, number>) {
    this.#packed = packed;
    this.#kind = kind;
    this.#mode = mode;
    this.#counters = counters;
    this.slots = kind === 'clip' ? packed.model.network.steps : 1;
    try {
      this.sums = this.#allocate(4 * (packed.model.network.classes.length + 4), 'scratch');
      this.maps = packed.plan.maps.map((plan) => this.#placeMap(plan));
      for (const node of packed.plan.nodes) {
        if (node.op === 'stage') this.#placeStage(node);
      }
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /** What the stages ask of the scratch memory. */
  get needs(): readonly ScratchNeeds[] {
    return this.#needs;
  }

  /** The counter of a layer's synaptic operations. */
  counterOf(layer: string): number {
    return this.#counters.get(layer)!;
  }

  stage(node: StageNode): StagePlace {
    return this.#stages.get(node.layer.spec.id)!;
  }

  /** A block for `runCurrents`, made when somebody first listens to the layer. */
  currents(layer: PackedLayer): number {
    const known = this.#stages.get(layer.spec.id);
    if (known !== undefined) return known.block;
    // Its operations were counted when its neurons ran.
    const plan = this.#packed.plan.currentsOf(layer);
    const neuron = { neuron: NEURON.table, fields: {}, stateBytes: 0 };
    return this.#place(layer, plan, neuron, 0, 1, layer.output.shape[0]).block;
  }

  free(): void {
    for (const address of this.#allocations) this.#memory.free(address);
    this.#allocations = [];
  }

  get #memory(): EngineMemory {
    return this.#packed.memory;
  }

  #allocate(bytes: number, purpose: MemoryPurpose): number {
    const address = this.#memory.allocate(bytes, purpose);
    this.#allocations.push(address);
    return address;
  }

  #placeMap(plan: MapPlan): MapPlace {
    const [height, width, channels] = plan.shape;
    const spikes = plan.content === 'spikes';
    const perPixel = spikes ? wordsFor(channels) : 2 * Math.ceil(channels / 2);
    const stepBytes = height * width * perPixel * (spikes ? WORD_BYTES : 2) + 192;
    return { plan, address: this.#allocate(stepBytes * this.slots, 'spikes'), stepBytes, perPixel };
  }

  #placeStage(node: StageNode): void {
    const neuron = this.#packed.neuron(node, this.#mode);
    // Neurons with a memory run all steps of a clip pixel by pixel.
    const steps = this.#kind === 'clip' && neuron.stateBytes > 0 ? this.slots : 1;
    this.#place(node.layer, node.currents, neuron, this.maps[node.out]!.address, steps);
    for (const { conv } of [...node.currents.sources, ...node.currents.integerSources])
      if (conv !== null) this.#counted.add(conv.spec.id);
  }

  #place(
    layer: PackedLayer,
    currents: CurrentsPlan,
    neuron: PackedNeuron,
    out: number,
    steps: number,
    rows?: number,
  ): StagePlace {
    const [outHeight, outWidth, channels] = layer.output.shape;
    const words = wordsFor(channels);
    const lists = new ListLayout(currents.sources, outHeight, steps, rows);
    const sources = this.#allocate(blockBytes(SOURCE_FIELDS) * currents.sources.length, 'scratch');
    currents.sources.forEach((source, i) => {
      this.#writeSource(sources + i * blockBytes(SOURCE_FIELDS), source, lists.fields[i]!);
    });
    const integerSources = this.#allocate(
      blockBytes(INTEGER_SOURCE_FIELDS) * currents.integerSources.length,
      'scratch',
    );
    currents.integerSources.forEach((source, i) => {
      this.#writeIntegerSource(integerSources + i * blockBytes(INTEGER_SOURCE_FIELDS), source);
    });
    const stream = this.#kind === 'stream';
    const pixelState = neuron.stateBytes * words;
    const state = pixelState === 0 ? 0 : this.#allocate(pixelState * (stream ? outHeight * outWidth : 1), 'state');
    const block = this.#allocate(blockBytes(STAGE_FIELDS), 'scratch');
    writeBlock(this.#memory.views, block, STAGE_FIELDS, {
      outHeight,
      outWidth,
      words,
      channels,
      out,
      outStepBytes: outHeight * outWidth * words * WORD_BYTES + 192,
      sources,
      sourceCount: currents.sources.length,
      integerSources,
      integerCount: currents.integerSources.length,
      neuron: neuron.neuron,
      ...neuron.fields,
      extra: this.#packed.bounds(currents).extra,
      steps: this.#packed.model.network.steps,
      stateBytes: neuron.stateBytes,
      state,
      statePixelBytes: stream ? pixelState : 0,
    });
    const place = { block, neuron, outHeight, bandRows: lists.bandRows };
    this.#stages.set(layer.spec.id, place);
    this.#needs.push({ lists: lists.bytes, ...gatheredBytes(currents), words });
    return place;
  }

  /** A convolution that several stages read counts once. */
  #counter({ spec }: PackedLayer<ConvSpec>): number {
    return this.#counted.has(spec.id) ? this.#counters.size : this.#counters.get(spec.id)!;
  }

  #writeSource(block: number, source: SourcePlan, lists: Readonly<Record<string, number>>): void {
    const { kind, conv, shape, bit, plane } = source;
    const { address, stepBytes, perPixel, plan } = this.maps[source.map]!;
    const common = {
      kind: SOURCE_KIND[kind],
      map: address,
      mapStepBytes: stepBytes,
      inHeight: shape[0],
      inWidth: shape[1],
      inWords: perPixel,
      mapWidth: plan.shape[1],
      bit,
      plane,
      ...lists,
    };
    const { views } = this.#memory;
    if (conv === null) {
      writeBlock(views, block, SOURCE_FIELDS, { ...common, zeroRow: this.#zeroRow(shape[2]), kernel: 1, stride: 1, counter: NOT_COUNTED });
      return;
    }
    const { top, left } = convPadding(conv);
    const { weights, zeroRow, rowBytes, byteOffsets } = this.#packed.binary(conv);
    writeBlock(this.#memory.views, block, SOURCE_FIELDS, {
      ...common,
      kernel: conv.spec.kernel,
      stride: conv.spec.stride,
      padTop: top,
      padLeft: left,
      weights,
      zeroRow,
      rowBytes,
      tapBytes: conv.input.shape[2] * rowBytes,
      counter: this.#counter(conv),
      byteOffsets,
    });
  }

  /** A row that adds nothing, for stages that have no weights of that width. */
  #zeroRow(channels: number): number {
    return this.#allocate(wordsFor(channels) * WORD_BYTES, 'scratch');
  }

  #writeIntegerSource(block: number, { map, shift, conv }: IntegerSourcePlan): void {
    const { address, stepBytes, perPixel, plan } = this.maps[map]!;
    const { top, left } = convPadding(conv);
    const { weights, groups } = this.#packed.integer(conv);
    writeBlock(this.#memory.views, block, INTEGER_SOURCE_FIELDS, {
      map: address,
      mapStepBytes: stepBytes,
      inHeight: plan.shape[0],
      inWidth: plan.shape[1],
      inPairs: perPixel / 2,
      kernel: conv.spec.kernel,
      stride: conv.spec.stride,
      padTop: top,
      padLeft: left,
      weights,
      groups,
      shift,
      counter: this.#counter(conv),
    });
  }
}
