import { SaccadeError } from '../events/index.ts';

/** What can be wrong with a model file. */
export type ModelFileErrorCode =
  | 'NOT_A_MODEL'
  | 'GIT_LFS_POINTER'
  | 'TRUNCATED'
  | 'BAD_HEADER'
  | 'UNSUPPORTED_VERSION'
  | 'BAD_METADATA'
  /** The model is one of images, and recordings of events are to be read. */
  | 'TAKES_IMAGES'
  | 'MISSING_TENSOR'
  | 'UNKNOWN_TENSOR'
  | 'BAD_TENSOR';

/**
 * A model file cannot be used. `field` names the tensor or metadata entry.
 *
 * @example
 * ```ts
 * import { ModelFileError, readModel } from 'saccade';
 * try { readModel(new Uint8Array(4)); } catch (error) {
 *   console.log(error instanceof ModelFileError && error.code); // 'TRUNCATED'
 * }
 * ```
 */
export class ModelFileError extends SaccadeError<ModelFileErrorCode> {
  override readonly name = 'ModelFileError';
  readonly field: string;
  readonly byteOffset: number;
  /** The message without the place. */
  readonly problem: string;

  constructor(
    code: ModelFileErrorCode,
    field: string,
    byteOffset: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(code, `${message} (${field}, byte ${byteOffset})`, options);
    this.field = field;
    this.byteOffset = byteOffset;
    this.problem = message;
  }
}
