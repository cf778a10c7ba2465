import { SaccadeError } from '../events/index.ts';

/** Why a model cannot be exported. */
export type ExportErrorCode = 'UNSUPPORTED_LAYER' | 'TOO_LARGE';

/**
 * A model cannot be written in the other format. `place` is the layer, or the whole `file`.
 *
 * @example
 * ```ts
 * import { ExportError } from 'saccade/export';
 * console.log(new ExportError('UNSUPPORTED_LAYER', 'add1', 'There is no ONNX form of it.').place); // 'add1'
 * ```
 */
export class ExportError extends SaccadeError<ExportErrorCode> {
  override readonly name = 'ExportError';
  readonly place: string;

  constructor(code: ExportErrorCode, place: string, message: string, options?: ErrorOptions) {
    super(code, `${message} (${place})`, options);
    this.place = place;
  }
}
