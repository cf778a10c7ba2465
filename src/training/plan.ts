/** What a training run is asked for, and what it reports. */
import type { AugmentationStep } from '../filters/index.ts';
import type { NetworkDescription, NetworkParameters } from '../network/index.ts';
import type { GradientPrecision } from './engine/index.ts';
import type { OptimiserSpec } from './optimiser-spec.ts';
import type { RateSchedule } from './schedule.ts';

/** Everything that decides the result: equal plans on equal data and backend give equal models. */
export interface TrainingPlan {
  readonly network: NetworkDescription;
  readonly epochs: number;
  readonly batchSize: number;
  /** The largest; {@link TrainingPlan.schedule} says when. */
  readonly learningRate: number;
  /** Default: Adam. */
  readonly optimiser?: OptimiserSpec;
  /** `cosine` (the default) from the learning rate to 0, or `constant`. */
  readonly schedule?: RateSchedule;
  /** So many epochs, or parts of one, take the rate from 0 up in a line, step by step. Default 0. */
  readonly warmUpEpochs?: number;
  /** What the cross-entropy of each class's samples is multiplied by. Default 1; see {@link balancedClassWeights}. */
  readonly classWeights?: readonly number[];
  /** Ends the run after so many epochs without a better one on the validation clips. Default: it goes through all. */
  readonly patience?: number;
  readonly seed: number;
  /** λ of the TET loss. */
  readonly tetLambda: number;
  /** Largest random shift of a training clip in pixels of the network's input, 0 for none. */
  readonly maxShift: number;
  /** What else happens to training clips, behind the shift; see {@link augmentSample}. Default: nothing. */
  readonly augment?: readonly AugmentationStep[];
  /**
   * What happens to the events that samples are made of, drawn anew in each epoch. Whoever reads recordings does it:
   * `TrainingHooks.epochSamples` has to be given then. Default: nothing.
   */
  readonly augmentEvents?: readonly AugmentationStep[];
  /** How the training engine keeps gradients inside. Default: float32, which is all that TensorFlow.js has. */
  readonly gradients?: GradientPrecision;
  /** Levels of gradients that are powers of two, 1 to 13. Default: 6. */
  readonly gradientLevels?: number;
  /** Identifies the training data, for example a hash of its list and binning. */
  readonly data: string;
}

/** One finished epoch. */
export interface EpochReport {
  /** From 0. */
  readonly epoch: number;
  readonly samples: number;
  readonly loss: number;
  /** Share of training samples (as augmented) whose mean logits were right: of mixed ones, largest at the class with the largest share. */
  readonly accuracy: number;
  readonly seconds: number;
  /** Learning rate of the last step. */
  readonly rate: number;
  /** What the validation clips gave, by the folded model that would be exported; `null` without any. */
  readonly validation: ValidationResult | null;
  /** What neuron layers did in the last batch. */
  readonly layers: readonly LayerFiring[];
}

/** Accuracy in [0, 1], and the mean cross-entropy of the clips' mean logits. */
export interface ValidationResult {
  readonly accuracy: number;
  readonly loss: number;
}

/** What a neuron layer did in a batch. */
export interface LayerFiring {
  readonly id: string;
  /** Share of neurons and time steps with a spike. */
  readonly rate: number;
  /** Share of channels without one spike in the whole batch. */
  readonly dead: number;
}

/** The epoch that did best on the validation clips. */
export interface BestEpoch extends ValidationResult {
  readonly epoch: number;
  readonly parameters: NetworkParameters;
}

/** An option that a run was continued with in place of another. */
export interface PlanChange {
  /** Epochs that were done. */
  readonly epoch: number;
  readonly option: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** A step back: the epoch is begun again, at half the rate. */
export interface Rollback {
  readonly epoch: number;
  /** Batch of the epoch, from 0; the number of batches for what showed at its end. */
  readonly batch: number;
  /** What was not finite. */
  readonly problem: string;
  /** So many have there been. */
  readonly count: number;
  /** Rates are multiplied by it from now on. */
  readonly rateFactor: number;
}

/** The part of an epoch that is done. */
export interface EpochProgress {
  /** Batches taken. */
  readonly batches: number;
  readonly samples: number;
  /** Samples whose mean logits were right. */
  readonly correct: number;
  /** Sum of the samples' losses. */
  readonly lossSum: number;
  readonly seconds: number;
}
