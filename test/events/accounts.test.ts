import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateHistogram } from '../../src/events/index.ts';
import { SegmentAccount } from '../../src/events/index.ts';
import { batchesOf, disorderly, type NumberedEvent } from '../helpers/disorder.ts';

const sizes = fc.integer({ min: 1, max: 50 });

describe('SegmentAccount', () => {
  it('finds first, last, earliest and latest of each segment, however the stream is cut', () => {
    fc.assert(
      fc.property(disorderly, sizes, (events, size) => {
        const account = new SegmentAccount();
        for (const batch of batchesOf(events, size)) account.push(batch);
        const numbers = [...new Set(events.map(({ segment }) => segment))];
        expect(account.segments).toEqual(
          numbers.map((segment) => {
            const times = events.filter((event) => event.segment === segment).map(({ t }) => t);
            return {
              segment,
              events: times.length,
              tFirst: times[0],
              tLast: times.at(-1),
              tEarliest: Math.min(...times),
              tLatest: Math.max(...times),
            };
          }),
        );
      }),
    );
  });
});

describe('RateHistogram', () => {
  it('counts many events at once as it does one at a time', () => {
    const rates = (events: readonly NumberedEvent[], size: number): [number, number[]] => {
      const rate = new RateHistogram();
      for (const batch of batchesOf(events, size)) rate.push(batch);
      return [rate.spanMicros, rate.rates()];
    };
    fc.assert(
      fc.property(disorderly, sizes, fc.constantFrom(1, 1000, 300_000), (events, size, unit) => {
        const spread = events.map((event) => ({ ...event, t: event.t * unit }));
        expect(rates(spread, size)).toEqual(rates(spread, 1));
        expect(rates(spread, size)[1].length).toBeGreaterThan(0);
      }),
    );
  });
});
