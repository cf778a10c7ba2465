import { SaccadeError } from '../events/index.ts';

/** What can be wrong with a filter. */
export type FilterErrorCode =
  /** No filter has this name. */
  | 'UNKNOWN_FILTER'
  /** An option that the filter does not have, or a value that it does not take. */
  | 'BAD_FILTER_OPTION'
  /** The filter needs the sensor's size, and nobody states it. */
  | 'NO_SENSOR'
  /** The filter cannot work on a sensor of this size. */
  | 'WRONG_SENSOR'
  /** More events wait in the filter than may. */
  | 'TOO_MANY_HELD';

/**
 * A filter cannot be made as asked, or go on. `filter` is its name, as it was given.
 *
 * @example
 * ```ts
 * import { FilterError } from 'saccade';
 * console.log(new FilterError('UNKNOWN_FILTER', 'denois', 'No filter is called denois.').filter); // 'denois'
 * ```
 */
export class FilterError extends SaccadeError<FilterErrorCode> {
  override readonly name = 'FilterError';
  readonly filter: string;

  constructor(code: FilterErrorCode, filter: string, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.filter = filter;
  }
}
