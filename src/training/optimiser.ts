/** Adam with a learning rate that may change, and a state that can be saved. */
import { tf, type Variable } from './tf.ts';

/** TensorFlow.js's Adam with its learning rate opened. */
export class ScheduledAdam extends tf.AdamOptimizer {
  constructor(learningRate: number) {
    super(learningRate, 0.9, 0.999, 1e-8);
  }

  setLearningRate(rate: number): void {
    this.learningRate = rate;
  }

  /** Step count and moments. */
  async save(): Promise<Float32Array[]> {
    const weights = await this.getWeights();
    const state = await Promise.all(
      weights.map(async ({ tensor }) => Float32Array.from(await tensor.data())),
    );
    // The step count is a tensor made for the occasion; the moments are the optimiser's own.
    weights[0]?.tensor.dispose();
    return state;
  }

  /** Takes back what {@link ScheduledAdam.save} gave, for the same variables in the same order. */
  async load(state: readonly Float32Array[], variables: readonly Variable[]): Promise<void> {
    const [iterations, ...moments] = state;
    const named = moments.map((values, i) => {
      const variable = variables[i % variables.length]!;
      return { name: variable.name, tensor: tf.tensor(values, variable.shape) };
    });
    await this.setWeights([{ name: 'iter', tensor: tf.scalar(iterations![0]!, 'int32') }, ...named]);
  }
}
