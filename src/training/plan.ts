/** What a training run is asked for, and what it reports. */
import type { NetworkDescription } from '../network/index.ts';
import type { AugmentationStep } from './augment/index.ts';
import type { GradientPrecision } from './engine/index.ts';

/** Everything that decides the result: equal plans on equal data and backend give equal models. */
export interface TrainingPlan {
  readonly network: NetworkDescription;
  readonly epochs: number;
  readonly batchSize: number;
  /** Of the first epoch; a cosine takes it to 0. */
  readonly learningRate: number;
  readonly seed: number;
  /** λ of the TET loss. */
  readonly tetLambda: number;
  /** Largest random shift of a training clip in pixels of the network's input, 0 for none. */
  readonly maxShift: number;
  /** What else happens to training clips, behind the shift. Default: nothing. */
  readonly augment?: readonly AugmentationStep[];
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
  readonly loss: number;
  /** Share of training samples (as augmented) whose mean logits were right. */
  readonly accuracy: number;
  readonly seconds: number;
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
