/** The optimisers on TensorFlow.js variables, with a rate that may change and a state that can be saved. */
import { TrainingError } from './errors.ts';
import {
  ADAM_BETA1,
  ADAM_BETA2,
  ADAM_EPSILON,
  momentsOf,
  type OptimiserSpec,
  type OptimiserState,
} from './optimiser-spec.ts';
import { tf, type Tensor, type Variable } from './tf.ts';

/** What is trained. */
export interface OptimisedVariables {
  readonly all: readonly Variable[];
  /** Those of them that weight decay is for. */
  readonly decaying: readonly Variable[];
}

/** Adam rounds as TensorFlow.js's own does, bit for bit. */
export class TensorOptimiser {
  readonly #spec: Required<OptimiserSpec>;
  readonly #variables: OptimisedVariables;
  /** `[moment][variable]`. */
  readonly #moments: readonly (readonly Variable[])[];
  #iterations = 0;
  #betaPowers: readonly [number, number] = [ADAM_BETA1, ADAM_BETA2];

  constructor(spec: Required<OptimiserSpec>, variables: OptimisedVariables) {
    this.#spec = spec;
    this.#variables = variables;
    this.#moments = Array.from({ length: momentsOf(spec.kind) }, () =>
      variables.all.map(({ shape }) => tf.tidy(() => tf.variable(tf.zeros(shape), false))),
    );
  }

  /** @param gradients by the variables' names. */
  step(gradients: Readonly<Record<string, Tensor>>, rate: number): void {
    const { kind, weightDecay } = this.#spec;
    if (weightDecay > 0) {
      for (const variable of this.#variables.decaying)
        tf.tidy(() => {
          variable.assign(tf.mul(variable, Math.fround(1 - rate * weightDecay)));
        });
    }
    this.#variables.all.forEach((variable, i) => {
      const gradient = gradients[variable.name];
      if (gradient === undefined) return;
      tf.tidy(() => {
        if (kind === 'sgd') this.#momentum(variable, gradient, i, rate);
        else this.#adam(variable, gradient, i, rate);
      });
    });
    const [power1, power2] = this.#betaPowers;
    this.#betaPowers = [Math.fround(power1 * ADAM_BETA1), Math.fround(power2 * ADAM_BETA2)];
    this.#iterations++;
  }

  #adam(variable: Variable, gradient: Tensor, i: number, rate: number): void {
    const [first, second] = [this.#moments[0]![i]!, this.#moments[1]![i]!];
    const [power1, power2] = this.#betaPowers;
    first.assign(tf.add(tf.mul(first, 0.9), tf.mul(gradient, 1 - 0.9)));
    second.assign(tf.add(tf.mul(second, 0.999), tf.mul(tf.square(gradient), 1 - 0.999)));
    const above = tf.div(first, Math.fround(1 - power1));
    const below = tf.add(tf.sqrt(tf.div(second, Math.fround(1 - power2))), ADAM_EPSILON);
    variable.assign(tf.add(tf.mul(tf.div(above, below), -rate), variable));
  }

  #momentum(variable: Variable, gradient: Tensor, i: number, rate: number): void {
    const velocity = this.#moments[0]![i]!;
    velocity.assign(tf.add(tf.mul(velocity, this.#spec.momentum), gradient));
    variable.assign(tf.sub(variable, tf.mul(velocity, rate)));
  }

  async save(): Promise<OptimiserState> {
    const moments = this.#iterations === 0 ? [] : this.#moments.flat();
    return {
      iterations: this.#iterations,
      betaPowers: this.#betaPowers,
      moments: await Promise.all(moments.map(async (own) => Float32Array.from(await own.data()))),
    };
  }

  /** Takes back what {@link TensorOptimiser.save} gave. @throws TrainingError `WRONG_CHECKPOINT` if it is of other variables. */
  load({ iterations, betaPowers, moments }: OptimiserState): void {
    const own = this.#moments.flat();
    const fits = moments.length === own.length && moments.every(({ length }, i) => length === own[i]!.size);
    if (moments.length > 0 && !fits)
      throw new TrainingError('WRONG_CHECKPOINT', "The optimiser's state does not fit the network.");
    own.forEach((moment, i) => {
      tf.tidy(() => {
        const values = moments[i];
        moment.assign(values === undefined ? tf.zeros(moment.shape) : tf.tensor(values, moment.shape));
      });
    });
    this.#iterations = iterations;
    this.#betaPowers = betaPowers;
  }

  dispose(): void {
    for (const moment of this.#moments.flat()) moment.dispose();
  }
}
