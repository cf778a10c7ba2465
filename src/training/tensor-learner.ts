/** Training steps with TensorFlow.js. */
import type { SampleBatch } from '../../operators/index.ts';
import { inputTensor } from './batch-input.ts';
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

  /** @throws TrainingError `BAD_OPTION` for a plan with rounded gradients. */
  constructor(plan: TrainingPlan) {
    if (plan.gradients === 'power-of-two') {
      throw new TrainingError(
        'BAD_OPTION',
        'TensorFlow.js does not round gradients: only the training engine does. Take float32.',
      );
    }
    this.#plan = plan;
    this.#network = new TrainableNetwork(plan.network, plan.seed);
    this.#optimiser = new ScheduledAdam(plan.learningRate);
  }

  async step(batch: SampleBatch, { rate, ede }: EpochSettings): Promise<BatchLoss> {
    const network = this.#network;
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
    return { parameters: await this.#network.snapshot(), optimiser: await this.#optimiser.save() };
  }

  async restore({ parameters, optimiser }: LearnerState): Promise<void> {
    this.#network.restore(parameters);
    await this.#optimiser.load(optimiser, this.#network.trainable);
  }

  dispose(): void {
    this.#network.dispose();
    this.#optimiser.dispose();
  }
}

async function countCorrect(logits: Tensor, labels: Int32Array): Promise<number> {
  const best = tf.argMax(logits, 1);
  const predicted = await best.data();
  best.dispose();
  return labels.reduce((count, label, i) => count + (predicted[i] === label ? 1 : 0), 0);
}
