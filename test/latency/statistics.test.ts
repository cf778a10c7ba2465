import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/events/index.ts';
import { meanDifference, meanInterval, shareInterval } from '../../src/latency/statistics.ts';

/** How often an interval that a simulation draws holds the truth. */
function coverage(times: number, covers: (random: SeededRandom) => boolean): number {
  const random = new SeededRandom(7);
  let hits = 0;
  for (let i = 0; i < times; i++) if (covers(random)) hits++;
  return hits / times;
}
const normals = (random: SeededRandom, n: number, mean: number, deviation: number): number[] =>
  Array.from({ length: n }, () => mean + deviation * random.normal());

describe('the mean over runs', () => {
  it('has the interval of the textbook', () => {
    // 4.30265 is the 97.5 % quantile of Student's t with two degrees of freedom.
    const { mean, low, high, n } = meanInterval([1, 2, 3])!;
    expect([n, mean]).toEqual([3, 2]);
    expect(high! - 2).toBeCloseTo(4.302653 / Math.sqrt(3), 5);
    expect(2 - low!).toBeCloseTo(4.302653 / Math.sqrt(3), 5);
  });

  it('says nothing of one, nothing of none, and no spread of equals', () => {
    expect(meanInterval([])).toBeNull();
    expect(meanInterval([5])).toEqual({ n: 1, mean: 5, low: null, high: null });
    expect(meanInterval([5, 5, 5])).toEqual({ n: 3, mean: 5, low: 5, high: 5 });
  });

  it.each([2, 3, 5, 12])('holds the truth 95 times of 100, of %i runs', (n) => {
    const share = coverage(4000, (random) => {
      const { low, high } = meanInterval(normals(random, n, 20, 3))!;
      return low! <= 20 && high! >= 20;
    });
    expect(share).toBeGreaterThan(0.935);
    expect(share).toBeLessThan(0.965);
  });
});

describe('the difference of two', () => {
  it('is Welch’s', () => {
    // R: t.test(c(30.02,29.99,30.11,29.97,30.01,29.99), c(29.89,29.93,29.72,29.98,30.02,29.98))
    const { difference, low, high } = meanDifference(
      [30.02, 29.99, 30.11, 29.97, 30.01, 29.99],
      [29.89, 29.93, 29.72, 29.98, 30.02, 29.98],
    );
    expect(difference).toBeCloseTo(-0.095, 6);
    expect(low).toBeCloseTo(-0.20957, 4);
    expect(high).toBeCloseTo(0.01957, 4);
  });

  it('is not known of single runs', () => {
    expect(meanDifference([1], [3, 4])).toEqual({ difference: 2.5, low: null, high: null });
    expect(meanDifference([1, 1], [3, 3])).toEqual({ difference: 2, low: 2, high: 2 });
  });

  it.each([
    [3, 3, 1, 1],
    [3, 6, 1, 4],
    [4, 3, 5, 1],
  ] as const)('holds the truth, of %i and %i runs with spreads %f and %f', (m, n, s, t) => {
    // prettier-ignore
    const share = coverage(4000, (random) => {
      const { low, high } = meanDifference(normals(random, m, 10, s), normals(random, n, 13, t));
      return low! <= 3 && high! >= 3;
    });
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.985);
  });
});

describe('a share', () => {
  it('has Wilson’s interval', () => {
    // Of 10, 9: 0.5958 to 0.9821 (Wilson 1927).
    const { share, low, high } = shareInterval(9, 10)!;
    expect(share).toBe(0.9);
    expect(low).toBeCloseTo(0.5958, 4);
    expect(high).toBeCloseTo(0.9821, 4);
    expect(shareInterval(0, 0)).toBeNull();
    expect(shareInterval(15, 15)!.high).toBe(1);
    expect(shareInterval(15, 15)!.low).toBeCloseTo(0.7961, 4);
    expect(shareInterval(0, 15)!.low).toBe(0);
  });

  it('is as wide as the number of independent trials says', () => {
    const all = shareInterval(80, 100)!;
    const few = shareInterval(80, 100, 10)!;
    expect(few.share).toBe(all.share);
    expect(few).toMatchObject({ low: shareInterval(8, 10)!.low, high: shareInterval(8, 10)!.high });
    expect(few.low).toBeLessThan(all.low);
  });

  it.each([
    [15, 0.5],
    [15, 0.93],
    [40, 0.97],
  ])('holds the truth 95 times of 100, of %i with %f', (n, p) => {
    // prettier-ignore
    const share = coverage(4000, (random) => {
      let count = 0;
      for (let i = 0; i < n; i++) if (random.uniform() < p) count++;
      const { low, high } = shareInterval(count, n)!;
      return low <= p && high >= p;
    });
    // Counts are whole: coverage jumps about 95 %.
    expect(share).toBeGreaterThan(0.9);
  });
});
