/** The training loop around any learner: Eq. 7 in parallel over time, Adam, cosine schedule, TET loss, seeded. */
import { setImmediate as turn } from 'node:timers/promises';
import { from, lastValueFrom, toArray } from 'rxjs';
import { collectSamples, type SampleBatch } from '../../operators/index.ts';
import { SeededRandom } from '../events/index.ts';
import type { LabelledClip } from '../frames/index.ts';
import type { NetworkParameters } from '../network/index.ts';
import { augmentClip } from './augment/index.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RoundingReport } from './engine/index.ts';
import { TrainingError } from './errors.ts';
import type { EpochSettings, Learner, LearnerFactory } from './learner.ts';
import type { EpochProgress, EpochReport, TrainingPlan } from './plan.ts';
import { cosineRate, edeSlope } from './schedule.ts';
import { TensorLearner } from './tensor-learner.ts';

/** One finished step, for progress displays. Loss and accuracy are those of the epoch so far. */
export interface TrainingProgress {
  readonly epoch: number;
  readonly samplesDone: number;
  readonly samples: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly samplesPerSecond: number;
}

/** What a run may be given besides its plan. */
export interface TrainingHooks {
  /** What computes the steps. Default: TensorFlow.js, on the backend that is selected. */
  readonly learner?: LearnerFactory;
  /** Go on from here. */
  readonly checkpoint?: Checkpoint;
  /**
   * Stops after the batch in hand: `onCheckpoint` gets what is done of the epoch, and the run rejects with the signal's
   * reason.
   */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called at the end of each epoch if gradients are rounded, with what that does to its last batch. */
  readonly onRounding?: (epoch: number, layers: readonly RoundingReport[]) => void;
  /** Called after each epoch, and where a signal stops one, with all that is needed to resume. Awaited. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => Promise<void> | void;
}

/** The result of training. */
export interface TrainingResult {
  readonly parameters: NetworkParameters;
  readonly history: readonly EpochReport[];
}

/**
 * Trains a network. Choose what computes first, with `selectBackend`. A run that was stopped, however often, and resumed
 * from its checkpoints gives the parameters of an undisturbed one, bit for bit.
 *
 * @param samples labelled clips as the binning operators made them.
 * @throws {@link TrainingError} `NO_SAMPLES`, `TOO_FEW_CLASSES` or `BAD_LABEL` for samples that teach nothing,
 * `WRONG_CHECKPOINT`, or `DIVERGED` when the loss is no longer a number.
 *
 * @example
 * ```ts
 * import { describePlain } from 'saccade';
 * import { selectBackend, trainNetwork } from 'saccade/training';
 * await selectBackend({ prefer: 'cpu' });
 * const size = { steps: 2, height: 4, width: 4 };
 * const network = describePlain('toy', [2], { ...size, classes: ['off', 'on'], neuron: { kind: 'lif' } });
 * const geometry = { width: 4, height: 4 };
 * const clip = (value: number) => ({ steps: 2, geometry, counts: new Uint8Array(64).fill(value), events: 0, saturated: 0, outside: 0 });
 * const samples = [{ clip: clip(0), label: 0 }, { clip: clip(3), label: 1 }];
 * const plan = { network, epochs: 1, batchSize: 2, learningRate: 0.01, seed: 1, tetLambda: 0, maxShift: 0, data: 'toy' };
 * const { history } = await trainNetwork(plan, samples);
 * console.log(history.length); // 1
 * ```
 */
export async function trainNetwork(
  plan: TrainingPlan,
  samples: readonly LabelledClip[],
  hooks: TrainingHooks = {},
): Promise<TrainingResult> {
  checkSamples(plan, samples);
  const { checkpoint, learner: create = (own) => new TensorLearner(own) } = hooks;
  const learner = create(plan);
  const history: EpochReport[] = [...(checkpoint?.history ?? [])];
  const save = async (progress: EpochProgress | null): Promise<void> => {
    if (hooks.onCheckpoint === undefined) return;
    const state = await learner.save();
    await hooks.onCheckpoint({ plan, backend: learner.backend, history: [...history], progress, ...state });
  };
  try {
    if (checkpoint !== undefined) {
      checkBackend(checkpoint, learner);
      await learner.restore(checkpoint);
    }
    let progress = checkpoint?.progress ?? null;
    while (history.length < plan.epochs) {
      const epoch = new Epoch(plan, history.length, samples, progress);
      await epoch.run(learner, hooks, save);
      history.push(epoch.report);
      progress = null;
      await save(null);
    }
    return { parameters: (await learner.save()).parameters, history };
  } finally {
    learner.dispose();
  }
}

function checkBackend(checkpoint: Checkpoint, { backend }: Learner): void {
  if (checkpoint.backend === backend) return;
  throw new TrainingError(
    'WRONG_CHECKPOINT',
    `The checkpoint was made on backend ${checkpoint.backend}, this is ${backend}: they round differently. Use that one (--backend), or --restart.`,
  );
}

function checkSamples({ network }: TrainingPlan, samples: readonly LabelledClip[]): void {
  if (samples.length === 0) throw new TrainingError('NO_SAMPLES', 'There is not one training sample.');
  const { classes } = network;
  const labels = new Set(samples.map(({ label }) => label));
  const strange = [...labels].find((label) => classes[label] === undefined);
  if (strange !== undefined) {
    throw new TrainingError(
      'BAD_LABEL',
      `A sample has label ${strange}; there are ${classes.length} classes.`,
    );
  }
  if (labels.size < 2) {
    throw new TrainingError(
      'TOO_FEW_CLASSES',
      `At least two classes are needed; all training samples are of class "${classes[[...labels][0]!]!}".`,
    );
  }
}

/** The batches of an epoch: shuffled and shifted, the same for equal (seed, epoch). */
async function epochBatches(
  { seed, batchSize, maxShift, augment = [] }: TrainingPlan,
  epoch: number,
  samples: readonly LabelledClip[],
): Promise<SampleBatch[]> {
  const order = new SeededRandom(seed, epoch, -1).shuffle(samples.map((_, i) => i));
  const steps = [[{ operation: 'shift', amount: maxShift }], ...augment];
  const augmented = order.map((i): LabelledClip => {
    const { clip, label } = samples[i]!;
    return { label, clip: augmentClip(clip, steps, new SeededRandom(seed, epoch, i)) };
  });
  return lastValueFrom(from(augmented).pipe(collectSamples({ batchSize }), toArray()));
}

/** One epoch, from wherever a checkpoint left it. */
class Epoch {
  readonly #plan: TrainingPlan;
  readonly #epoch: number;
  readonly #samples: readonly LabelledClip[];
  #progress: EpochProgress;

  constructor(
    plan: TrainingPlan,
    epoch: number,
    samples: readonly LabelledClip[],
    progress: EpochProgress | null,
  ) {
    this.#plan = plan;
    this.#epoch = epoch;
    this.#samples = samples;
    this.#progress = progress ?? { batches: 0, samples: 0, correct: 0, lossSum: 0, seconds: 0 };
  }

  get report(): EpochReport {
    const { samples, correct, lossSum, seconds } = this.#progress;
    return { epoch: this.#epoch, loss: lossSum / samples, accuracy: correct / samples, seconds };
  }

  /** @param save is called where the signal stops the epoch. */
  async run(
    learner: Learner,
    { signal, onProgress, onRounding }: TrainingHooks,
    save: (progress: EpochProgress) => Promise<void>,
  ): Promise<void> {
    const { learningRate, epochs } = this.#plan;
    const settings: EpochSettings = {
      rate: cosineRate(learningRate, this.#epoch, epochs),
      ede: edeSlope(this.#epoch, epochs),
    };
    const started = performance.now() - 1000 * this.#progress.seconds;
    const resumedAt = this.#progress.batches;
    const batches = await epochBatches(this.#plan, this.#epoch, this.#samples);
    for (const batch of batches.slice(resumedAt)) {
      if (signal?.aborted === true) {
        // Without a new batch the last checkpoint still tells all.
        if (this.#progress.batches > resumedAt) await save(this.#progress);
        throw signal.reason;
      }
      const { loss, correct } = await learner.step(batch, settings);
      if (!Number.isFinite(loss)) {
        throw new TrainingError(
          'DIVERGED',
          `The loss is ${loss} in epoch ${this.#epoch}. Lower the learning rate.`,
        );
      }
      const before = this.#progress;
      this.#progress = {
        batches: before.batches + 1,
        samples: before.samples + batch.size,
        correct: before.correct + correct,
        lossSum: before.lossSum + loss * batch.size,
        seconds: (performance.now() - started) / 1000,
      };
      this.#tell(onProgress);
      // Some backends never leave the microtasks: without a turn of the event loop no signal would arrive.
      await turn();
    }
    const last = batches.at(-1);
    if (onRounding !== undefined && last !== undefined && this.#plan.gradients === 'power-of-two')
      onRounding(this.#epoch, learner.rounding?.(last, edeSlope(this.#epoch, this.#plan.epochs)) ?? []);
  }

  #tell(onProgress: TrainingHooks['onProgress']): void {
    const { samples: samplesDone, seconds } = this.#progress;
    const { loss, accuracy } = this.report;
    onProgress?.({
      epoch: this.#epoch,
      samplesDone,
      samples: this.#samples.length,
      loss,
      accuracy,
      samplesPerSecond: samplesDone / seconds,
    });
  }
}
