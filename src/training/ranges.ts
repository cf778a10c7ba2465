/** What numbers of a training run may be: the library and the command check by the same list. */
import { OptionError } from '../events/index.ts';

/** Numbers from `min` to `max`. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** Whole numbers only. */
  readonly whole?: boolean;
  /** Ends that do not belong to it. */
  readonly without?: 'min' | 'max';
}

/** Of the numbers of a `TrainingPlan`, by name. */
export const PLAN_RANGES: Readonly<
  Record<'epochs' | 'batchSize' | 'learningRate' | 'seed' | 'tetLambda' | 'maxShift', NumberRange>
> = {
  epochs: { min: 1, max: 1_000_000, whole: true },
  batchSize: { min: 1, max: 65_536, whole: true },
  learningRate: { min: 0, max: 10, without: 'min' },
  /** Seeds are 32 bits: larger ones would repeat smaller ones. */
  seed: { min: 0, max: 2 ** 32 - 1, whole: true },
  /** Both parts of the TET loss have weights of at least 0. */
  tetLambda: { min: 0, max: 1 },
  maxShift: { min: 0, max: 65_535, whole: true },
};

/** Of the initial decay of a neuron. */
export const DECAY_RANGE: NumberRange = { min: 0, max: 1, without: 'max' };

/** Whether a range has a number. */
export function isInRange(value: number, { min, max, whole = false, without }: NumberRange): boolean {
  if (!Number.isFinite(value) || (whole && !Number.isInteger(value))) return false;
  return value >= min && value <= max && (without === undefined || value !== (without === 'min' ? min : max));
}

/** `a whole number from 1 to 65536`, `a number above 0, at most 10`. */
export function rangeText({ min, max, whole = false, without }: NumberRange): string {
  const what = whole ? 'a whole number' : 'a number';
  if (without === 'min') return `${what} above ${min}, at most ${max}`;
  if (without === 'max') return `${what} from ${min} to below ${max}`;
  return `${what} from ${min} to ${max}`;
}

/** Returns `value` if the range has it. @throws OptionError otherwise. */
export function rangedOption(name: string, value: number, range: NumberRange): number {
  if (isInRange(value, range)) return value;
  throw new OptionError(name, `must be ${rangeText(range)}, got ${String(value)}`);
}
