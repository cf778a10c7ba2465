import { SaccadeError } from '../events/index.ts';

/** What can go wrong when events become frames. */
export type FrameErrorCode =
  'EMPTY_BIN' | 'EMPTY_RECORDING' | 'ZERO_SPAN' | 'UNSORTED' | 'TOO_MANY_STEPS' | 'NO_GEOMETRY';

/**
 * Events cannot be binned as asked. `step` is the time step concerned, -1 if none is.
 *
 * @example
 * ```ts
 * import { FrameError } from 'saccade';
 * console.log(new FrameError('EMPTY_BIN', 2, 'Step 2 has no events.').step); // 2
 * ```
 */
export class FrameError extends SaccadeError<FrameErrorCode> {
  override readonly name = 'FrameError';
  readonly step: number;

  constructor(code: FrameErrorCode, step: number, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.step = step;
  }
}

/** What can be wrong with a representation. */
export type RepresentationErrorCode =
  /** No representation has this name. */
  | 'UNKNOWN_REPRESENTATION'
  /** An option that the representation does not have, or a value that it does not take. */
  | 'BAD_REPRESENTATION_OPTION'
  /** Networks cannot take its values. */
  | 'NOT_FOR_NETWORKS'
  /** It cannot be made of this picture or of these steps. */
  | 'CANNOT_BE_MADE';

/**
 * A representation cannot be made as asked. `representation` is its name, as it was given.
 *
 * @example
 * ```ts
 * import { RepresentationError } from 'saccade';
 * console.log(new RepresentationError('UNKNOWN_REPRESENTATION', 'voxel', 'There is none.').representation); // 'voxel'
 * ```
 */
export class RepresentationError extends SaccadeError<RepresentationErrorCode> {
  override readonly name = 'RepresentationError';
  readonly representation: string;

  constructor(
    code: RepresentationErrorCode,
    representation: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    this.representation = representation;
  }
}
