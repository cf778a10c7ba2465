/** Training steps with TensorFlow.js. */
import type { SampleBatch } from '../../operators/index.ts';
import { inputTensor } from './batch-input.ts';
import { checkPlan } from './check-plan.ts';
import { TrainingError } from './errors.ts';
import type { BatchLoss, EpochSettings, Learner, LearnerState } from './learner.ts';
import { tetLoss } from './loss.ts';
import { ScheduledAdam } from './optimiser.ts';
import type { TrainingPlan } from './plan.ts';
import { createTensorOps } from './tensor-ops.ts';
import { tf, type Tensor, type Variable } from './tf.ts';
import { TrainableNetwork } from './trainable-network.ts';

/** Computes on the backend that is selected. Leaves no tensors behind but the variables. */
export class TensorLearner implements Learner {
  readonly backend: string = tf.getBackend();
  readonly #plan: TrainingPlan;
  readonly #network: TrainableNetwork;
  readonly #optimiser: ScheduledAdam;
  #disposed = false;

  /** @throws OptionError for a number of the plan that is out of its range. */
  constructor(plan: TrainingPlan) {
    checkPlan(plan);
    this.#plan = plan;
    this.#network = new TrainableNetwork(plan.network, plan.seed);
    this.#optimiser = new ScheduledAdam(plan.learningRate);
  }

  async step(batch: SampleBatch, { rate, ede }: EpochSettings): Promise<BatchLoss> {
    const network = this.#live;
    const statistics: [string, Tensor, Tensor][] = [];
    const ops = createTensorOps({
      steps: batch.steps,
      ede,
      onStatistics: (key, mean, variance) => statistics.push([key, tf.keep(mean), tf.keep(variance)]),
    });
    const input = inputTensor(batch, this.#plan.network);
    let meanLogits: Tensor | undefined;
    const { value, grads } = tf.variableGrads(() => {
      const logits = network.forward(ops, input);
      meanLogits = tf.keep(tf.mean(tf.reshape(logits, [batch.steps, batch.size, -1]), 0));
      return tetLoss(logits, batch.labels, batch.steps, this.#plan.tetLambda).asScalar();
    }, network.trainable);
    this.#optimiser.setLearningRate(rate);
    this.#optimiser.applyGradients(grads as Record<string, Variable>);
    for (const [key, mean, variance] of statistics) network.recordStatistics(key, mean, variance);
    await network.project();
    const [loss, correct] = [(await value.data())[0]!, await countCorrect(meanLogits!, batch.labels)];
    tf.dispose([input, value, meanLogits!, ...Object.values(grads)]);
    return { loss, correct };
  }

  async save(): Promise<LearnerState> {
    return { parameters: await this.#live.snapshot(), optimiser: await this.#optimiser.save() };
  }

  async restore({ parameters, optimiser }: LearnerState): Promise<void> {
    this.#live.restore(parameters);
    await this.#optimiser.load(optimiser, this.#network.trainable);
  }

  /** Lets go of the variables. Everything but this throws `DISPOSED` afterwards. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
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
