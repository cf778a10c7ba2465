/** Percentiles of measured values: one rule for every report. */

/** What is reported of measured values. */
export interface ValueSummary {
  readonly n: number;
  readonly min: number;
  readonly p10: number;
  readonly median: number;
  readonly p90: number;
}

/**
 * The nearest-rank percentile: the smallest value that at least `share` of all values do not exceed. 0 if there are
 * no values.
 *
 * @param sorted values in ascending order.
 * @param share from 0 to 1.
 *
 * @example
 * ```ts
 * import { percentile } from 'saccade';
 * console.log(percentile([1, 2, 3, 4], 0.5), percentile([1, 2, 3, 4], 1)); // 2 4
 * ```
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.ceil(share * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? 0;
}

/**
 * Smallest value, 10th percentile, median and 90th percentile of values in any order.
 *
 * @example
 * ```ts
 * import { summarise } from 'saccade';
 * console.log(summarise([5, 1, 3])); // { n: 3, min: 1, p10: 1, median: 3, p90: 5 }
 * ```
 */
export function summarise(values: readonly number[]): ValueSummary {
  const sorted = Float64Array.from(values).sort();
  return {
    n: sorted.length,
    min: percentile(sorted, 0),
    p10: percentile(sorted, 0.1),
    median: percentile(sorted, 0.5),
    p90: percentile(sorted, 0.9),
  };
}
