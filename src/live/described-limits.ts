/** Limits as data: from one list come defaults, checks, flags, variables of the environment, and the documentation. */
import { integerOption, OptionError } from '../events/index.ts';

/** In what a limit counts. Times have `Ms` at the end of their name, sizes `Bytes`. */
export type LimitUnit = 'bytes' | 'ms' | 'count';

/** One limit. */
export interface DescribedLimit {
  readonly unit: LimitUnit;
  readonly default: number;
  /** Least value that can work. */
  readonly min: number;
  /** Largest, where another than that of the unit. */
  readonly max?: number;
  /** What it bounds, and what becomes of what is beyond it: a line for people. */
  readonly guards: string;
}

/** Limits by their names. */
export type DescribedLimits<Name extends string = string> = Readonly<Record<Name, DescribedLimit>>;

/** Largest values: timers take 31 bits (a later one would ring at once), one piece of memory is at most 2 GiB. */
const LARGEST: Readonly<Record<LimitUnit, number>> = {
  bytes: Number.MAX_SAFE_INTEGER,
  ms: 2 ** 31 - 1,
  count: 2 ** 31 - 1,
};

/** The largest value of a limit. */
export function largestOf({ unit, max = LARGEST[unit] }: DescribedLimit): number {
  return max;
}

/** The defaults of a list. */
export function defaultsOf<Name extends string>(limits: DescribedLimits<Name>): Record<Name, number> {
  const entries = Object.entries<DescribedLimit>(limits).map(([name, limit]) => [name, limit.default]);
  return Object.fromEntries(entries) as Record<Name, number>;
}

/**
 * All limits of a list: what was chosen, and the defaults.
 *
 * @throws {@link OptionError} for a name that is not in the list, and for a value that is no whole number in its range.
 */
export function chosenLimits<Name extends string>(
  limits: DescribedLimits<Name>,
  chosen?: Readonly<Partial<Record<Name, number>>>,
): Record<Name, number> {
  const values = defaultsOf(limits);
  for (const [name, value] of Object.entries(chosen ?? {}) as [Name, number | undefined][]) {
    if (!Object.hasOwn(limits, name))
      throw new OptionError(name, `is no limit; there are ${Object.keys(limits).join(', ')}`);
    const limit = limits[name];
    if (value !== undefined) values[name] = integerOption(name, value, limit.min, largestOf(limit));
  }
  return values;
}
