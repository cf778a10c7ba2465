/** What the training loop needs of whatever computes its steps. */
import type { SampleBatch } from '../../operators/index.ts';
import type { NetworkParameters } from '../network/index.ts';
import type { RoundingReport } from './engine/index.ts';
import type { OptimiserState } from './optimiser-spec.ts';
import type { LayerFiring, TrainingPlan } from './plan.ts';
import type { EdeSlope } from './schedule.ts';

/** Loss of a batch, and for how many samples the mean logits were largest at the label (of a mixed one: the class with the largest share). */
export interface BatchLoss {
  readonly loss: number;
  readonly correct: number;
  /** Where {@link EpochSettings.firing} asks for it. */
  readonly layers?: readonly LayerFiring[];
}

/** What the loop sets. */
export interface EpochSettings {
  readonly rate: number;
  readonly ede: EdeSlope;
  /** Count spikes in this step: it takes a look at all of them. */
  readonly firing?: boolean;
}

/** All that a learner remembers between two steps. */
export interface LearnerState {
  readonly parameters: NetworkParameters;
  readonly optimiser: OptimiserState;
}

/** A network in training. */
export interface Learner {
  /** Names what computes: learners with different names round differently, so they refuse each other's checkpoints. */
  readonly backend: string;
  /** One step of the optimiser. */
  step(batch: SampleBatch, settings: EpochSettings): Promise<BatchLoss>;
  /** What rounding does to a batch's gradients, of each layer whose gradients are rounded. Changes nothing. */
  rounding?(batch: SampleBatch, ede: EdeSlope): Promise<readonly RoundingReport[]>;
  /** A copy. */
  save(): Promise<LearnerState>;
  /** Goes on from a copy. @throws TrainingError `WRONG_CHECKPOINT` if it is of another network. */
  restore(state: LearnerState): Promise<void>;
  dispose(): void;
}

/** Makes the learner of a plan, with the initial weights of its seed. */
export type LearnerFactory = (plan: TrainingPlan) => Learner;
