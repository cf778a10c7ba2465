import { SaccadeError } from '../events/index.ts';

/** What can go wrong in training. */
export type TrainingErrorCode =
  | 'NOT_INSTALLED'
  | 'BACKEND_UNAVAILABLE'
  /** A GPU reported a fault or was lost. */
  | 'DEVICE_FAILED'
  | 'NO_SAMPLES'
  | 'TOO_FEW_CLASSES'
  | 'BAD_LABEL'
  /** Counts that are no counts, or a clip of another size than the network's. */
  | 'BAD_SAMPLE'
  | 'DIVERGED'
  /** More memory than the machine, or the limit given, allows. */
  | 'OUT_OF_MEMORY'
  /** A node that the engine cannot train. */
  | 'UNSUPPORTED_NETWORK'
  /** Samples that do not fit the engine. */
  | 'BAD_BATCH'
  /** A setting that there cannot be. */
  | 'BAD_OPTION'
  /** Integers that would not fit. */
  | 'SUMS_TOO_LARGE'
  | 'DISPOSED'
  /** Worker threads died, again and again. */
  | 'THREAD_DIED'
  | 'WRONG_CHECKPOINT';

/**
 * Training cannot start or go on.
 *
 * @example
 * ```ts
 * import { TrainingError } from 'saccade/training';
 * console.log(new TrainingError('NO_SAMPLES', 'There is not one training sample.').code);
 * ```
 */
export class TrainingError extends SaccadeError<TrainingErrorCode> {
  override readonly name = 'TrainingError';
}
