import { SaccadeError } from '../events/index.ts';

/** What can be wrong with a network description or the parameters of a network. */
export type NetworkErrorCode =
  | 'BAD_DESCRIPTION'
  | 'UNKNOWN_LAYER'
  | 'BAD_GRAPH'
  | 'BAD_SHAPE'
  | 'BAD_PARAMETERS'
  | 'ACCUMULATOR_OVERFLOW'
  | 'SINGULAR_M';

/**
 * A network cannot be built. `field` is the path of the fault, for example `layers[2].kernel`.
 *
 * @example
 * ```ts
 * import { NetworkError } from 'saccade';
 * console.log(new NetworkError('BAD_SHAPE', 'layers[0]', 'The kernel is larger than the input.').field);
 * ```
 */
export class NetworkError extends SaccadeError<NetworkErrorCode> {
  override readonly name = 'NetworkError';
  readonly field: string;

  constructor(code: NetworkErrorCode, field: string, message: string, options?: ErrorOptions) {
    super(code, `${message} (${field})`, options);
    this.field = field;
  }
}
