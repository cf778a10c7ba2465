/**
 * The engine that everybody gets: event-driven and bit-sliced, in WebAssembly SIMD. It equals the oracle bit for bit.
 */
import type { FrameClip, StepFrame } from '../../frames/index.ts';
import type { Model, NeuronMode } from '../../network/index.ts';
import type {
  ClipResult,
  InferenceEngine,
  InferenceMode,
  InferenceSession,
  LayerTaps,
  RunOptions,
  StepResult,
} from '../engine.ts';
import { InferenceError } from '../errors.ts';
import { checkFits, checkOrder } from '../input.ts';
import type { MemoryUse } from '../memory.ts';
import { argmax } from '../scores.ts';
import { WindowResults } from '../step-results.ts';
import { emitTaps } from './emit-taps.ts';
import { instantiateKernel, kernelModule, type Kernel } from './kernel.ts';
import { EngineMemory } from './memory.ts';
import { PackedModel } from './packed-model.ts';
import { phasesOf, type Phase } from './program.ts';
import type { NodeTimer } from './run-task.ts';
import { LocalRunner, type Runner } from './runner.ts';
import { Scratch } from './scratch.ts';
import { readActivity } from './step-activity.ts';
import { Workspace } from './workspace.ts';

/** All have defaults. */
export interface WasmEngineOptions {
  /** Largest memory of the engine. Default 1 GiB. */
  readonly maxMemoryBytes?: number;
}

/**
 * Makes a model ready to run on the kernels, on the calling thread.
 *
 * @throws {@link InferenceError} `OUT_OF_MEMORY`, `UNSUPPORTED_MODEL` for numbers that the kernels have no room for;
 * what WebAssembly throws where it or its SIMD is missing.
 *
 * @example
 * ```ts
 * import { createWasmEngine, randomModel, sparseClip } from 'saccade';
 * const model = randomModel({ steps: 2 });
 * const engine = createWasmEngine(model);
 * const { steps } = await engine.runClip(sparseClip(model.network, 0.2, 1));
 * console.log(steps.length); // 2
 * engine.dispose();
 * ```
 */
export function createWasmEngine(model: Model, { maxMemoryBytes }: WasmEngineOptions = {}): InferenceEngine {
  const memory = new EngineMemory({ ...(maxMemoryBytes !== undefined && { maxMemoryBytes }) });
  const packed = new PackedModel(model, memory);
  const kernel = instantiateKernel(kernelModule(), memory.memory);
  const scratch = new Scratch(memory, model.network.steps, packed.counters.size + 1);
  return new WasmEngine(packed, kernel, [scratch], new LocalRunner(kernel, scratch));
}

/** A workspace with its work in order. */
interface Prepared {
  readonly workspace: Workspace;
  readonly phases: readonly Phase[];
}

/** See the file comment. Runs follow one another: they share the scratch memory. */
export class WasmEngine implements InferenceEngine {
  readonly name = 'wasm';
  readonly model: Model;
  readonly #packed: PackedModel;
  readonly #kernel: Kernel;
  readonly #scratches: readonly Scratch[];
  readonly #runner: Runner;
  readonly #clips = new Map<NeuronMode, Prepared>();
  /** The run that the next one waits for. */
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(packed: PackedModel, kernel: Kernel, scratches: readonly Scratch[], runner: Runner) {
    this.model = packed.model;
    this.#packed = packed;
    this.#kernel = kernel;
    this.#scratches = scratches;
    this.#runner = runner;
    this.#clips.set('exact', this.#prepare('clip', 'exact'));
  }

  async runClip(
    clip: FrameClip,
    { mode = 'exact', taps, onLayerTime }: RunOptions = {},
  ): Promise<ClipResult> {
    checkFits(this.model, clip.geometry, clip.steps, 0);
    return this.#exclusively(0, async () => {
      const prepared = this.#clips.get(mode) ?? this.#prepare('clip', mode);
      this.#clips.set(mode, prepared);
      const frame = clip.counts.length / clip.steps;
      for (let t = 0; t < clip.steps; t++)
        prepared.workspace.writeCounts(clip.counts.subarray(t * frame, (t + 1) * frame), t);
      await this.#run(prepared, 0, onLayerTime);
      const results = new WindowResults(this.model);
      const steps = Array.from({ length: clip.steps }, (_, t) =>
        this.#collect(prepared, results, t, t, taps),
      );
      return { steps, classIndex: argmax(steps.at(-1)!.accumulatedLogits) };
    });
  }

  openSession({ mode = 'exact' }: { readonly mode?: InferenceMode } = {}): InferenceSession {
    this.#requireAlive(0);
    return new WasmSession(this, this.#prepare('stream', mode));
  }

  memory(): MemoryUse {
    return this.#packed.memory.use();
  }

  dispose(): void {
    this.#disposed = true;
    this.#runner.dispose();
  }

  /** One step of a session. */
  async runStep(
    prepared: Prepared,
    { counts, step }: StepFrame,
    results: WindowResults,
    taps: LayerTaps | undefined,
  ): Promise<StepResult> {
    return this.#exclusively(step, async () => {
      prepared.workspace.writeCounts(counts, 0);
      await this.#run(prepared, step);
      return this.#collect(prepared, results, step, 0, taps);
    });
  }

  /** Frees what a session holds, after the runs that were asked for before. */
  release({ workspace }: Prepared): void {
    this.#last = this.#last.then(() => {
      workspace.free();
    });
  }

  #prepare(kind: 'clip' | 'stream', mode: NeuronMode): Prepared {
    const workspace = new Workspace(this.#packed, { kind, mode, threads: this.#runner.threads });
    try {
      for (const scratch of this.#scratches) scratch.require(workspace.needs);
    } catch (error) {
      workspace.free();
      throw error;
    }
    return { workspace, phases: phasesOf(workspace, this.#packed.plan.nodes) };
  }

  async #run(
    { workspace, phases }: Prepared,
    step: number,
    onLayerTime?: RunOptions['onLayerTime'],
  ): Promise<void> {
    for (const scratch of this.#scratches) scratch.clearOperations(0, workspace.slots);
    const timer = onLayerTime && this.#timer(onLayerTime);
    await this.#runner.run({ workspace, phases, step, slot: 0, timer });
  }

  #timer(onLayerTime: (layer: string, millis: number) => void): NodeTimer {
    const { nodes } = this.#packed.plan;
    return (node, millis) => {
      const layer = nodes[node]!.layer;
      if (layer !== null) onLayerTime(layer.spec.id, millis);
    };
  }

  #collect(
    { workspace }: Prepared,
    results: WindowResults,
    step: number,
    slot: number,
    taps: LayerTaps | undefined,
  ): StepResult {
    const activity = readActivity(this.#packed, workspace, this.#kernel, this.#scratches, slot);
    if (taps !== undefined && taps.size > 0)
      emitTaps(this.#packed, workspace, this.#kernel, this.#scratches[0]!, taps, step, slot);
    return results.add(step, workspace.logitsOf(slot), activity);
  }

  async #exclusively<Result>(step: number, work: () => Promise<Result>): Promise<Result> {
    this.#requireAlive(step);
    const mine = this.#last.then(() => {
      this.#requireAlive(step);
      return work();
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  #requireAlive(step: number): void {
    if (this.#disposed) throw new InferenceError('DISPOSED', step, 'The engine was disposed.');
  }
}

class WasmSession implements InferenceSession {
  readonly #engine: WasmEngine;
  readonly #prepared: Prepared;
  #results: WindowResults;
  #next = 0;
  #disposed = false;

  constructor(engine: WasmEngine, prepared: Prepared) {
    this.#engine = engine;
    this.#prepared = prepared;
    this.#results = new WindowResults(engine.model);
  }

  async step(frame: StepFrame, taps?: LayerTaps): Promise<StepResult> {
    if (this.#disposed) throw new InferenceError('DISPOSED', frame.step, 'The session was disposed.');
    checkFits(this.#engine.model, frame.geometry, frame.steps, frame.step);
    checkOrder(frame.step, this.#next);
    if (frame.step === 0) this.#results = new WindowResults(this.#engine.model);
    this.#next = frame.step + 1;
    return this.#engine.runStep(this.#prepared, frame, this.#results, taps);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#engine.release(this.#prepared);
  }
}
