import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchFromTuples, type EventTuple } from '../../src/events/index.ts';
import { FilterChain, parseFilter } from '../../src/filters/index.ts';

const SENSOR = { width: 3, height: 1 };

function left(events: readonly EventTuple[], filter: string): number[] {
  const chain = new FilterChain([parseFilter(filter)], { sensor: SENSOR });
  return [...chain.push(batchFromTuples(events, SENSOR)), ...chain.finish()].flatMap(({ x }) => [...x]);
}

it('pixels of a recording are hot whatever the order of its events', () => {
  const events = fc.array(fc.tuple(fc.nat(1000), fc.nat(2), fc.constant(0), fc.nat(1)), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(events, (unsorted) => {
      const sorted = unsorted.toSorted(([a], [b]) => a - b);
      const [one, other] = [unsorted, sorted].map((all) =>
        left(all, 'hot-pixels=learn:recording,maxHz:5000'),
      );
      expect(one!.toSorted()).toEqual(other!.toSorted());
    }),
  );
});

it('a last event that is earlier than the first makes no pixel hot', () => {
  const events = [
    [500_000, 0, 0, 1],
    [900_000, 1, 0, 1],
    [100, 2, 0, 1],
  ] as const;
  expect(left(events, 'hot-pixels=learn:recording,maxHz:100')).toEqual([0, 1, 2]);
});
