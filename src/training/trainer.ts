/** The training loop around any learner: seeded, resumed bit for bit, validated, guarded. */
import type { LabelledClip } from '../frames/index.ts';
import type { NetworkParameters } from '../network/index.ts';
import { checkClips, checkPlan, checkSamples } from './check-plan.ts';
import { continuedWith, type Checkpoint } from './checkpoint.ts';
import { OptionError } from '../events/index.ts';
import type { RoundingReport } from './engine/index.ts';
import { TrainingError } from './errors.ts';
import type { Learner, LearnerFactory } from './learner.ts';
import type { BestEpoch, EpochReport, LayerFiring, PlanChange, Rollback, TrainingPlan } from './plan.ts';
import { TrainingRun } from './run.ts';
import { TensorLearner } from './tensor-learner.ts';

/** One finished step, for progress displays. Loss and accuracy are those of the epoch so far. */
export interface TrainingProgress {
  readonly epoch: number;
  readonly samplesDone: number;
  readonly samples: number;
  readonly loss: number;
  readonly accuracy: number;
  /** Learning rate of the step. */
  readonly rate: number;
  /** What neuron layers did when they were looked at last; empty until then. */
  readonly layers: readonly LayerFiring[];
  /** Of the run, those before a resume among them. */
  readonly elapsedSeconds: number;
  readonly samplesPerSecond: number;
}

/** What a run may be given besides its plan. */
export interface TrainingHooks {
  /** What computes the steps. Default: TensorFlow.js, on the backend that is selected. */
  readonly learner?: LearnerFactory;
  /** Go on from here. */
  readonly checkpoint?: Checkpoint;
  /**
   * Clips of recordings that are not trained on. The folded model is measured on them after every epoch, and
   * {@link TrainingResult.best} is the epoch that did best.
   */
  readonly validation?: readonly LabelledClip[];
  /**
   * The samples of an epoch, from 0, where they are others in each: in place of those that the run was given, which say what
   * there is to learn. Equal epochs must give equal ones; each is asked for when it begins, and one at a time is kept.
   */
  readonly epochSamples?: (epoch: number) => Promise<readonly LabelledClip[]>;
  /** Within an epoch, a checkpoint after so many milliseconds without one. Default: at the ends of epochs only. */
  readonly checkpointEveryMillis?: number;
  /**
   * Most time of all steps, validations and checkpoints together, that of a run that is gone on with included. Rates
   * and slopes go by the time wherever it ends before the epochs do, so the result depends on the machine.
   */
  readonly timeMillis?: number;
  /** Called when something was not finite, and the epoch is begun again at half the rate. */
  readonly onRollback?: (rollback: Rollback) => void;
  /**
   * Stops after the batch in hand: `onCheckpoint` gets what is done of the epoch, and the run rejects with the signal's
   * reason.
   */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called at the end of each epoch if gradients are rounded, with what that does to its last batch. */
  readonly onRounding?: (epoch: number, layers: readonly RoundingReport[]) => void;
  /** Called after each epoch, by time within one, and where a signal stops one, with all that is needed to resume. Awaited. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => Promise<void> | void;
}

/** Why a run ended: all epochs are done, no better one for as many as `patience` says, or the time is up. */
export type RunEnd = 'epochs' | 'patience' | 'time';

/** The result of training. */
export interface TrainingResult {
  /** After the last epoch. */
  readonly parameters: NetworkParameters;
  readonly history: readonly EpochReport[];
  /** `null` without validation clips. */
  readonly best: BestEpoch | null;
  readonly end: RunEnd;
  /** How often an epoch was begun again at half the rate. */
  readonly rollbacks: number;
  /** Options that the run was continued with in place of others. */
  readonly changes: readonly PlanChange[];
}

/**
 * Trains a network. Choose what computes first, with `selectBackend`. A run that was stopped, however often, and resumed
 * from its checkpoints gives the parameters of an undisturbed one, bit for bit. A batch larger than the set is the whole
 * set: one step an epoch.
 *
 * @param samples labelled clips as the binning operators made them.
 * @throws OptionError for a number of the plan that is out of its range; {@link TrainingError} `NO_SAMPLES`,
 * `TOO_FEW_CLASSES`, `BAD_LABEL` or `BAD_SAMPLE` for samples that teach nothing, `WRONG_CHECKPOINT`, or `DIVERGED`
 * when a loss or a weight is not finite however often the rate was halved.
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
  checkPlan(plan);
  checkSamples(plan, samples);
  const { checkpoint, validation = [], learner: create = (own) => new TensorLearner(own) } = hooks;
  checkClips(plan.network, validation);
  if (plan.patience !== undefined && validation.length === 0)
    throw new OptionError('patience', 'needs validation clips');
  if (plan.augmentEvents !== undefined && hooks.epochSamples === undefined)
    throw new OptionError('augmentEvents', 'needs epochSamples, which draws it for each epoch');
  const changes = checkpoint === undefined ? [] : continuedWith(checkpoint, plan);
  // A batch larger than the set is the set: nothing needs room for more.
  const most = hooks.epochSamples === undefined ? samples.length : Infinity;
  const learner = create({ ...plan, batchSize: Math.min(plan.batchSize, most) });
  try {
    if (checkpoint !== undefined) checkBackend(checkpoint, learner);
    return await new TrainingRun(plan, samples, hooks, learner, changes).run();
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
