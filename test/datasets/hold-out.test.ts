import { describe, expect, it } from 'vitest';
import { holdOut, officialSplit, randomSplit, splitDataset } from '../../datasets/index.ts';
import type { DatasetPart, OpenDataset, Sample } from '../../datasets/index.ts';

function dataset(
  counts: readonly number[],
  part: (i: number) => DatasetPart | null = () => null,
): OpenDataset {
  const samples = counts.flatMap((count, label) =>
    Array.from({ length: count }, (_, i): Sample => ({
      id: `${label}/${i}`,
      bytes: 1,
      location: '',
      label,
      part: part(i),
      open: async function* () {
        yield new Uint8Array();
      },
    })),
  );
  const definition = { id: 'test', title: 'Test', splits: [randomSplit, officialSplit] };
  return { definition, samples, classes: counts.map(String), otherFiles: [], leftOut: [] } as never;
}

const ids = (samples: readonly Sample[]): string[] => samples.map(({ id }) => id);

describe('holdOut', () => {
  it.each([1, 2, 3, 4, 5])(
    'by share takes of every class, never from the test, the same for a seed (%i)',
    (seed) => {
      const own = dataset([20, 10, 5]);
      const split = splitDataset(own, `random-${seed}`);
      const { train, validation } = holdOut(own, split, 0.25, seed);
      expect([...ids(train), ...ids(validation)].sort()).toEqual(ids(split.train).sort());
      expect(ids(validation).filter((id) => ids(split.test).includes(id))).toEqual([]);
      const perClass = [0, 1, 2].map((label) => validation.filter((sample) => sample.label === label).length);
      expect(perClass).toEqual([5, 2, 1]);
      expect(ids(holdOut(own, split, 0.25, seed).validation)).toEqual(ids(validation));
      expect(ids(holdOut(own, split, 0.25, seed + 1).validation)).not.toEqual(ids(validation));
    },
  );

  it("by name takes the split's validation part, or its test part without what is tested here", () => {
    const parts: readonly DatasetPart[] = ['train', 'train', 'validation', 'test'];
    const own = dataset([8, 8], (i) => parts[i % 4]!);
    const official = splitDataset(own, 'official');
    const { train, validation } = holdOut(own, official, 'official', 1);
    expect(ids(validation)).toEqual(ids(official.validation));
    expect(ids(train)).toEqual(ids(official.train));
    const plain = dataset([20, 20]);
    const here = splitDataset(plain, 'random-1');
    const there = splitDataset(plain, 'random-2').test;
    const held = holdOut(plain, here, 'random-2', 1);
    expect(ids(held.validation)).toEqual(ids(there).filter((id) => !ids(here.test).includes(id)));
    expect(ids(held.train)).toEqual(ids(here.train).filter((id) => !ids(there).includes(id)));
  });

  it('refuses what leaves nothing, and says which class is not validated', () => {
    const single = dataset([1, 1]);
    const all = splitDataset(single, 'random-1');
    expect(() => holdOut(single, all, 0.5, 1)).toThrow(expect.objectContaining({ option: 'validation' }));
    const mixed = dataset([1, 4]);
    expect(holdOut(mixed, splitDataset(mixed, 'random-1'), 0.3, 1).notes).toEqual([
      '"1" has one recording for training: it is not validated',
    ]);
    const own = dataset([20, 20]);
    expect(() => holdOut(own, splitDataset(own, 'random-1'), 'random-1', 1)).toThrow(
      expect.objectContaining({ option: 'validation' }),
    );
    expect(() => holdOut(own, splitDataset(own, 'random-1'), 'nothing', 1)).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_SPLIT' }),
    );
  });
});
