import { SaccadeError } from '../events/index.ts';

/** What can go wrong when a model runs. */
export type InferenceErrorCode =
  | 'WRONG_GEOMETRY'
  | 'WRONG_STEPS'
  /** The frames are not of counts. */
  | 'WRONG_REPRESENTATION'
  | 'OUT_OF_ORDER'
  | 'DISPOSED'
  | 'NO_CLIPS'
  /** More memory than the engine may use. */
  | 'OUT_OF_MEMORY'
  /** Numbers or layers that the engine has no room for. */
  | 'UNSUPPORTED_MODEL'
  /** A worker thread ended in the middle of a run; the next run has a new one. */
  | 'THREAD_DIED';

/**
 * An input does not fit the model, or an engine is used after it was disposed. `step` is where.
 *
 * @example
 * ```ts
 * import { InferenceError } from 'saccade';
 * console.log(new InferenceError('OUT_OF_ORDER', 3, 'Step 1 was expected.').step); // 3
 * ```
 */
export class InferenceError extends SaccadeError<InferenceErrorCode> {
  override readonly name = 'InferenceError';
  readonly step: number;

  constructor(code: InferenceErrorCode, step: number, message: string, options?: ErrorOptions) {
    super(code, `${message} (step ${step})`, options);
    this.step = step;
  }
}
