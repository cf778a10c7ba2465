/**
 * The base of every error that saccade throws on purpose.
 *
 * `code` is stable and machine readable, the message says what was found, where, and what to do.
 * Each room has one subclass that narrows `code` to its own union and adds the place of the fault
 * (a byte offset, a field, a step).
 *
 * @example
 * ```ts
 * import { SaccadeError } from 'saccade';
 * const error = new SaccadeError('EXAMPLE', 'Nothing is wrong here.');
 * console.log(error.code); // 'EXAMPLE'
 * ```
 */
export class SaccadeError<Code extends string = string> extends Error {
  override readonly name: string = 'SaccadeError';
  /** Stable identifier of the kind of fault. */
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What can be wrong with an option that the caller passed. */
export type OptionErrorCode = 'BAD_OPTION';

/**
 * An option has a value that cannot work. Names the option.
 *
 * @example
 * ```ts
 * import { OptionError } from 'saccade';
 * const error = new OptionError('steps', 'must be a whole number of at least 1, got 0');
 * console.log(error.option, error.message); // 'steps' 'Option steps must be …'
 * ```
 */
export class OptionError extends SaccadeError<OptionErrorCode> {
  override readonly name = 'OptionError';
  /** The option's name as the caller wrote it. */
  readonly option: string;

  constructor(option: string, problem: string, options?: ErrorOptions) {
    super('BAD_OPTION', `Option ${option} ${problem}`, options);
    this.option = option;
  }
}

/**
 * Returns `value` if it is an integer in `[min, max]`.
 *
 * @throws {@link OptionError} otherwise.
 *
 * @example
 * ```ts
 * import { integerOption } from 'saccade';
 * console.log(integerOption('steps', 10, 1)); // 10
 * ```
 */
export function integerOption(
  name: string,
  value: number,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new OptionError(name, `must be a whole number ${range}, got ${String(value)}`);
}
