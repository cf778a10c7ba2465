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
