import { SaccadeError } from '../../events/index.ts';

/** What can be wrong with an index, or with the way to a recording's bytes. */
export type RecordingErrorCode =
  /** The index cannot be read. */
  | 'BAD_INDEX'
  /** The index is of another recording, or the recording has changed since. */
  | 'OTHER_RECORDING'
  /** The index was built with other options of decoding. */
  | 'OTHER_OPTIONS'
  /** What was decoded contradicts the index, or the format's own table. */
  | 'STALE_INDEX'
  /** The host does not send parts of a file. */
  | 'NO_RANGES'
  /** The host's answer is not what was asked for. */
  | 'BAD_ANSWER'
  /** The recording changed while it was read. */
  | 'CHANGED'
  /** The bytes end early, again and again. */
  | 'CUT_SHORT'
  | 'UNREACHABLE';

/**
 * A recording cannot be read at the places that were asked for.
 *
 * @example
 * ```ts
 * import { RecordingAccessError } from 'saccade';
 * console.log(new RecordingAccessError('BAD_INDEX', 'The index is cut.').code); // 'BAD_INDEX'
 * ```
 */
export class RecordingAccessError extends SaccadeError<RecordingErrorCode> {
  override readonly name = 'RecordingAccessError';
}
