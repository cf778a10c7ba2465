/**
 * The training engine: one batch's forward and backward pass and the optimiser's step in WebAssembly SIMD.
 *
 * Spikes are bytes, currents exact integers. Forward sums rows of weights of active inputs, and neurons decide by the
 * very float32 rule that the exported model is folded from. Backward looks up signed sums of gradients instead of
 * multiplying by weights of ±1, and adds gradients where there were spikes. Every sum has one order, so equal seeds give
 * equal weights, bit for bit, on every machine.
 */
import type { SampleBatch } from '../../../operators/index.ts';
import { toNetworkInput } from '../../inference/index.ts';
import type { NetworkDescription, NetworkParameters } from '../../network/index.ts';
import { OptionError } from '../../events/index.ts';
import { checkStep } from '../check-plan.ts';
import { TrainingError } from '../errors.ts';
import type { BatchLoss } from '../learner.ts';
import type { LayerFiring } from '../plan.ts';
import { resolveOptimiser, type OptimiserSpec, type OptimiserState } from '../optimiser-spec.ts';
import type { EdeSlope } from '../schedule.ts';
import { roundingOf, type GradientOptions } from './gradient-options.ts';
import type { RoundingReport } from './gradient-rounding.ts';
import { instantiateKernel, type Kernel } from './kernel.ts';
import { engineObstacle, planEngine, requireMemory, type EnginePlan } from './plan.ts';
import type { LayerActivity } from './neuron-stage.ts';
import { lossAndGradient } from './readout.ts';
import { Space } from './space.ts';

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
 * console.log(engine.step(batch, 0.01, edeSlope(0, 1)).loss > 0); // true
 * ```
 */
export class TrainingEngine {
  /** All that the engine takes. */
  readonly bytes: number;
  readonly #options: TrainingEngineOptions;
  #plan: EnginePlan | null;
  #space: Space | null;
  #kernel: Kernel | null;

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
    requireMemory(network, batchSize, maxMemoryBytes, options);
    const plan = planEngine(network, batchSize, roundingOf(options, seed));
    this.#options = options;
    this.bytes = plan.bytes;
    this.#plan = plan;
    this.#space = spaceOf(plan.bytes);
    this.#kernel = instantiateKernel(this.#space.memory);
    plan.parameters.start(this.#space, seed, optimiser);
    for (const stage of plan.stages) stage.start({ space: this.#space, kernel: this.#kernel });
  }

  /**
   * One step of the optimiser.
   *
   * @param batch at most as many samples as the engine was made for.
   * @throws OptionError for a rate that is no rate; {@link TrainingError} `BAD_BATCH` for another size of frames or more samples.
   */
  step(batch: SampleBatch, rate: number, ede: EdeSlope): BatchLoss {
    if (!Number.isFinite(rate) || rate < 0)
      throw new OptionError('rate', `must be a number of at least 0, got ${rate}`);
    const loss = this.gradients(batch, ede);
    const { parameters, neurons } = this.#live.plan;
    parameters.step(this.#live.kernel, rate);
    for (const stage of neurons) {
      stage.recordStatistics();
      stage.project();
    }
    return loss;
  }

  /** The two passes without the step: {@link TrainingEngine.parameterGradients} has the result. */
  gradients(batch: SampleBatch, ede: EdeSlope): BatchLoss {
    const { plan } = this.#live;
    this.#load(batch);
    for (const stage of plan.stages) stage.forward(batch.size);
    const loss = this.#loss(batch.labels);
    plan.parameters.clearGradients();
    for (const stage of plan.stages.toReversed()) stage.backward(batch.size, ede);
    return loss;
  }

  /**
   * The two passes for what rounding does to the gradients of a batch: one report a convolution whose gradients are rounded,
   * none with float32.
   */
  roundingOf(batch: SampleBatch, ede: EdeSlope): RoundingReport[] {
    const { convolutions, rounding } = this.#live.plan;
    if (rounding === null) return [];
    rounding.measured = true;
    this.gradients(batch, ede);
    rounding.measured = false;
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

  /** Lets go of the memory. Everything but this throws afterwards. */
  dispose(): void {
    [this.#plan, this.#space, this.#kernel] = [null, null, null];
  }

  get #live(): { plan: EnginePlan; space: Space; kernel: Kernel } {
    const [plan, space, kernel] = [this.#plan, this.#space, this.#kernel];
    if (plan === null || space === null || kernel === null)
      throw new TrainingError('DISPOSED', 'The training engine was disposed.');
    return { plan, space, kernel };
  }

  /** Counts `[T, B, 2, height, width]` to the input map, `[B, T, height, width, 2]`. */
  #load({ counts, size, steps, geometry }: SampleBatch): void {
    const { network, batchSize } = this.#options;
    const { height, width } = network.input;
    if (
      size > batchSize ||
      steps !== network.steps ||
      geometry.width !== width ||
      geometry.height !== height
    ) {
      throw new TrainingError(
        'BAD_BATCH',
        `The engine takes up to ${batchSize} samples of ${network.steps} frames of ${width}x${height}; got ${size} of ${steps} of ${geometry.width}x${geometry.height}.`,
      );
    }
    const { plan, space } = this.#live;
    const length = plan.input.bytes;
    for (let t = 0; t < steps; t++) {
      for (let sample = 0; sample < size; sample++) {
        const from = (t * size + sample) * length;
        const frame = toNetworkInput(counts.subarray(from, from + length), network.input);
        space.u8.set(frame, plan.input.address + (sample * steps + t) * length);
      }
    }
  }

  #loss(labels: Int32Array): BatchLoss {
    const { plan, space } = this.#live;
    const { currents, scale } = plan.readOut;
    const { network, tetLambda, classWeights } = this.#options;
    const count = labels.length * network.steps * currents.stride;
    return lossAndGradient({
      logits: space.floats(currents.address, count),
      stride: currents.stride,
      scale: scale[0]!,
      gradient: space.floats(plan.rooms.at('currents'), 2 * count),
      labels,
      steps: network.steps,
      classes: network.classes.length,
      lambda: tetLambda,
      classWeights,
    });
  }
}

function spaceOf(bytes: number): Space {
  try {
    return new Space(bytes);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new TrainingError(
      'OUT_OF_MEMORY',
      `The machine has no ${Math.ceil(bytes / 2 ** 20)} MiB for a step; lower the batch.`,
      { cause },
    );
  }
}
