/** The optimisers on stretches of the engine's memory. */
import {
  ADAM_BETA1,
  ADAM_BETA2,
  ADAM_EPSILON,
  type OptimiserSpec,
  type OptimiserState,
} from '../optimiser-spec.ts';
import type { Kernel } from './kernel.ts';

/** Addresses of stretches of float32 of the same length: a number has the same place in each. */
export interface OptimisedStretches {
  readonly values: number;
  readonly gradients: number;
  readonly first: number;
  readonly second: number;
  /** Numbers of each, a multiple of 8. */
  readonly count: number;
  /** What weight decay is for: first number and how many. */
  readonly decaying: readonly (readonly [offset: number, count: number])[];
}

/** See the file comment. */
export class EngineOptimiser {
  readonly #spec: Required<OptimiserSpec>;
  readonly #stretches: OptimisedStretches;
  #iterations = 0;
  #betaPowers: readonly [number, number] = [ADAM_BETA1, ADAM_BETA2];

  constructor(spec: Required<OptimiserSpec>, stretches: OptimisedStretches) {
    this.#spec = spec;
    this.#stretches = stretches;
  }

  get kind(): OptimiserSpec['kind'] {
    return this.#spec.kind;
  }

  /** All of the state but the moments. */
  get scalars(): Omit<OptimiserState, 'moments'> {
    return { iterations: this.#iterations, betaPowers: this.#betaPowers };
  }

  set scalars({ iterations, betaPowers }: Omit<OptimiserState, 'moments'>) {
    this.#iterations = iterations;
    this.#betaPowers = betaPowers;
  }

  /** One step along the gradients. */
  step(kernel: Kernel, rate: number): void {
    const { values, gradients, first, second, count, decaying } = this.#stretches;
    const { kind, weightDecay, momentum } = this.#spec;
    if (weightDecay > 0) {
      const factor = 1 - rate * weightDecay;
      for (const [offset, length] of decaying) kernel.decay(values + 4 * offset, length, factor);
    }
    const [power1, power2] = this.#betaPowers;
    if (kind === 'sgd') kernel.momentumStep(values, gradients, first, count, rate, momentum);
    else {
      const scales = [1 / (1 - power1), 1 / (1 - power2)] as const;
      const betas = [ADAM_BETA1, ADAM_BETA2] as const;
      kernel.adam(values, gradients, first, second, count, rate, ...betas, ...scales, ADAM_EPSILON);
    }
    this.#betaPowers = [Math.fround(power1 * ADAM_BETA1), Math.fround(power2 * ADAM_BETA2)];
    this.#iterations++;
  }
}
