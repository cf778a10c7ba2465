/** The engine that everybody gets: event-driven and bit-sliced, in WebAssembly SIMD. It equals the oracle bit for bit. */
import type { CountArray, FrameClip, StepFrame } from '../../frames/index.ts';
import { layerKindOf, type Model, type NeuronMode, type PackedLayer } from '../../network/index.ts';
import type {
  ClipResult,
  InferenceEngine,
  InferenceMode,
  InferenceSession,
  LayerTap,
  RunOptions,
  StepResult,
} from '../engine.ts';
import { InferenceError } from '../errors.ts';
import { checkFits } from '../input.ts';
import type { MemoryUse } from '../memory.ts';
import { argmax } from '../oracle.ts';
import { Executor } from './executor.ts';
import { instantiateKernel, kernelModule } from './kernel.ts';
import { EngineMemory } from './memory.ts';
import { PackedModel } from './packed-model.ts';
import type { PlanNode } from './plan.ts';
import { Scratch } from './scratch.ts';
import { Workspace } from './workspace.ts';

export function createWasmEngine(model: Model, options: { maxMemoryBytes?: number } = {}): InferenceEngine {
  return new WasmEngine(model, options);
}

class WasmEngine implements InferenceEngine {
  readonly name = 'wasm';
  readonly model: Model;
  readonly #packed: PackedModel;
  readonly #executor: Executor;
  readonly #counters: ReadonlyMap<string, number>;
  readonly #clips = new Map<NeuronMode, Workspace>();

  constructor(model: Model, options: { maxMemoryBytes?: number }) {
    this.model = model;
    const memory = new EngineMemory(options);
    this.#packed = new PackedModel(model, memory);
    const synaptic = model.layers.filter(({ tensors }) => tensors['weight'] !== undefined);
    this.#counters = new Map(synaptic.map(({ spec }, i) => [spec.id, i]));
    const scratch = new Scratch(memory, model.network.steps, this.#counters.size + 1);
    this.#executor = new Executor(instantiateKernel(kernelModule(), memory.memory), this.#packed, scratch);
  }

  async runClip(clip: FrameClip, { mode = 'exact' }: RunOptions = {}): Promise<ClipResult> {
    checkFits(this.model, clip.geometry, clip.steps, 0);
    const workspace = this.#clips.get(mode) ?? this.#workspace('clip', mode);
    this.#clips.set(mode, workspace);
    const frame = clip.counts.length / clip.steps;
    for (let t = 0; t < clip.steps; t++) this.#input(workspace, clip.counts.subarray(t * frame, (t + 1) * frame), t);
    this.#executor.scratch.clearOperations(0, workspace.slots);
    const logits: Int32Array[] = [];
    for (const node of this.#packed.plan.nodes) this.#executor.runClip(workspace, node, logits);
    let accumulated = new Int32Array(this.model.network.classes.length);
    const steps = logits.map((row, step): StepResult => {
      accumulated = accumulated.map((value, i) => value + row[i]!);
      return { step, logits: row, accumulatedLogits: accumulated, spikes: this.#spikes(workspace, step) };
    });
    return { steps, classIndex: argmax(accumulated) };
  }

  openSession(): InferenceSession {
    throw new Error('later');
  }

  memory(): MemoryUse {
    return this.#packed.memory.use();
  }

  dispose(): void {}

  map(id: string, mode: NeuronMode): { u8: Uint8Array; address: number; stepBytes: number } {
    const place = this.#clips.get(mode)!.maps[this.#packed.plan.mapOf.get(id)!]!;
    return { u8: this.#packed.memory.views.u8, ...place };
  }

  #workspace(kind: 'clip' | 'stream', mode: NeuronMode): Workspace {
    const workspace = new Workspace(this.#packed, kind, mode, this.#counters);
    this.#executor.scratch.require(workspace.needs);
    return workspace;
  }

  #input(workspace: Workspace, counts: CountArray, slot: number): void {
    const { maxCount } = this.model.network.input;
    const { address, stepBytes } = workspace.maps[0]!;
    const { u16 } = this.#packed.memory.views;
    const at = (address + slot * stepBytes) / 2;
    const pixels = counts.length / 2;
    for (let i = 0; i < pixels; i++) {
      u16[at + 2 * i] = Math.min(counts[i]!, maxCount);
      u16[at + 2 * i + 1] = Math.min(counts[pixels + i]!, maxCount);
    }
  }

  #spikes(workspace: Workspace, slot: number): number[] {
    return this.model.neuronLayers.map((id) => {
      const { address, stepBytes } = workspace.maps[this.#packed.plan.mapOf.get(id)!]!;
      return this.#executor.kernel.countSpikes(address + slot * stepBytes, stepBytes / 16);
    });
  }
}
