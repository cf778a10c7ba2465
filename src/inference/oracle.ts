/**
 * The oracle: a plain integer engine, simple enough to trust. Faster engines must equal it bit for bit.
 */
import type { FrameClip, StepFrame } from '../frames/index.ts';
import {
  layerKindOf,
  walkGraph,
  type LayerNode,
  type LayerRunner,
  type Model,
  type PackedLayer,
  type StepValues,
} from '../network/index.ts';
import type {
  ClipResult,
  InferenceEngine,
  InferenceMode,
  InferenceSession,
  LayerTap,
  RunOptions,
  StepResult,
} from './engine.ts';
import { InferenceError } from './errors.ts';
import { checkFits, toNetworkInput } from './input.ts';

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
export function createOracleEngine(model: Model): InferenceEngine {
  return new OracleEngine(model);
}

class OracleEngine implements InferenceEngine {
  readonly name = 'oracle';
  readonly model: Model;
  #disposed = false;

  constructor(model: Model) {
    this.model = model;
  }

  async runClip(clip: FrameClip, { mode = 'exact', tap }: RunOptions = {}): Promise<ClipResult> {
    this.#requireAlive();
    checkFits(this.model, clip.geometry, clip.steps, 0);
    const runners = createRunners(this.model, mode);
    const frame = clip.counts.length / clip.steps;
    const counts: StepValues[] = Array.from({ length: clip.steps }, (_, t) =>
      toNetworkInput(clip.counts.subarray(t * frame, (t + 1) * frame), this.model.network.input),
    );
    const results = new StepAccumulator(this.model);
    const logits = walkGraph(this.model.layers, counts, (layer, inputs, index) => {
      const outputs = runners[index]!.clip(inputs);
      outputs.forEach((output, step) => results.record(layer, step, output, tap));
      return outputs;
    });
    const steps = logits.map((own, step) => results.finish(step, own));
    return { steps, classIndex: argmax(steps.at(-1)!.accumulatedLogits) };
  }

  openSession({ mode = 'exact' }: { readonly mode?: InferenceMode } = {}): InferenceSession {
    this.#requireAlive();
    return new OracleSession(this.model, mode);
  }

  dispose(): void {
    this.#disposed = true;
  }

  #requireAlive(): void {
    if (this.#disposed) throw new InferenceError('DISPOSED', 0, 'The engine was disposed.');
  }
}

class OracleSession implements InferenceSession {
  readonly #model: Model;
  readonly #runners: readonly LayerRunner[];
  #results: StepAccumulator;
  #next = 0;
  #disposed = false;

  constructor(model: Model, mode: InferenceMode) {
    this.#model = model;
    this.#runners = createRunners(model, mode);
    this.#results = new StepAccumulator(model);
  }

  async step(frame: StepFrame, tap?: LayerTap): Promise<StepResult> {
    if (this.#disposed) throw new InferenceError('DISPOSED', frame.step, 'The session was disposed.');
    checkFits(this.#model, frame.geometry, frame.steps, frame.step);
    if (frame.step !== 0 && frame.step !== this.#next) {
      throw new InferenceError(
        'OUT_OF_ORDER',
        frame.step,
        `Step ${this.#next} (or 0, a new window) was expected.`,
      );
    }
    if (frame.step === 0) this.#results = new StepAccumulator(this.#model);
    this.#next = frame.step + 1;
    const counts = toNetworkInput(frame.counts, this.#model.network.input);
    const logits = walkGraph<PackedLayer, StepValues>(this.#model.layers, counts, (layer, inputs, index) => {
      const output = this.#runners[index]!.step(frame.step, inputs);
      this.#results.record(layer, frame.step, output, tap);
      return output;
    });
    return this.#results.finish(frame.step, logits);
  }

  dispose(): void {
    this.#disposed = true;
  }
}

function createRunners(model: Model, mode: InferenceMode): LayerRunner[] {
  return model.layers.map((layer) => layerKindOf(layer.spec).createRunner(layer, mode));
}

/** Collects spikes and logits of one window. */
class StepAccumulator {
  readonly #spikes: number[][] = [];
  #accumulated: Int32Array;

  constructor(model: Model) {
    this.#accumulated = new Int32Array(model.network.classes.length);
  }

  record({ spec, output }: LayerNode, step: number, values: StepValues, tap: LayerTap | undefined): void {
    if (layerKindOf(spec).spiking) (this.#spikes[step] ??= []).push(sum(values));
    tap?.({ layer: spec.id, kind: spec.kind, step, values, shape: output.shape });
  }

  finish(step: number, logits: StepValues): StepResult {
    this.#accumulated = this.#accumulated.map((value, i) => value + logits[i]!);
    return {
      step,
      logits: Int32Array.from(logits),
      accumulatedLogits: this.#accumulated,
      spikes: this.#spikes[step] ?? [],
    };
  }
}

function sum(values: StepValues): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/**
 * Index of the largest value; ties go to the lower index.
 *
 * @example
 * ```ts
 * import { argmax } from 'saccade';
 * console.log(argmax([1, 3, 3])); // 1
 * ```
 */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/**
 * Softmax of `scale * logits`, safe for large values.
 *
 * @example
 * ```ts
 * import { softmax } from 'saccade';
 * console.log(softmax([0, 0], 1)); // [0.5, 0.5]
 * ```
 */
export function softmax(logits: ArrayLike<number>, scale: number): number[] {
  const largest = Math.max(...Array.from(logits));
  const exponentials = Array.from(logits, (logit) => Math.exp(scale * (logit - largest)));
  const total = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / total);
}
