import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  datasetDefinitions,
  hasFewRecordings,
  openDataset,
  splitDataset,
  type OpenDataset,
  type Sample,
} from '../../datasets/index.ts';

const fieldCases = path.resolve(import.meta.dirname, '../field-cases');

/** A folder with so many recordings of each class. */
function folderWith(...recordings: readonly number[]): OpenDataset {
  const samples = recordings.flatMap((size, label) =>
    Array.from({ length: size }, (_, i): Sample => {
      const id = `${label}/${i}.csv`;
      return { id, bytes: 0, location: id, label, part: null, open: async function* () {} };
    }),
  );
  return {
    definition: datasetDefinitions.find(({ id }) => id === 'folder')!,
    classes: recordings.map((_, label) => String(label)),
    samples,
    otherFiles: [],
    leftOut: [],
    notes: [],
    close: async () => undefined,
  };
}

describe('random splits', () => {
  it('keep one recording of every class that has two', () => {
    for (const seed of [0, 1, 2, 77]) {
      const dataset = folderWith(1, 2, 3, 4, 14, 15, 57, 100);
      const { train, test, validation } = splitDataset(dataset, `random-${seed}`);
      const counts = dataset.classes.map(
        (_, label) => test.filter((sample) => sample.label === label).length,
      );
      expect(counts).toEqual([0, 1, 1, 1, 1, 2, 6, 10]);
      expect(validation).toEqual([]);
      expect([...train, ...test].map(({ id }) => id).sort()).toEqual(
        dataset.samples.map(({ id }) => id).sort(),
      );
    }
  });

  it('field case rare-class-untested', async () => {
    const { classes, ...dataset } = await openDataset(path.join(fieldCases, 'rare-class-untested/data'));
    const { name, test } = splitDataset({ classes, ...dataset });
    expect(name).toBe('random-0');
    expect(test.filter(({ label }) => classes[label] === 'rare')).toHaveLength(1);
    expect(test.filter(({ label }) => classes[label] === 'common')).toHaveLength(6);
  });
});

describe('splits by time', () => {
  it('are named by their share and have a hash of their own', () => {
    const dataset = folderWith(1, 1);
    const split = splitDataset(dataset, 'time-0.8');
    expect(split).toMatchObject({ name: 'time-0.8', trainShare: 0.8 });
    expect([split.train, split.test]).toEqual([dataset.samples, dataset.samples]);
    expect(splitDataset(dataset, 'time-.5').trainShare).toBe(0.5);
    const hashes = ['time-0.8', 'time-0.7', 'random-0'].map((name) => splitDataset(dataset, name).sha256);
    expect(new Set(hashes).size).toBe(3);
    expect(splitDataset(dataset, 'random-0').trainShare).toBeNull();
    for (const name of ['time-1', 'time-8', 'time-', 'time-1.5', 'time-0.8x', 'random-0.5'])
      expect(() => splitDataset(dataset, name)).toThrow(expect.objectContaining({ code: 'UNKNOWN_SPLIT' }));
  });

  it('few means fewer than five of every class, and no parts', () => {
    expect(hasFewRecordings(folderWith(4, 1))).toBe(true);
    expect(hasFewRecordings(folderWith(5, 1))).toBe(false);
    const dataset = folderWith(2, 2);
    const stated = {
      ...dataset,
      samples: dataset.samples.map((sample) => ({ ...sample, part: 'train' as const })),
    };
    expect(hasFewRecordings(stated)).toBe(false);
  });
});
