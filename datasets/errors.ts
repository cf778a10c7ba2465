import { SaccadeError } from '../src/events/index.ts';

/** What can be wrong with a data set on disk. */
export type DatasetErrorCode =
  | 'NOT_FOUND'
  | 'UNKNOWN_LAYOUT'
  | 'UNKNOWN_SPLIT'
  | 'EMPTY_DATASET'
  | 'BAD_ARCHIVE'
  | 'UNSAFE_NAME'
  | 'BAD_NPZ'
  /** The bytes are not those of such an image, or it has another size. */
  | 'BAD_IMAGE'
  /** A record of a file of images is cut, or its labels cannot be. */
  | 'BAD_RECORD'
  /** The data set is of images where recordings are needed, or the other way round. */
  | 'WRONG_CONTENT'
  /** An optional package is needed. */
  | 'NOT_INSTALLED'
  /** A member of an archive inflates to more than is allowed, or an archive as a whole does. */
  | 'TOO_LARGE'
  /** An archive must be unpacked to be read at any place, and there is no room for that. */
  | 'CANNOT_UNPACK'
  /** Data set and model, or data set and network, do not have the same classes. */
  | 'OTHER_CLASSES'
  | 'SINGLE_CLASS'
  /** Recordings are of several sensors, or none states its sensor. */
  | 'SENSOR_SIZE'
  /** A part of the split has no recordings. */
  | 'EMPTY_PART'
  /** Augmented copies of one recording are on both sides of a split. */
  | 'LEAKED_COPIES'
  /** A recording gives no window. */
  | 'EMPTY_RECORDING'
  /** The clips of all recordings together need more memory than is allowed. */
  | 'CLIPS_TOO_LARGE';

/**
 * A data set cannot be read. `path` is the folder, archive or member.
 *
 * @example
 * ```ts
 * import { DatasetError } from 'saccade/datasets';
 * console.log(new DatasetError('NOT_FOUND', 'data/nmnist', 'There is no such folder.').path);
 * ```
 */
export class DatasetError extends SaccadeError<DatasetErrorCode> {
  override readonly name = 'DatasetError';
  readonly path: string;

  constructor(code: DatasetErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(code, `${message} (${path})`, options);
    this.path = path;
  }
}
