/** Delays, counted so that runs can be put together. */
import { SaccadeError } from '../events/index.ts';

/** Percentiles in milliseconds; zeros of nothing. */
export interface DelaySummary {
  readonly decisions: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly mean: number;
}

/** A histogram as it is written. */
export interface DelayDistribution {
  readonly summary: DelaySummary;
  /** Least microseconds of a bucket, and how many delays are in it: those with any, in order. */
  readonly buckets: readonly (readonly [micros: number, count: number])[];
  /** Delays below 0 or above {@link LONGEST_DELAY_MS}, which are in neither. */
  readonly outOfRange: number;
}

/** Longest delay that is counted: an hour. */
export const LONGEST_DELAY_MS = 3_600_000;
/** Buckets of each octave: 0.1 % wide. Whole microseconds below twice as many have a bucket of their own. */
const OCTAVE_BITS = 10;
const OCTAVE = 2 ** OCTAVE_BITS;
const BUCKETS = bucketOf(1000 * LONGEST_DELAY_MS) + 1;

/** Number of a value's bucket. @param micros whole. */
function bucketOf(micros: number): number {
  if (micros < 2 * OCTAVE) return micros;
  const shift = Math.floor(Math.log2(micros)) - OCTAVE_BITS;
  return shift * OCTAVE + Math.floor(micros / 2 ** shift);
}

/** Least value of a bucket; that of the next one is its end. */
function startOf(bucket: number): number {
  if (bucket < 2 * OCTAVE) return bucket;
  const shift = Math.floor(bucket / OCTAVE) - 1;
  return (bucket - shift * OCTAVE) * 2 ** shift;
}

/**
 * Push class: a histogram to three digits, as HdrHistogram's. What does not fit is counted apart: leaving it out in silence
 * would flatter.
 */
export class DelayHistogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #outOfRange = 0;

  /** @param written one to go on from. @throws SaccadeError `BAD_HISTOGRAM` for buckets that are none. */
  constructor(written?: Pick<DelayDistribution, 'buckets' | 'outOfRange'>) {
    if (written === undefined) return;
    this.#outOfRange = written.outOfRange;
    let before = -1;
    for (const [micros, count] of written.buckets) {
      const bucket = bucketOf(micros);
      if (!(
        Number.isInteger(bucket) &&
        bucket > before &&
        bucket < BUCKETS &&
        startOf(bucket) === micros &&
        count > 0
      ))
        throw new SaccadeError('BAD_HISTOGRAM', `There is no bucket of ${count} delays at ${micros} µs.`);
      this.#counts[bucket] = count;
      this.#count += count;
      before = bucket;
    }
  }

  /** Counts a delay. */
  add(delayMs: number): void {
    if (delayMs >= 0 && delayMs <= LONGEST_DELAY_MS) {
      this.#counts[bucketOf(Math.round(1000 * delayMs))]!++;
      this.#count++;
    } else this.#outOfRange++;
  }

  /** Takes all of another in. */
  merge(other: DelayHistogram): void {
    for (let i = 0; i < BUCKETS; i++) this.#counts[i]! += other.#counts[i]!;
    this.#count += other.#count;
    this.#outOfRange += other.#outOfRange;
  }

  /**
   * The smallest delay that such a share does not exceed (nearest rank), milliseconds: the last microsecond of its
   * bucket, so that it never flatters.
   */
  percentile(share: number): number {
    if (this.#count === 0) return 0;
    let left = Math.max(1, Math.ceil(share * this.#count));
    let bucket = 0;
    while ((left -= this.#counts[bucket]!) > 0) bucket++;
    return (startOf(bucket + 1) - 1) / 1000;
  }

  summary(): DelaySummary {
    let sum = 0;
    for (let i = 0; i < BUCKETS; i++)
      if (this.#counts[i]! > 0) sum += (this.#counts[i]! * (startOf(i) + startOf(i + 1) - 1)) / 2;
    return {
      decisions: this.#count,
      p50: this.percentile(0.5),
      p90: this.percentile(0.9),
      p99: this.percentile(0.99),
      p999: this.percentile(0.999),
      max: this.percentile(1),
      mean: this.#count === 0 ? 0 : sum / this.#count / 1000,
    };
  }

  /** As it is written to reports. */
  distribution(): DelayDistribution {
    const buckets: [number, number][] = [];
    for (let i = 0; i < BUCKETS; i++) if (this.#counts[i]! > 0) buckets.push([startOf(i), this.#counts[i]!]);
    return { summary: this.summary(), buckets, outOfRange: this.#outOfRange };
  }
}

/** The histogram of delays. */
export function histogramOf(delaysMs: readonly number[]): DelayHistogram {
  const histogram = new DelayHistogram();
  for (const delay of delaysMs) histogram.add(delay);
  return histogram;
}

/** Histograms put together. */
export function mergeDistributions(distributions: readonly DelayDistribution[]): DelayDistribution {
  const merged = new DelayHistogram();
  for (const distribution of distributions) merged.merge(new DelayHistogram(distribution));
  return merged.distribution();
}
