/**
 * What one stream, or the clips of an engine, need in memory beside the model: maps, what neurons remember, and the
 * kernels' parameter blocks that point to them.
 */
import type { FrameArray } from '../../frames/index.ts';
import type { NeuronMode, PackedLayer } from '../../network/index.ts';
import { blockBytes, NEURON, NODE_FIELDS, OP, writeBlock } from './blocks.ts';
import { numberIndex, WORD_CHANNELS, wordsFor } from './channel-order.ts';
import type { Kernel } from './kernel.ts';
import { placeMap, type MapPlace } from './map-place.ts';
import type { EngineMemory, MemoryPurpose } from './memory.ts';
import type { PackedModel } from './packed-model.ts';
import type { PlanNode } from './plan.ts';
import type { Scratch, ScratchNeeds } from './scratch.ts';
import { StageWriter, type StagePlace } from './stage-blocks.ts';

/** What a workspace is for: all steps of a clip in slots of their own, or a stream whose steps share one slot. */
export interface WorkspaceOptions {
  readonly kind: 'clip' | 'stream';
  readonly mode: NeuronMode;
  readonly threads: number;
}

/** See the file comment. */
export class Workspace {
  readonly options: WorkspaceOptions;
  readonly slots: number;
  readonly maps: readonly MapPlace[];
  /** Address of the blocks of all nodes, one after the other. */
  readonly nodes: number;
  /** Address of the logits, `[slot][units]`, and the bytes of a slot. */
  readonly logits: number;
  readonly logitBytes: number;
  /** What the stages ask of the scratch memory. */
  readonly needs: ScratchNeeds[] = [];
  /** Nodes that run all steps of a clip pixel by pixel, because neurons remember. */
  readonly remembering: ReadonlySet<PlanNode>;
  readonly #packed: PackedModel;
  readonly #writer: StageWriter;
  /** Address of the counts of a step as they came. */
  readonly #counts: number;
  readonly #tapped = new Map<string, StagePlace>();
  #allocations: number[] = [];

  /** @throws InferenceError `OUT_OF_MEMORY`; nothing stays allocated then. */
  constructor(packed: PackedModel, options: WorkspaceOptions) {
    this.#packed = packed;
    this.options = options;
    const { plan, model } = packed;
    this.slots = options.kind === 'clip' ? model.network.steps : 1;
    const allocate = (bytes: number, purpose: MemoryPurpose): number => this.#allocate(bytes, purpose);
    this.remembering = new Set(plan.nodes.filter((node) => this.#remembers(node)));
    try {
      this.maps = plan.maps.map((map) => placeMap(map, this.slots, (bytes) => allocate(bytes, 'spikes')));
      const [height, width, channels] = plan.maps[0]!.shape;
      this.#counts = allocate(height * width * channels, 'scratch');
      // The kernel writes 12 sums at least.
      this.logitBytes = 4 * Math.max(12, Math.ceil(model.network.classes.length / 4) * 4);
      this.logits = allocate(this.logitBytes * this.slots, 'scratch');
      this.#writer = new StageWriter(packed, this.maps, allocate);
      this.nodes = allocate(blockBytes(NODE_FIELDS) * plan.nodes.length, 'scratch');
      plan.nodes.forEach((node, i) => {
        this.#writeNode(node, this.nodes + i * blockBytes(NODE_FIELDS));
      });
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /** Bytes that are freed with the workspace. */
  reserve(bytes: number): number {
    return this.#allocate(bytes, 'scratch');
  }

  free(): void {
    for (const address of this.#allocations) this.#memory.free(address);
    this.#allocations = [];
  }

  /** Logits of a slot. */
  logitsOf(slot: number): Int32Array {
    const at = (this.logits + slot * this.logitBytes) / 4;
    return this.#memory.views.i32.slice(at, at + this.#packed.model.network.classes.length);
  }

  /**
   * Writes the counts of a step, `[channels, height, width]`, cut at the network's `maxCount`. The slots behind it are to be
   * written later.
   */
  writeCounts(counts: FrameArray, slot: number, kernel: Kernel): void {
    const { channels, maxCount } = this.#packed.model.network.input;
    const { address, stepBytes, perPixel } = this.maps[0]!;
    const { u8, u16 } = this.#memory.views;
    const pixels = counts.length / channels;
    const to = address + slot * stepBytes;
    if (channels === 2 && counts instanceof Uint8Array) {
      u8.set(counts, this.#counts);
      kernel.pairCounts(this.#counts, this.#counts + pixels, pixels, maxCount, to);
      return;
    }
    // The last pair of an odd number of channels is half empty.
    for (let channel = 0, from = 0; channel < perPixel; channel++)
      for (let i = 0, at = to / 2 + channel; i < pixels; i++, at += perPixel)
        u16[at] = channel < channels ? Math.min(counts[from++]!, maxCount) : 0;
  }

  /** The counts of a step, `[height, width, channels]`. */
  readCounts(slot: number): Int32Array {
    const { address, stepBytes, perPixel, plan } = this.maps[0]!;
    const from = (address + slot * stepBytes) / 2;
    const values = this.#memory.views.u16.subarray(from, from + stepBytes / 2);
    const [, , channels] = plan.shape;
    return Int32Array.from(values.filter((_, i) => i % perPixel < channels));
  }

  /** Spikes of a map, `[height, width, channels]`. */
  readSpikes(layer: string, slot: number): Uint8Array {
    const { address, stepBytes, perPixel, plan } = this.maps[this.#packed.plan.mapOf.get(layer)!]!;
    const [height, width, channels] = plan.shape;
    const { u8 } = this.#memory.views;
    const spikes = new Uint8Array(height * width * channels);
    for (let pixel = 0, i = 0; pixel < height * width; pixel++) {
      const at = address + slot * stepBytes + pixel * perPixel * 16;
      for (let c = 0; c < channels; c++, i++) spikes[i] = (u8[at + (c >> 3)]! >> (c & 7)) & 1;
    }
    return spikes;
  }

  /** Currents of a layer, `[height, width, channels]`, which nobody computed yet: for who listens to it. */
  readCurrents(layer: PackedLayer, slot: number, kernel: Kernel, scratch: Scratch): Int32Array {
    const stage = this.#tapped.get(layer.spec.id) ?? this.#placeTap(layer);
    this.#tapped.set(layer.spec.id, stage);
    scratch.require([stage.needs]);
    const [height, width, channels] = layer.output.shape;
    const row = wordsFor(channels) * WORD_CHANNELS;
    const out = this.#memory.allocate(4 * height * width * row, 'scratch');
    kernel.runCurrents(stage.block, scratch.block, slot, out);
    const { i32 } = this.#memory.views;
    const currents = new Int32Array(height * width * channels);
    for (let pixel = 0, i = 0; pixel < height * width; pixel++)
      for (let c = 0; c < channels; c++, i++) currents[i] = i32[out / 4 + pixel * row + numberIndex(c)]!;
    this.#memory.free(out);
    return currents;
  }

  get #memory(): EngineMemory {
    return this.#packed.memory;
  }

  #allocate(bytes: number, purpose: MemoryPurpose): number {
    const address = this.#memory.allocate(bytes, purpose);
    this.#allocations.push(address);
    return address;
  }

  #remembers(node: PlanNode): boolean {
    return node.op === 'stage' && this.#packed.neuron(node, this.options.mode).stateBytes > 0;
  }

  #writeNode(node: PlanNode, block: number): void {
    const { plan } = this.#packed;
    if (node.op === 'stage') {
      const { kind, mode, threads } = this.options;
      const parts = {
        shape: node.layer.output.shape,
        currents: node.currents,
        neuron: this.#packed.neuron(node, mode),
        out: this.maps[node.out]!.address,
        steps: kind === 'clip' && this.remembering.has(node) ? this.slots : 1,
        streaming: kind === 'stream',
      };
      const place = this.#writer.place(parts, threads);
      this.needs.push(place.needs);
      writeBlock(this.#memory.views, block, NODE_FIELDS, {
        op: OP.stage,
        stage: place.block,
        stageThreadBytes: place.threadBytes,
        outHeight: node.layer.output.shape[0],
      });
      return;
    }
    const from = this.maps[node.in]!;
    const spikes = from.plan.content === 'spikes';
    const input = {
      map: from.address,
      mapStepBytes: from.stepBytes,
      mapWidth: from.plan.shape[1],
      mapPerPixel: from.perPixel,
    };
    if (node.op === 'linear') {
      const [inHeight, inWidth, channels] = node.layer.input.shape;
      const { weights, units } = this.#packed.linear(node.layer);
      writeBlock(this.#memory.views, block, NODE_FIELDS, {
        ...input,
        op: spikes ? OP.linearSpikes : OP.linearValues,
        channels,
        inHeight,
        inWidth,
        out: this.logits,
        outStepBytes: this.logitBytes,
        outHeight: 1,
        windowHeight: node.size,
        windowWidth: node.size,
        weights,
        units,
        counter: this.#packed.counters.get(node.layer.spec.id)!,
      });
      return;
    }
    const to = this.maps[node.out]!;
    const [windowHeight, windowWidth] = node.window;
    writeBlock(this.#memory.views, block, NODE_FIELDS, {
      ...input,
      op: node.op === 'maximum' ? OP.maximum : spikes ? OP.sumSpikes : OP.sumValues,
      out: to.address,
      outStepBytes: to.stepBytes,
      outHeight: plan.maps[node.out]!.shape[0],
      outWidth: plan.maps[node.out]!.shape[1],
      outPerPixel: to.perPixel,
      windowHeight,
      windowWidth,
    });
  }

  #placeTap(layer: PackedLayer): StagePlace {
    const parts = {
      shape: layer.output.shape,
      currents: this.#packed.plan.currentsOf(layer),
      neuron: { neuron: NEURON.table, fields: {}, stateBytes: 0 },
      out: 0,
      steps: 1,
      streaming: false,
    };
    return this.#writer.place(parts, 1);
  }
}
