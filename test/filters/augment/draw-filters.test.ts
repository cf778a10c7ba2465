import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OptionError, SeededRandom } from '../../../src/events/index.ts';
import {
  drawFilters,
  drawFiltersOf,
  eventAugmentationSets,
  eventOperations,
  filterSpec,
  parseEventAugmentation,
  type FilterSpec,
} from '../../../src/filters/index.ts';

const shares = (steps: number, most: number): number[] =>
  Array.from({ length: steps }, (_, i) => (most * (i + 1)) / steps);

describe('augmentation of events', () => {
  it.each(eventOperations.map((operation) => [operation.id, operation] as const))(
    '%s draws filters that there are, the same for equal keys',
    (id, { amount: { max, whole } }) => {
      const amounts = whole ? fc.integer({ min: 0, max }) : fc.double({ min: 0, max, noNaN: true });
      fc.assert(
        fc.property(amounts, fc.nat(), fc.nat(9), fc.nat(999), (amount, seed, epoch, sample) => {
          const steps = [[{ operation: id, amount }]];
          const draw = (): FilterSpec[] => drawFilters(steps, new SeededRandom(seed, epoch, sample));
          const drawn = draw();
          expect(drawn).toEqual(draw());
          for (const filter of drawn) expect(filterSpec(filter)).toEqual(filter);
        }),
      );
    },
  );

  it('probabilities hold', () => {
    const often = (amount: number): number =>
      Array.from({ length: 400 }, (_, i) =>
        drawFilters([[{ operation: 'flip', amount }]], new SeededRandom(1, 0, i)),
      ).filter(({ length }) => length === 1).length;
    expect([often(0), often(1)]).toEqual([0, 400]);
    expect(Math.abs(often(0.3) - 120)).toBeLessThan(40);
  });

  it('EventDrop does one of four, with the shares of its code', () => {
    const counts: Record<string, number> = {};
    const seen: Record<string, Set<number>> = {};
    const seeds = new Set<unknown>();
    for (let sample = 0; sample < 2000; sample++) {
      const drawn = drawFilters(eventAugmentationSets['event-drop']!, new SeededRandom(5, 2, sample));
      expect(drawn.length).toBeLessThanOrEqual(1);
      const by = String(drawn[0]?.['by'] ?? 'nothing');
      counts[by] = (counts[by] ?? 0) + 1;
      if (drawn.length === 0) continue;
      (seen[by] ??= new Set()).add(drawn[0]!['share'] as number);
      seeds.add(drawn[0]!['seed']);
    }
    for (const by of ['nothing', 'random', 'area', 'time'])
      expect(Math.abs(counts[by]! - 500)).toBeLessThan(100);
    const sorted = (by: string): number[] => [...seen[by]!].sort((a, b) => a - b);
    expect(sorted('random')).toEqual(shares(9, 0.9));
    expect(sorted('time')).toEqual(shares(9, 0.9));
    expect(sorted('area')).toEqual(shares(5, 0.25));
    expect(seeds.size).toBeGreaterThan(1400);
  });

  it('reads steps, and names what is wrong', () => {
    expect(parseEventAugmentation('flip:0.5,noise:2|time-jitter:100')).toEqual([
      [{ operation: 'flip', amount: 0.5 }],
      [
        { operation: 'noise', amount: 2 },
        { operation: 'time-jitter', amount: 100 },
      ],
    ]);
    for (const text of ['roll:5', 'flip', 'flip:2', 'drop-area:1.5', '', 'nothing:1'])
      expect(() => parseEventAugmentation(text)).toThrow(OptionError);
    expect(() => drawFilters([[]], new SeededRandom(1))).toThrow(OptionError);
  });

  it('of a data set goes by the name of the recording, the seed and the epoch', () => {
    const steps = parseEventAugmentation('event-drop,noise:10');
    const draw = (seed: number, epoch: number, name: string): string =>
      JSON.stringify(drawFiltersOf({ steps, seed }, epoch, name));
    expect(draw(1, 2, 'train/a/1')).toBe(draw(1, 2, 'train/a/1'));
    const others = [
      draw(2, 2, 'train/a/1'),
      draw(1, 3, 'train/a/1'),
      draw(1, 2, 'train/a/2'),
      draw(1, 2, 'test/a/1'),
    ];
    expect(new Set([draw(1, 2, 'train/a/1'), ...others]).size).toBe(5);
    const kinds = Array.from(
      { length: 400 },
      (_, i) => drawFiltersOf({ steps, seed: 1 }, 0, `a/${i}`)[0]!['by'] ?? null,
    );
    for (const kind of ['time', 'area', 'random', null])
      expect(Math.abs(kinds.filter((own) => own === kind).length - 100)).toBeLessThan(40);
  });
});
