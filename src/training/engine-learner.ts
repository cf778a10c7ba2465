/** Training steps with the engine of our own. */
import type { SampleBatch } from '../../operators/index.ts';
import { TrainingEngine, type RoundingReport, type TrainingEngineOptions } from './engine/index.ts';
import type { BatchLoss, EpochSettings, Learner, LearnerState } from './learner.ts';
import type { TrainingPlan } from './plan.ts';
import type { EdeSlope } from './schedule.ts';

/**
 * See {@link TrainingEngine}.
 *
 * @throws {@link TrainingError} as its constructor does.
 *
 * @example
 * ```ts
 * import { describePlain } from 'saccade';
 * import { EngineLearner, trainNetwork } from 'saccade/training';
 * const size = { steps: 2, height: 4, width: 4, classes: ['off', 'on'] };
 * const network = describePlain('toy', [2], { ...size, neuron: { kind: 'mfp', structure: 'full' } });
 * const geometry = { width: 4, height: 4 };
 * const clip = (value: number) => ({ steps: 2, geometry, counts: new Uint8Array(64).fill(value), events: 0, saturated: 0, outside: 0 });
 * const samples = [{ clip: clip(0), label: 0 }, { clip: clip(3), label: 1 }];
 * const plan = { network, epochs: 1, batchSize: 2, learningRate: 0.01, seed: 1, tetLambda: 0, maxShift: 0, data: 'toy' };
 * const { history } = await trainNetwork(plan, samples, { learner: (own) => new EngineLearner(own) });
 * console.log(history.length); // 1
 * ```
 */
export class EngineLearner implements Learner {
  readonly backend = 'engine';
  readonly #engine: TrainingEngine;

  /** @param options of the machine: they change nothing in the result. */
  constructor(plan: TrainingPlan, options: Pick<TrainingEngineOptions, 'threads' | 'maxMemoryBytes'> = {}) {
    this.#engine = new TrainingEngine({ ...plan, ...options });
  }

  /** Threads that compute. */
  get threads(): number {
    return this.#engine.threads;
  }

  async step(batch: SampleBatch, { rate, ede, firing = false }: EpochSettings): Promise<BatchLoss> {
    const loss = await this.#engine.step(batch, rate, ede);
    return firing ? { ...loss, layers: this.#engine.firing() } : loss;
  }

  async rounding(batch: SampleBatch, ede: EdeSlope): Promise<readonly RoundingReport[]> {
    return this.#engine.roundingOf(batch, ede);
  }

  async save(): Promise<LearnerState> {
    return { parameters: this.#engine.snapshot(), optimiser: this.#engine.optimiser() };
  }

  async restore({ parameters, optimiser }: LearnerState): Promise<void> {
    this.#engine.restore(parameters, optimiser);
  }

  dispose(): void {
    this.#engine.dispose();
  }
}
