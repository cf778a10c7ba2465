/**
 * The training engine: one batch's forward and backward pass and the optimiser's step in WebAssembly SIMD.
 *
 * Spikes are bytes, currents exact integers. Forward sums rows of weights of active inputs, and neurons decide by the
 * very float32 rule that the exported model is folded from. Backward looks up signed sums of gradients instead of
 * multiplying by weights of ±1, and adds gradients where there were spikes. Every sum has one order, so equal seeds give
 * equal weights, bit for bit, on every machine and with any number of threads.
 */
import type { SampleBatch } from '../../../operators/index.ts';
import { InferenceError } from '../../inference/index.ts';
import { canShareMemory } from '../../inference/wasm/share-memory.ts';
import type { NetworkDescription, NetworkParameters } from '../../network/index.ts';
import { integerOption, OptionError } from '../../events/index.ts';
import { checkStep } from '../check-plan.ts';
import { classShares } from '../class-shares.ts';
import { TrainingError } from '../errors.ts';
import type { BatchLoss } from '../learner.ts';
import type { LayerFiring } from '../plan.ts';
import { resolveOptimiser, type OptimiserSpec, type OptimiserState } from '../optimiser-spec.ts';
import type { EdeSlope } from '../schedule.ts';
import { LocalCrew, ThreadCrew, type Crew } from './crew.ts';
import { roundingOf, type GradientOptions } from './gradient-options.ts';
import type { RoundingReport } from './gradient-rounding.ts';
import { instantiateKernel, type Kernel } from './kernel.ts';
import { engineObstacle, planEngine, requireMemory, type EnginePlan } from './plan.ts';
import type { LayerActivity } from './neuron-stage.ts';
import { loadBatch } from './load-batch.ts';
import { lossAndGradient } from './readout.ts';
import { spaceOf, type Space } from './space.ts';

/** What an engine is made for. */
export interface TrainingEngineOptions extends GradientOptions {
  readonly network: NetworkDescription;
  /** Samples of the largest batch. */
  readonly batchSize: number;
  /** Of the initial weights. */
  readonly seed: number;
  /** λ of the TET loss. */
  readonly tetLambda: number;
  /** What the cross-entropy of each class's samples is multiplied by. Default 1. */
  readonly classWeights?: readonly number[];
  /** Default: Adam. */
  readonly optimiser?: OptimiserSpec;
  /** More memory than this is refused before the start. Default: as much as a WebAssembly memory may have, 4 GiB. */
  readonly maxMemoryBytes?: number;
  /**
   * Worker threads that share the work, 1 to 256; the result is the same. 1 (default): none, everything is computed on the calling
   * thread. Where memory cannot be shared (a page that is not cross-origin isolated) it is always 1: {@link TrainingEngine.threads}.
   */
  readonly threads?: number;
}

const MAX_THREADS = 256;
/** Times that a step is begun again when a thread died. */
const MAX_REPEATS = 3;

/** What lives as long as the engine. */
interface Live {
  readonly plan: EnginePlan;
  readonly space: Space;
  readonly kernel: Kernel;
  readonly crew: Crew;
}

/**
 * See the file comment.
 *
 * @example
 * ```ts
 * import { describePlain } from 'saccade';
 * import { edeSlope, TrainingEngine } from 'saccade/training';
 * const size = { steps: 2, height: 4, width: 4, classes: ['off', 'on'] };
 * const network = describePlain('toy', [2], { ...size, neuron: { kind: 'mfp', structure: 'full' } });
 * const engine = new TrainingEngine({ network, batchSize: 2, seed: 1, tetLambda: 0 });
 * const geometry = { width: 4, height: 4 };
 * const counts = new Uint8Array(2 * 2 * 32).fill(1);
 * const batch = { counts, labels: Int32Array.of(0, 1), steps: 2, size: 2, geometry };
 * const { loss } = await engine.step(batch, 0.01, edeSlope(0, 1));
 * console.log(loss > 0); // true
 * ```
 */
export class TrainingEngine {
  /** All that the engine takes. */
  readonly bytes: number;
  /** Threads that compute. */
  readonly threads: number;
  readonly #options: TrainingEngineOptions;
  #parts: Live | null;
  /** The step that the next one waits for. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @throws OptionError for a number out of its range; {@link TrainingError} `UNSUPPORTED_NETWORK` for a network that the
   * engine cannot train, `OUT_OF_MEMORY` where a step does not fit, with the batch that would, `BAD_OPTION` for levels that
   * there cannot be.
   */
  constructor(options: TrainingEngineOptions) {
    const { network, batchSize, seed, maxMemoryBytes } = options;
    checkStep(options);
    const optimiser = resolveOptimiser(options.optimiser);
    const obstacle = engineObstacle(network);
    if (obstacle !== null)
      throw new TrainingError('UNSUPPORTED_NETWORK', `The training engine cannot train it: ${obstacle}.`);
    const wished = integerOption('threads', options.threads ?? 1, 1, MAX_THREADS);
    const threads = canShareMemory() ? wished : 1;
    requireMemory(network, batchSize, maxMemoryBytes, { ...options, threads });
    const plan = planEngine(network, batchSize, roundingOf(options, seed), threads);
    this.#options = options;
    this.bytes = plan.bytes;
    this.threads = threads;
    const space = spaceOf(plan.bytes, threads > 1);
    const kernel = instantiateKernel(space);
    const crew =
      plan.crew === null
        ? new LocalCrew(kernel)
        : new ThreadCrew(space, plan.crew, threads, plan.rooms.ownBytes);
    this.#parts = { plan, space, kernel, crew };
    plan.parameters.start(space, seed, optimiser);
    plan.weights.start(this.#parts);
    for (const stage of plan.stages) stage.start(this.#parts);
  }

  /**
   * One step of the optimiser. Steps that are asked for at the same time follow one another. A thread that dies is replaced and
   * the step begun again, to the same result.
   *
   * @param batch at most as many samples as the engine was made for.
   * @throws OptionError for a rate that is no rate; {@link TrainingError} `BAD_BATCH` for another size of frames or more samples,
   * `BAD_LABEL` for a class that there is not and for shares that are no distribution,
   * `THREAD_DIED` if threads die again and again; the weights are then those before the step.
   */
  async step(batch: SampleBatch, rate: number, ede: EdeSlope): Promise<BatchLoss> {
    if (!Number.isFinite(rate) || rate < 0)
      throw new OptionError('rate', `must be a number of at least 0, got ${rate}`);
    return this.#exclusively(async () => {
      const loss = await this.#gradients(batch, ede);
      const { plan, kernel } = this.#live;
      plan.parameters.step(kernel, rate);
      for (const stage of plan.neurons) {
        stage.recordStatistics();
        stage.project();
      }
      return loss;
    });
  }

  /** The two passes without the step: {@link TrainingEngine.parameterGradients} has the result. */
  async gradients(batch: SampleBatch, ede: EdeSlope): Promise<BatchLoss> {
    return this.#exclusively(() => this.#gradients(batch, ede));
  }

  async #exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** All of a step that may be begun again: parameters stay as they are. */
  async #gradients(batch: SampleBatch, ede: EdeSlope): Promise<BatchLoss> {
    for (let repeats = 0; ; repeats++) {
      try {
        return await this.#passes(batch, ede);
      } catch (cause) {
        this.#parts?.crew.forget();
        if (!(cause instanceof InferenceError)) throw cause;
        // Throws if it was disposed, which ends threads too.
        const { threads } = this.#live.crew;
        if (repeats < MAX_REPEATS) continue;
        throw new TrainingError(
          'THREAD_DIED',
          `${cause.message} The step was begun again ${MAX_REPEATS} times, each time with new threads; the weights are those before it. Use fewer than ${threads} threads, or one.`,
          { cause },
        );
      }
    }
  }

  async #passes(batch: SampleBatch, ede: EdeSlope): Promise<BatchLoss> {
    const { plan, crew, space } = this.#live;
    const shares = classShares(batch, this.#options.network.classes.length);
    loadBatch(batch, this.#options, plan.input, space);
    await plan.weights.prepare();
    for (const stage of plan.stages) await stage.forward(batch.size);
    await crew.done();
    const loss = this.#loss(batch.labels, shares);
    plan.parameters.clearGradients();
    for (const stage of plan.stages.toReversed()) await stage.backward(batch.size);
    await plan.weights.latentGradients(ede);
    for (const stage of plan.stages) stage.finish?.();
    return loss;
  }

  /**
   * The two passes for what rounding does to the gradients of a batch: one report a convolution whose gradients are rounded,
   * none with float32.
   */
  async roundingOf(batch: SampleBatch, ede: EdeSlope): Promise<RoundingReport[]> {
    const { convolutions, rounding } = this.#live.plan;
    if (rounding === null) return [];
    await this.#exclusively(async () => {
      rounding.measured = true;
      try {
        await this.#gradients(batch, ede);
      } finally {
        rounding.measured = false;
      }
    });
    return convolutions.flatMap(({ rounding: report }) => (report === null ? [] : [report]));
  }

  /** Gradients of the last batch, of all trainable parameters. */
  parameterGradients(): NetworkParameters {
    return this.#live.plan.parameters.gradients();
  }

  /**
   * What a neuron layer did in the last batch.
   *
   * @throws {@link TrainingError} `UNSUPPORTED_NETWORK` if there is no such layer.
   */
  layerActivity(id: string): LayerActivity {
    const stage = this.#live.plan.neurons.find((neurons) => neurons.id === id);
    if (stage === undefined)
      throw new TrainingError('UNSUPPORTED_NETWORK', `There is no neuron layer ${id}.`);
    return stage.activity();
  }

  /** How much each neuron layer fired in the last batch. */
  firing(): LayerFiring[] {
    return this.#live.plan.neurons.map((stage) => stage.firing());
  }

  /** A copy of all parameters. */
  snapshot(): NetworkParameters {
    return this.#live.plan.parameters.snapshot();
  }

  /** A copy of the optimiser's state. */
  optimiser(): OptimiserState {
    return this.#live.plan.parameters.optimiser();
  }

  /** Goes on from copies. @throws {@link TrainingError} `WRONG_CHECKPOINT` if they are of another network. */
  restore(parameters: NetworkParameters, optimiser: OptimiserState): void {
    this.#live.plan.parameters.restore(parameters, optimiser);
  }

  /** Lets go of the memory, and ends threads. Everything but this throws afterwards, and a step that is being taken. */
  dispose(): void {
    this.#parts?.crew.dispose();
    this.#parts = null;
  }

  get #live(): Live {
    if (this.#parts === null) throw new TrainingError('DISPOSED', 'The training engine was disposed.');
    return this.#parts;
  }

  #loss(labels: Int32Array, shares: ReturnType<typeof classShares>): BatchLoss {
    const { plan, space } = this.#live;
    const { currents, scale } = plan.readOut;
    const { network, tetLambda, classWeights } = this.#options;
    const count = labels.length * network.steps * currents.stride;
    return lossAndGradient({
      logits: space.floats(currents.address, count),
      stride: currents.stride,
      scale: scale[0]!,
      gradient: space.floats(plan.rooms.at('currents'), 2 * count),
      ...{ labels, shares },
      steps: network.steps,
      classes: network.classes.length,
      lambda: tetLambda,
      classWeights,
    });
  }
}
