import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentile, summarise } from '../../src/events/index.ts';

describe('percentiles', () => {
  it('are the smallest values that so many do not exceed', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(
        fc.array(finite, { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const sorted = [...values].sort((a, b) => a - b);
          const found = percentile(sorted, share);
          const notAbove = values.filter((value) => value <= found).length;
          const below = values.filter((value) => value < found).length;
          expect(notAbove).toBeGreaterThanOrEqual(share * values.length);
          expect(below === 0 || below < share * values.length).toBe(true);
        },
      ),
    );
  });

  it('of no values are 0', () => {
    expect(summarise([])).toEqual({ n: 0, min: 0, p10: 0, median: 0, p90: 0 });
  });

  it('do not depend on the order', () => {
    expect(summarise([3, 1, 2, 5, 4])).toEqual({ n: 5, min: 1, p10: 1, median: 3, p90: 5 });
  });
});
