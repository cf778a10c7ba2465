import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentile } from '../../src/events/index.ts';
import { DelayHistogram, histogramOf, mergeDistributions } from '../../src/latency/histogram.ts';

const delays = fc.array(
  fc.oneof(
    fc.double({ min: 0, max: 3, noNaN: true }),
    fc.double({ min: 0, max: 3_600_000, noNaN: true }),
    fc.constantFrom(0, 2.047, 2.048, 4.095, 4.096, 3_600_000),
  ),
  { maxLength: 300 },
);
const shares = [0, 0.01, 0.5, 0.9, 0.99, 0.999, 1];

describe('a histogram of delays', () => {
  it('gives the percentiles of a sorted list, to three digits and never less', () => {
    fc.assert(
      fc.property(delays, (own) => {
        const histogram = histogramOf(own);
        const sorted = own.map((delay) => Math.round(1000 * delay) / 1000).sort((a, b) => a - b);
        for (const share of shares) {
          const truth = percentile(sorted, share);
          expect(histogram.percentile(share)).toBeGreaterThanOrEqual(truth - 1e-9);
          expect(histogram.percentile(share)).toBeLessThanOrEqual(1.001 * truth + 1e-9);
        }
        const { decisions, mean, max } = histogram.summary();
        expect(decisions).toBe(own.length);
        expect(max).toBe(histogram.percentile(1));
        const truth = sorted.reduce((a, b) => a + b, 0) / Math.max(1, own.length);
        expect(Math.abs(mean - truth)).toBeLessThanOrEqual(0.0005 * truth + 1e-9);
      }),
    );
  });

  it('is of two what it is of both together, in any order and after a file', () => {
    fc.assert(
      fc.property(delays, delays, (a, b) => {
        const together = histogramOf([...a, ...b]).distribution();
        const written = [b, a].map((own) => JSON.parse(JSON.stringify(histogramOf(own).distribution())));
        expect(mergeDistributions(written)).toEqual(together);
        const merged = histogramOf(a);
        merged.merge(histogramOf(b));
        expect(merged.distribution()).toEqual(together);
        expect(new DelayHistogram(together).distribution()).toEqual(together);
      }),
    );
  });

  it('tells each percentile from its neighbours', () => {
    const own = Array.from({ length: 1000 }, (_, i) => 1000 - i);
    const { p50, p90, p99, p999, max, mean } = histogramOf(own).summary();
    for (const [got, truth] of [
      [p50, 500],
      [p90, 900],
      [p99, 990],
      [p999, 999],
      [max, 1000],
      [mean, 500.5],
    ] as const)
      // prettier-ignore
      expect(Math.abs(got - truth)).toBeLessThanOrEqual(0.001 * truth);
  });

  it('counts apart what does not fit, also when merged', () => {
    const histogram = histogramOf([-0.001, 1, 3_600_000, 3_600_000.1, Number.NaN, Infinity]);
    expect(histogram.distribution()).toMatchObject({ outOfRange: 4, summary: { decisions: 2 } });
    histogram.merge(histogramOf([-1]));
    expect(histogram.distribution().outOfRange).toBe(5);
    expect(mergeDistributions([histogram.distribution()]).outOfRange).toBe(5);
  });

  it('is of nothing when nothing was decided', () => {
    expect(histogramOf([]).distribution()).toEqual({
      summary: { decisions: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0, mean: 0 },
      buckets: [],
      outOfRange: 0,
    });
  });

  it.each([
    ['no start of a bucket', [[2049, 1]]],
    ['none beyond the last', [[2 ** 33, 1]]],
    [
      'not in order',
      [
        [7, 1],
        [5, 1],
      ],
    ],
    [
      'twice',
      [
        [7, 1],
        [7, 1],
      ],
    ],
    ['empty', [[7, 0]]],
    ['not whole', [[1.5, 1]]],
  ])('refuses buckets: %s', (_, buckets) => {
    expect(() => new DelayHistogram({ buckets: buckets as [number, number][], outOfRange: 0 })).toThrow(
      expect.objectContaining({ code: 'BAD_HISTOGRAM' }),
    );
  });
});
