import { SaccadeError } from '../events/index.ts';

/** What keeps a recording's events from becoming frames of a model. */
export type PipelineErrorCode =
  /** The rule `refuse`, and the recording is of another sensor. */
  | 'OTHER_SENSOR'
  /** The recording's sensor has fewer pixels than the frames. */
  | 'SMALLER_SENSOR'
  /** Most events lie outside the sensor that was assumed. */
  | 'MOSTLY_OUTSIDE'
  /** A time step holds more events than there is memory for. */
  | 'STEP_TOO_LARGE';

/**
 * A recording does not fit what it is to be made into.
 *
 * @example
 * ```ts
 * import { PipelineError } from 'saccade';
 * console.log(new PipelineError('OTHER_SENSOR', 'The recording is of 346x260 pixels.').code); // 'OTHER_SENSOR'
 * ```
 */
export class PipelineError extends SaccadeError<PipelineErrorCode> {
  override readonly name = 'PipelineError';
}
