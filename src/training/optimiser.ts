/** Adam with a learning rate that may change, and a state that can be saved. */
import { tf, type Tensor, type Variable } from './tf.ts';
import { TrainingError } from './errors.ts';
import type { AdamState } from './optimiser-state.ts';

/** TensorFlow.js's Adam with its learning rate opened. */
export class ScheduledAdam extends tf.AdamOptimizer {
  constructor(learningRate: number) {
    super(learningRate, 0.9, 0.999, 1e-8);
  }

  setLearningRate(rate: number): void {
    this.learningRate = rate;
  }

  async save(): Promise<AdamState> {
    const [count, ...moments] = await this.getWeights();
    // The step count is a tensor made for the occasion; the moments are the optimiser's own.
    count?.tensor.dispose();
    const [first, second] = this.#betaPowers;
    return {
      iterations: this.iterations,
      betaPowers: [(await first.data())[0]!, (await second.data())[0]!],
      moments: await Promise.all(moments.map(async ({ tensor }) => Float32Array.from(await tensor.data()))),
    };
  }

  /**
   * Takes back what {@link ScheduledAdam.save} gave, for the same variables in the same order.
   *
   * @throws TrainingError `WRONG_CHECKPOINT` if the state is that of other variables.
   */
  async load({ iterations, betaPowers, moments }: AdamState, variables: readonly Variable[]): Promise<void> {
    const expected = moments.length === 0 ? [] : [...variables, ...variables];
    if (
      moments.length !== expected.length ||
      moments.some((values, i) => values.length !== expected[i]!.size)
    ) {
      throw new TrainingError('WRONG_CHECKPOINT', "The optimiser's state does not fit the network.");
    }
    const tensors: Tensor[] = [
      tf.scalar(iterations, 'int32'),
      ...moments.map((values, i) => tf.tensor(values, expected[i]!.shape)),
    ];
    const names = ['iter', ...expected.map(({ name }) => name)];
    await this.setWeights(tensors.map((tensor, i) => ({ name: names[i]!, tensor })));
    tf.dispose(tensors);
    this.#betaPowers.forEach((power, i) => {
      tf.tidy(() => {
        power.assign(tf.scalar(betaPowers[i]!));
      });
    });
  }

  /** TensorFlow.js keeps them to itself and, in `setWeights`, computes them anew with other roundings. */
  get #betaPowers(): readonly [Variable, Variable] {
    return [this['accBeta1'], this['accBeta2']];
  }
}
