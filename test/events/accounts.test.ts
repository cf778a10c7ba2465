import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, RateHistogram, SegmentAccount } from '../../src/events/index.ts';
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

  it('has every event, from the earliest to the latest of each segment', () => {
    fc.assert(
      fc.property(disorderly, sizes, fc.constantFrom(1, 1000, 3e8, 1e12), (events, size, unit) => {
        const rate = new RateHistogram();
        const account = new SegmentAccount();
        for (const batch of batchesOf(
          events.map((event) => ({ ...event, t: event.t * unit })),
          size,
        )) {
          rate.push(batch);
          account.push(batch);
        }
        const { binMicros, spanMicros, counts } = rate.curve;
        expect(counts.reduce((sum, n) => sum + n, 0)).toBe(events.length);
        const spans = account.segments.map(({ tEarliest, tLatest }) => tLatest - tEarliest);
        expect(spanMicros).toBe(spans.reduce((sum, span) => sum + span, 0));
        const segments = account.segments.length;
        expect(counts.length * binMicros).toBeGreaterThanOrEqual(spanMicros);
        expect((counts.length - 1 - segments) * binMicros).toBeLessThanOrEqual(spanMicros);
      }),
    );
  });

  it('is of a recording whose first event is late, where it is', () => {
    const rate = new RateHistogram();
    rate.push(batchFromTuples([[3_000_000, 0, 0, 1], [500, 0, 0, 1], [1_000_500, 0, 0, 1], [1_000_900, 0, 0, 1]])); // prettier-ignore
    const { binMicros, spanMicros, counts } = rate.curve;
    expect(spanMicros).toBe(2_999_500);
    const full = counts.flatMap((n, bin) => (n === 0 ? [] : [[Math.round((bin * binMicros) / 1e5), n]]));
    expect(full).toEqual([[0, 1], [10, 2], [30, 1]]); // prettier-ignore
  });
});
