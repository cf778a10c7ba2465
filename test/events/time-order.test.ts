import fc from 'fast-check';
import { expect, it } from 'vitest';
import { allocateEvents, batchOf, ClockGuard, sliceBatch } from '../../src/events/index.ts';
import { firstStepBack, lowerBound } from '../../src/events/time-order.ts';

const times = fc.array(
  fc.oneof({ weight: 30, arbitrary: fc.constantFrom(0, 1, 2) }, fc.constantFrom(-1, -5, NaN)),
  {
    maxLength: 40,
  },
);
/** Times whose differences are given. */
const summed = (steps: readonly number[]): Float64Array => {
  let time = 0;
  return Float64Array.from(steps, (step) => (Number.isNaN(step) ? NaN : (time += step)));
};

it('finds the first event that is not in order, where it looks', () => {
  fc.assert(
    fc.property(times, fc.nat(45), fc.nat(45), (steps, a, b) => {
      const t = summed(steps);
      const [from, to] = [Math.min(a, t.length), Math.min(b, t.length)];
      let expected = from + 1;
      while (expected < to && t[expected]! >= t[expected - 1]!) expected++;
      expect(firstStepBack(t, from, to)).toBe(from >= to ? to : expected);
    }),
  );
});

it('finds the first event at or after a time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { maxLength: 30 }), fc.nat(60), fc.nat(30), (steps, value, start) => {
      const t = summed(steps);
      const from = Math.min(start, t.length);
      const found = t.findIndex((time, i) => i >= from && time >= value);
      expect(lowerBound(t, value, from, t.length)).toBe(found < 0 ? t.length : found);
    }),
  );
});

it('a clock guard sees long batches as it sees their events one by one', () => {
  const jumps = fc.array(
    fc.record({ at: fc.nat(4000), by: fc.constantFrom(-3000, -900, -20, 40, 900, 60_000) }),
    { maxLength: 8 },
  );
  const limits = fc.record({
    maxBackMicros: fc.constantFrom(10, 1000, Infinity),
    maxGapMicros: fc.constantFrom(30, 800, 50_000),
  });
  fc.assert(
    fc.property(jumps, limits, (list, options) => {
      const arrays = allocateEvents(4000);
      for (let i = 0, time = 0; i < 4000; i++) {
        for (const { at, by } of list) if (at === i) time += by;
        arrays.t[i] = time += i % 3 === 0 ? 1 : 0;
      }
      const whole = batchOf(arrays, 4000, null);
      const run = (size: number): unknown => {
        const guard = new ClockGuard(options);
        const out = [];
        for (let at = 0; at < 4000; at += size)
          out.push(...guard.push(sliceBatch(whole, at, Math.min(4000, at + size))));
        out.push(...guard.finish());
        return {
          t: out.flatMap(({ t, segment }) => Array.from(t, (time) => [segment, time])),
          report: guard.report,
        };
      };
      expect(run(4000)).toEqual(run(1));
    }),
    { numRuns: 30 },
  );
});
