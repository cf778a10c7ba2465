/** Intervals: how far a number would come from itself, were the experiment done again. All at 95 %. */
import jstat from 'jstat';

/** A mean over independent runs. */
export interface MeanInterval {
  readonly n: number;
  readonly mean: number;
  /** `null` with fewer than two runs: nothing is known of their spread. */
  readonly low: number | null;
  readonly high: number | null;
}

/** A share of a count. */
export interface ShareInterval {
  readonly count: number;
  readonly of: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

const UPPER_QUANTILE = 0.975;
/** Of the standard normal. */
const Z = 1.959963984540054;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Squared standard error of the mean. */
function meanVariance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1) / values.length;
}

/** Student's t-interval of the mean of independent values; `null` of none. */
export function meanInterval(values: readonly number[]): MeanInterval | null {
  const n = values.length;
  if (n === 0) return null;
  const centre = mean(values);
  if (n === 1) return { n, mean: centre, low: null, high: null };
  const half = jstat.jStat.studentt.inv(UPPER_QUANTILE, n - 1) * Math.sqrt(meanVariance(values));
  return { n, mean: centre, low: centre - half, high: centre + half };
}

/**
 * How much larger the mean of `b` is than that of `a`: Welch's interval, which does not take their spreads for equal.
 *
 * @returns `low` and `high` `null` where either has fewer than two values.
 */
export function meanDifference(
  a: readonly number[],
  b: readonly number[],
): { readonly difference: number; readonly low: number | null; readonly high: number | null } {
  const difference = mean(b) - mean(a);
  if (Math.min(a.length, b.length) < 2) return { difference, low: null, high: null };
  const [va, vb] = [meanVariance(a), meanVariance(b)];
  const error = Math.sqrt(va + vb);
  if (error === 0) return { difference, low: difference, high: difference };
  const freedom = (va + vb) ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1));
  const half = jstat.jStat.studentt.inv(UPPER_QUANTILE, freedom) * error;
  return { difference, low: difference - half, high: difference + half };
}

/**
 * Wilson's score interval: right for few, and for shares near 0 and 1.
 *
 * @param independent how many of `of` are independent of each other, where not all are: the interval is of so many.
 */
export function shareInterval(count: number, of: number, independent: number = of): ShareInterval | null {
  if (of === 0) return null;
  const share = count / of;
  const n = independent;
  const centre = (share + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z / (1 + Z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  return { count, of, share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
