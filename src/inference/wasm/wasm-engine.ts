/**
 * The engine that everybody gets: event-driven and bit-sliced, in WebAssembly SIMD. It equals the oracle bit for bit.
 */
import type { FrameClip, StepFrame } from '../../frames/index.ts';
import type { Model, ModelInput, NeuronMode } from '../../network/index.ts';
import type {
  ClipResult,
  InferenceEngine,
  InferenceSession,
  LayerTaps,
  RunOptions,
  SessionOptions,
  StepResult,
} from '../engine.ts';
import { InferenceError } from '../errors.ts';
import { checkFits, checkOrder } from '../input.ts';
import type { MemoryUse } from '../memory.ts';
import { argmax } from '../scores.ts';
import { WindowResults } from '../step-results.ts';
import { emitTaps } from './emit-taps.ts';
import type { Kernel } from './kernel.ts';
import type { PackedModel } from './packed-model.ts';
import { phasesOf, programBytes, writeProgram, type Program } from './program.ts';
import type { NodeTimer } from './run-task.ts';
import type { Runner } from './runner.ts';
import type { Scratch } from './scratch.ts';
import { readActivity } from './step-activity.ts';
import { Workspace } from './workspace.ts';

/** A workspace with its work in order. */
interface Prepared {
  readonly workspace: Workspace;
  readonly program: Program;
}

/** A window of a stream. `lost`: a step of it failed, and what the neurons remember is worth nothing. */
interface StreamWindow {
  readonly results: WindowResults;
  lost: boolean;
}

/** See the file comment. Runs follow one another: they share the scratch memory. */
export class WasmEngine<Input extends ModelInput> implements InferenceEngine<Input> {
  readonly name = 'wasm';
  readonly model: Model<Input>;
  readonly #packed: PackedModel;
  readonly #kernel: Kernel;
  readonly #scratches: readonly Scratch[];
  readonly #runner: Runner;
  readonly #clips = new Map<NeuronMode, Prepared>();
  /** The run that the next one waits for. */
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(
    model: Model<Input>,
    packed: PackedModel,
    kernel: Kernel,
    scratches: readonly Scratch[],
    runner: Runner,
  ) {
    this.model = model;
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
    checkFits(this.model, clip);
    return this.#exclusively(0, async () => {
      const prepared = this.#clips.get(mode) ?? this.#prepare('clip', mode);
      this.#clips.set(mode, prepared);
      const { counts } = clip;
      const frame = counts.length / clip.steps;
      for (let t = 0; t < clip.steps; t++)
        prepared.workspace.writeCounts(counts.subarray(t * frame, (t + 1) * frame), t, this.#kernel);
      await this.#run(prepared, 0, onLayerTime);
      const results = new WindowResults(this.model);
      const steps = Array.from({ length: clip.steps }, (_, t) =>
        this.#collect(prepared, results, t, t, taps),
      );
      return { steps, classIndex: argmax(steps.at(-1)!.accumulatedLogits) };
    });
  }

  openSession({ mode = 'exact', onLayerTime }: SessionOptions = {}): InferenceSession {
    this.#requireAlive(0);
    return new WasmSession(this, this.#prepare('stream', mode), onLayerTime);
  }

  memory(): MemoryUse {
    return this.#packed.memory.use();
  }

  dispose(): void {
    this.#disposed = true;
    this.#runner.dispose();
    this.#clips.clear();
  }

  /** One step of a session. */
  async runStep(
    prepared: Prepared,
    { counts, step }: StepFrame,
    window: StreamWindow,
    taps: LayerTaps | undefined,
    onLayerTime: SessionOptions['onLayerTime'],
  ): Promise<StepResult> {
    return this.#exclusively(step, async () => {
      if (window.lost)
        throw new InferenceError(
          'OUT_OF_ORDER',
          step,
          'A step before failed; start a new window with step 0.',
        );
      window.lost = true;
      prepared.workspace.writeCounts(counts, 0, this.#kernel);
      await this.#run(prepared, step, onLayerTime);
      window.lost = false;
      return this.#collect(prepared, window.results, step, 0, taps);
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
      const phases = phasesOf(workspace, this.#packed.plan);
      const tasks = workspace.reserve(programBytes(phases));
      return { workspace, program: writeProgram(this.#packed.memory, phases, tasks) };
    } catch (error) {
      workspace.free();
      throw error;
    }
  }

  async #run(
    { workspace, program }: Prepared,
    step: number,
    onLayerTime?: RunOptions['onLayerTime'],
  ): Promise<void> {
    for (const scratch of this.#scratches) {
      scratch.require(workspace.needs);
      scratch.clearOperations(0, workspace.slots);
    }
    const timer = onLayerTime && this.#timer(onLayerTime);
    await this.#runner.run({ ...program, nodes: workspace.nodes, step, slot: 0 }, timer);
  }

  #timer(onLayerTime: (layer: string, millis: number) => void): NodeTimer {
    const { nodes } = this.#packed.plan;
    return (node, millis) => {
      // Of threads only the time of all layers together is known.
      const { layer } = nodes[node] ?? nodes.at(-1)!;
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
  readonly #engine: WasmEngine<ModelInput>;
  readonly #prepared: Prepared;
  readonly #onLayerTime: SessionOptions['onLayerTime'];
  #window: StreamWindow;
  #next = 0;
  #disposed = false;

  constructor(
    engine: WasmEngine<ModelInput>,
    prepared: Prepared,
    onLayerTime: SessionOptions['onLayerTime'],
  ) {
    this.#engine = engine;
    this.#onLayerTime = onLayerTime;
    this.#prepared = prepared;
    this.#window = { results: new WindowResults(engine.model), lost: false };
  }

  async step(frame: StepFrame, taps?: LayerTaps): Promise<StepResult> {
    if (this.#disposed) throw new InferenceError('DISPOSED', frame.step, 'The session was disposed.');
    checkFits(this.#engine.model, frame);
    checkOrder(frame.step, this.#next);
    if (frame.step === 0) this.#window = { results: new WindowResults(this.#engine.model), lost: false };
    this.#next = (frame.step + 1) % frame.steps;
    return this.#engine.runStep(this.#prepared, frame, this.#window, taps, this.#onLayerTime);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#engine.release(this.#prepared);
  }
}
