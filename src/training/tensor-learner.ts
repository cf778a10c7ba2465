/** Training steps with TensorFlow.js. */
import type { SampleBatch } from '../../operators/index.ts';
import { inputTensor } from './batch-input.ts';
import { checkPlan } from './check-plan.ts';
import { classShares } from './class-shares.ts';
import { TrainingError } from './errors.ts';
import type { BatchLoss, EpochSettings, Learner, LearnerState } from './learner.ts';
import { tetLoss } from './loss.ts';
import { resolveOptimiser } from './optimiser-spec.ts';
import { TensorOptimiser } from './optimiser.ts';
import { layerFiring } from './firing.ts';
import type { LayerFiring, TrainingPlan } from './plan.ts';
import { createTensorOps } from './tensor-ops.ts';
import { tf, type Tensor } from './tf.ts';
import { TrainableNetwork } from './trainable-network.ts';

/** What a backend adds. */
export interface TensorLearnerOptions {
  /** Called before anything that was read is believed. Throws where the backend has reported a fault. */
  readonly verify?: () => void;
}

/**
 * Computes on the backend that is selected. Leaves no tensors behind but the variables, and reads none of them synchronously,
 * which not every backend can do.
 */
export class TensorLearner implements Learner {
  readonly backend: string = tf.getBackend();
  readonly #plan: TrainingPlan;
  readonly #network: TrainableNetwork;
  readonly #optimiser: TensorOptimiser;
  readonly #verify: () => void;
  #disposed = false;
  /** Whether the backend ended: what is left of it cannot even let go. */
  #ended = false;

  /** @throws OptionError for a number of the plan that is out of its range, TrainingError `BAD_OPTION` for rounded gradients. */
  constructor(plan: TrainingPlan, { verify = () => undefined }: TensorLearnerOptions = {}) {
    checkPlan(plan);
    this.#verify = verify;
    if (plan.gradients === 'power-of-two') {
      throw new TrainingError(
        'BAD_OPTION',
        'TensorFlow.js does not round gradients: only the training engine does. Take float32.',
      );
    }
    this.#plan = plan;
    this.#network = new TrainableNetwork(plan.network, plan.seed);
    this.#optimiser = new TensorOptimiser(resolveOptimiser(plan.optimiser), {
      all: this.#network.trainable,
      decaying: this.#network.decaying,
    });
  }

  /** @throws TrainingError `OUT_OF_MEMORY` where WebAssembly ended the step. */
  async step(batch: SampleBatch, settings: EpochSettings): Promise<BatchLoss> {
    return this.#verified(() => this.#step(batch, settings));
  }

  /** A backend that failed may reject what is read, or give zeros. */
  async #verified<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (cause) {
      if (!(cause instanceof WebAssembly.RuntimeError)) throw cause;
      this.#ended = true;
      throw new TrainingError(
        'OUT_OF_MEMORY',
        `TensorFlow.js's WebAssembly ended (${cause.message}): it can have 4 GiB at most. Take a smaller batch or frames, or the training engine, which needs a fraction.`,
        { cause },
      );
    } finally {
      this.#verify();
    }
  }

  async #step(batch: SampleBatch, { rate, ede, firing = false }: EpochSettings): Promise<BatchLoss> {
    const network = this.#live;
    const { tetLambda, classWeights } = this.#plan;
    const statistics: [string, Tensor, Tensor][] = [];
    const ops = createTensorOps({
      steps: batch.steps,
      ede,
      onStatistics: (key, mean, variance) => statistics.push([key, tf.keep(mean), tf.keep(variance)]),
    });
    const shares = classShares(batch, this.#plan.network.classes.length);
    const input = inputTensor(batch, this.#plan.network);
    const spikes = new Map<string, SpikeCounts>();
    let meanLogits: Tensor | undefined;
    const { value, grads } = tf.variableGrads(() => {
      const logits = network.forward(
        ops,
        input,
        firing ? (id, map) => spikes.set(id, countSpikes(map)) : undefined,
      );
      meanLogits = tf.keep(tf.mean(tf.reshape(logits, [batch.steps, batch.size, -1]), 0));
      return tetLoss(logits, shares, batch.steps, tetLambda, classWeights).asScalar();
    }, network.trainable);
    this.#optimiser.step(grads, rate);
    for (const [key, mean, variance] of statistics) network.recordStatistics(key, mean, variance);
    await network.project();
    const [loss, correct] = [(await value.data())[0]!, await countCorrect(meanLogits!, batch.labels)];
    tf.dispose([input, value, meanLogits!, ...Object.values(grads)]);
    if (!firing) return { loss, correct };
    return { loss, correct, layers: await firingOf(spikes) };
  }

  async save(): Promise<LearnerState> {
    return this.#verified(async () => ({
      parameters: await this.#live.snapshot(),
      optimiser: await this.#optimiser.save(),
    }));
  }

  async restore({ parameters, optimiser }: LearnerState): Promise<void> {
    this.#live.restore(parameters);
    this.#optimiser.load(optimiser);
  }

  /** Lets go of the variables. Everything but this throws `DISPOSED` afterwards. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#ended) return;
    this.#network.dispose();
    this.#optimiser.dispose();
  }

  get #live(): TrainableNetwork {
    if (this.#disposed) throw new TrainingError('DISPOSED', 'The learner was disposed.');
    return this.#network;
  }
}

async function countCorrect(logits: Tensor, labels: Int32Array): Promise<number> {
  const best = tf.argMax(logits, 1);
  const predicted = await best.data();
  best.dispose();
  return labels.reduce((count, label, i) => count + (predicted[i] === label ? 1 : 0), 0);
}

/** Spikes of each channel, and of how many places. */
interface SpikeCounts {
  readonly counts: Tensor;
  readonly places: number;
}

/** @param map spikes `[T*B, height, width, channels]`. */
function countSpikes(map: Tensor): SpikeCounts {
  const channels = map.shape.at(-1)!;
  const counts = tf.keep(tf.sum(tf.reshape(map, [-1, channels]), 0));
  return { counts, places: map.size / channels };
}

async function firingOf(spikes: ReadonlyMap<string, SpikeCounts>): Promise<LayerFiring[]> {
  const layers: LayerFiring[] = [];
  for (const [id, { counts, places }] of spikes) {
    layers.push(layerFiring(id, await counts.data(), places));
    counts.dispose();
  }
  return layers;
}
