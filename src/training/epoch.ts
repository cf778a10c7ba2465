/** One epoch of training, from wherever a checkpoint left it. */
import type { SampleBatch } from '../../operators/index.ts';
import { SaccadeError } from '../events/index.ts';
import type { LabelledClip } from '../frames/index.ts';
import type { RoundingReport } from './engine/index.ts';
import { EpochBatches } from './epoch-batches.ts';
import { NotFinite } from './finite.ts';
import type { BatchLoss, EpochSettings, Learner } from './learner.ts';
import type { EpochProgress, EpochReport, LayerFiring, TrainingPlan } from './plan.ts';

/** A turn of the event loop: pages have no `setImmediate`. */
function turn(): Promise<void> {
  const { setImmediate: soon = setTimeout } = globalThis as Partial<typeof globalThis>;
  return new Promise((resolve) => {
    soon(resolve);
  });
}

/** What an epoch needs of the run around it. */
export interface EpochContext {
  readonly learner: Learner;
  readonly signal: AbortSignal | undefined;
  /** Rate and slope of the step after so many batches of the epoch. */
  settings(batch: number, batches: number): EpochSettings;
  /** Whether there is time for another step. */
  hasTime(): boolean;
  /** Whether it is time for a checkpoint, or for a look at the neurons. */
  isDue(what: 'checkpoint' | 'firing'): boolean;
  save(progress: EpochProgress): Promise<void>;
  onStep(epoch: Epoch): void;
  /** Looks at what an epoch's last batch does to rounded gradients. */
  onRounding?: ((epoch: number, layers: readonly RoundingReport[]) => void) | undefined;
}

const NOTHING: EpochProgress = { batches: 0, samples: 0, correct: 0, lossSum: 0, seconds: 0 };

/** See the file comment. */
export class Epoch {
  readonly number: number;
  readonly #plan: TrainingPlan;
  readonly #samples: readonly LabelledClip[];
  readonly #resumedAt: number;
  #progress: EpochProgress;
  #rate = 0;
  #layers: readonly LayerFiring[] = [];

  constructor(
    plan: TrainingPlan,
    number: number,
    samples: readonly LabelledClip[],
    progress: EpochProgress | null,
  ) {
    this.#plan = plan;
    this.number = number;
    this.#samples = samples;
    this.#progress = progress ?? NOTHING;
    this.#resumedAt = this.#progress.batches;
  }

  /** How many samples it has. */
  get size(): number {
    return this.#samples.length;
  }

  get progress(): EpochProgress {
    return this.#progress;
  }

  get report(): EpochReport {
    const { samples, correct, lossSum, seconds } = this.#progress;
    return {
      epoch: this.number,
      samples,
      loss: lossSum / samples,
      accuracy: correct / samples,
      seconds,
      rate: this.#rate,
      validation: null,
      layers: this.#layers,
    };
  }

  /** @throws NotFinite where a step gave what is no number; the signal's reason after a checkpoint. */
  async run(context: EpochContext): Promise<void> {
    const { learner, signal } = context;
    const started = performance.now() - 1000 * this.#progress.seconds;
    const batches = new EpochBatches(this.#plan, this.number, this.#samples);
    for (let i = this.#resumedAt; i < batches.length; i++) {
      // Without a new batch the last checkpoint still tells all.
      const isNew = i > this.#resumedAt;
      if (signal?.aborted === true) {
        if (isNew) await context.save(this.#progress);
        throw signal.reason;
      }
      if (!context.hasTime()) return;
      if (isNew && context.isDue('checkpoint')) await context.save(this.#progress);
      const settings = context.settings(i, batches.length);
      const firing = i === batches.length - 1 || context.isDue('firing');
      const batch = await batches.at(i);
      const loss = await stepOf(learner, batch, { ...settings, firing }, i);
      this.#count(loss, batch.size, settings.rate, (performance.now() - started) / 1000);
      context.onStep(this);
      // Some backends never leave the microtasks: without a turn of the event loop no signal would arrive.
      await turn();
    }
    await this.#tellRounding(context, batches);
  }

  async #tellRounding(context: EpochContext, batches: EpochBatches): Promise<void> {
    const { learner, onRounding } = context;
    if (onRounding === undefined || this.#plan.gradients !== 'power-of-two') return;
    const last = batches.length - 1;
    const { ede } = context.settings(last, batches.length);
    onRounding(this.number, (await learner.rounding?.(await batches.at(last), ede)) ?? []);
  }

  #count({ loss, correct, layers }: BatchLoss, size: number, rate: number, seconds: number): void {
    const before = this.#progress;
    this.#rate = rate;
    this.#layers = layers ?? this.#layers;
    this.#progress = {
      batches: before.batches + 1,
      samples: before.samples + size,
      correct: before.correct + correct,
      lossSum: before.lossSum + loss * size,
      seconds,
    };
  }
}

async function stepOf(
  learner: Learner,
  batch: SampleBatch,
  settings: EpochSettings,
  i: number,
): Promise<BatchLoss> {
  try {
    const loss = await learner.step(batch, settings);
    if (Number.isFinite(loss.loss)) return loss;
    throw new NotFinite(i, `the loss is ${loss.loss}`);
  } catch (error) {
    // Some parameters are folded in every step, and numbers that are none are refused there.
    if (!(error instanceof SaccadeError) || error.code !== 'BAD_PARAMETERS') throw error;
    throw new NotFinite(i, error.message, { cause: error });
  }
}
