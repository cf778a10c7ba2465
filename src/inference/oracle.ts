/**
 * The oracle: a plain integer engine, simple enough to trust. Faster engines must equal it bit for bit.
 */
import type { FrameClip, StepFrame } from '../frames/index.ts';
import {
  layerKindOf,
  mapInputs,
  walkGraph,
  type LayerRunner,
  type AnyModel,
  type Model,
  type ModelInput,
  type PackedLayer,
  type StepValues,
} from '../network/index.ts';
import type {
  ClipResult,
  InferenceEngine,
  InferenceMode,
  InferenceSession,
  LayerTaps,
  RunOptions,
  SessionOptions,
  StepResult,
} from './engine.ts';
import { InferenceError } from './errors.ts';
import { checkFits, checkOrder, toNetworkInput } from './input.ts';
import { argmax } from './scores.ts';
import { ActivityRecord, tellTap, WindowResults } from './step-results.ts';

/**
 * Makes a model ready to run in plain TypeScript.
 *
 * @example
 * ```ts
 * import { createOracleEngine, randomModel } from 'saccade';
 * const engine = createOracleEngine(randomModel({ steps: 2, height: 8, width: 8 }));
 * const geometry = { width: 8, height: 8 };
 * const clip = { steps: 2, geometry, counts: new Uint8Array(2 * 2 * 64).fill(1), events: 256, saturated: 0, outside: 0 };
 * const { classIndex, steps } = await engine.runClip(clip);
 * console.log(steps.length, classIndex >= 0); // 2 true
 * ```
 */
export function createOracleEngine<Input extends ModelInput>(model: Model<Input>): InferenceEngine<Input> {
  return new OracleEngine(model);
}

class OracleEngine<Input extends ModelInput> implements InferenceEngine<Input> {
  readonly name = 'oracle';
  readonly model: Model<Input>;
  #disposed = false;

  constructor(model: Model<Input>) {
    this.model = model;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  async runClip(
    clip: FrameClip,
    { mode = 'exact', taps, onLayerTime }: RunOptions = {},
  ): Promise<ClipResult> {
    this.#requireAlive();
    checkFits(this.model, clip);
    const runners = createRunners(this.model, mode);
    const { counts: values } = clip;
    const frame = values.length / clip.steps;
    const counts: readonly StepValues[] = Array.from({ length: clip.steps }, (_, t) =>
      toNetworkInput(values.subarray(t * frame, (t + 1) * frame), this.model.network.input),
    );
    const activity = counts.map(() => new ActivityRecord());
    const logits = walkGraph(this.model.layers, counts, (layer, inputs, index) => {
      const started = performance.now();
      const outputs = runners[index]!.clip(inputs);
      onLayerTime?.(layer.spec.id, performance.now() - started);
      outputs.forEach((output, t) => {
        activity[t]!.add(
          layer,
          mapInputs(inputs, (steps) => steps[t]!),
          output,
        );
        tellTap(taps, layer, t, output);
      });
      return outputs;
    });
    const results = new WindowResults(this.model);
    const steps = logits.map((own, t) => results.add(t, Int32Array.from(own), activity[t]!));
    return { steps, classIndex: argmax(steps.at(-1)!.accumulatedLogits) };
  }

  openSession({ mode = 'exact', onLayerTime }: SessionOptions = {}): InferenceSession {
    this.#requireAlive();
    return new OracleSession(this, mode, onLayerTime);
  }

  dispose(): void {
    this.#disposed = true;
  }

  #requireAlive(): void {
    if (this.#disposed) throw new InferenceError('DISPOSED', 0, 'The engine was disposed.');
  }
}

class OracleSession implements InferenceSession {
  readonly #engine: OracleEngine<ModelInput>;
  readonly #model: AnyModel;
  readonly #runners: readonly LayerRunner[];
  readonly #onLayerTime: SessionOptions['onLayerTime'];
  #results: WindowResults;
  #next = 0;
  #disposed = false;

  constructor(
    engine: OracleEngine<ModelInput>,
    mode: InferenceMode,
    onLayerTime: SessionOptions['onLayerTime'],
  ) {
    const { model } = engine;
    this.#engine = engine;
    this.#onLayerTime = onLayerTime;
    this.#model = model;
    this.#runners = createRunners(model, mode);
    this.#results = new WindowResults(model);
  }

  async step(frame: StepFrame, taps?: LayerTaps): Promise<StepResult> {
    if (this.#disposed || this.#engine.disposed)
      throw new InferenceError('DISPOSED', frame.step, 'The session or its engine was disposed.');
    checkFits(this.#model, frame);
    checkOrder(frame.step, this.#next);
    if (frame.step === 0) this.#results = new WindowResults(this.#model);
    this.#next = (frame.step + 1) % frame.steps;
    const counts = toNetworkInput(frame.counts, this.#model.network.input);
    const activity = new ActivityRecord();
    const logits = walkGraph<PackedLayer, StepValues>(this.#model.layers, counts, (layer, inputs, index) => {
      const started = performance.now();
      const output = this.#runners[index]!.step(frame.step, inputs);
      this.#onLayerTime?.(layer.spec.id, performance.now() - started);
      activity.add(layer, inputs, output);
      tellTap(taps, layer, frame.step, output);
      return output;
    });
    return this.#results.add(frame.step, Int32Array.from(logits), activity);
  }

  dispose(): void {
    this.#disposed = true;
  }
}

function createRunners(model: AnyModel, mode: InferenceMode): LayerRunner[] {
  return model.layers.map((layer) => layerKindOf(layer.spec).createRunner(layer, mode));
}
