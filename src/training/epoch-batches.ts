/**
 * The batches of an epoch: shuffled and augmented, the same for equal (seed, epoch). Each is made when it is asked for, of
 * nothing but its number: one is in memory at a time, and a run that goes on makes none of those before.
 */
import { firstValueFrom, from } from 'rxjs';
import { collectSamples, type SampleBatch } from '../../operators/index.ts';
import { SeededRandom } from '../events/index.ts';
import type { AugmentationStep } from '../filters/index.ts';
import type { LabelledClip } from '../frames/index.ts';
import { augmentSample } from './augment/index.ts';
import type { TrainingPlan } from './plan.ts';

/** See the file comment. */
export class EpochBatches {
  readonly length: number;
  readonly #plan: TrainingPlan;
  readonly #epoch: number;
  readonly #samples: readonly LabelledClip[];
  readonly #order: readonly number[];
  readonly #steps: readonly AugmentationStep[];

  constructor(plan: TrainingPlan, epoch: number, samples: readonly LabelledClip[]) {
    const { seed, batchSize, maxShift, augment = [] } = plan;
    this.#plan = plan;
    this.#epoch = epoch;
    this.#samples = samples;
    this.#order = new SeededRandom(seed, epoch, -1).shuffle(samples.map((_, i) => i));
    this.#steps = [[{ operation: 'shift', amount: maxShift }], ...augment];
    this.length = Math.ceil(samples.length / batchSize);
  }

  async at(batch: number): Promise<SampleBatch> {
    const { seed, batchSize } = this.#plan;
    const keys = { seed, epoch: this.#epoch };
    const own = this.#order.slice(batch * batchSize, (batch + 1) * batchSize);
    const augmented = own.map((i) => augmentSample(this.#samples, i, this.#steps, keys));
    return firstValueFrom(from(augmented).pipe(collectSamples({ batchSize })));
  }
}
