/** Splits that any data set may offer, and the hash that names a list of files. */
import { createHash } from 'node:crypto';
import { SeededRandom } from '../src/events/index.ts';
import type { DatasetPart, OpenDataset, Sample, SplitDefinition } from './dataset.ts';
import { DatasetError } from './errors.ts';

/** A split applied to a data set. */
export interface Split {
  readonly name: string;
  readonly train: readonly Sample[];
  readonly test: readonly Sample[];
  /** SHA-256 over the sorted lines `part<TAB>id`: equal hashes mean equal lists. */
  readonly sha256: string;
}

/** Sample indices of each class, in the samples' order. */
export function indicesByClass(samples: readonly Sample[]): number[][] {
  const classes: number[][] = [];
  samples.forEach(({ label }, i) => (classes[label] ??= []).push(i));
  return classes;
}

/** The data set's own train and test parts. */
export const officialSplit: SplitDefinition = {
  name: 'official',
  summary: "the data set's own train and test parts",
  assign: (samples) =>
    samples.map(({ id, part }) => {
      if (part === null)
        throw new DatasetError(
          'UNKNOWN_SPLIT',
          id,
          'The recording belongs to no part; use split random-SEED.',
        );
      return part;
    }),
};

/** A tenth of each class, drawn with a seed. */
export const randomSplit: SplitDefinition = {
  name: 'random-',
  summary: 'random-SEED: a seeded tenth of each class is for testing',
  assign(samples, name) {
    const parts = samples.map((): DatasetPart => 'train');
    const seed = Number(name.slice('random-'.length));
    for (const indices of indicesByClass(samples)) {
      const drawn = new SeededRandom(seed, samples[indices[0]!]!.label).shuffle(indices);
      for (const i of drawn.slice(0, Math.round(indices.length / 10))) parts[i] = 'test';
    }
    return parts;
  },
};

/** The data set's own parts where all samples have one, else its first split; seed 0 where that takes a seed. */
function defaultSplit({ definition, samples }: OpenDataset): string {
  const [{ name }] = definition.splits as readonly [SplitDefinition];
  const stated = definition.splits.includes(officialSplit) && samples.every(({ part }) => part !== null);
  if (stated) return officialSplit.name;
  return name.endsWith('-') ? `${name}0` : name;
}

/**
 * Applies a split by name.
 *
 * @param name default: `official` where the data set's files say so, else its first split.
 * @throws {@link DatasetError} `UNKNOWN_SPLIT`.
 */
export function splitDataset(dataset: OpenDataset, name?: string): Split {
  const { definition, samples } = dataset;
  const wanted = name ?? defaultSplit(dataset);
  const split = definition.splits.find((candidate) =>
    candidate.name.endsWith('-')
      ? new RegExp(`^${candidate.name}\\d+$`).test(wanted)
      : candidate.name === wanted,
  );
  if (split === undefined) {
    const known = definition.splits.map((candidate) => candidate.name).join(', ');
    throw new DatasetError('UNKNOWN_SPLIT', wanted, `${definition.title} has the splits ${known}.`);
  }
  const parts = split.assign(samples, wanted);
  const lines = samples.map(({ id }, i) => `${parts[i]!}\t${id}\n`).sort();
  return {
    name: wanted,
    train: samples.filter((_, i) => parts[i] === 'train'),
    test: samples.filter((_, i) => parts[i] === 'test'),
    sha256: createHash('sha256').update(lines.join('')).digest('hex'),
  };
}

/**
 * Stratified folds for cross-validation: every sample is in exactly one, classes are spread evenly.
 *
 * @example
 * ```ts
 * import { kFold } from 'saccade/datasets';
 * const samples = Array.from({ length: 10 }, (_, i) => ({ id: String(i), bytes: 0, location: '', label: i % 2, part: null, open: async function* () {} }));
 * console.log(kFold(samples, 5, 1).map((fold) => fold.length)); // [2, 2, 2, 2, 2]
 * ```
 */
export function kFold<T extends Pick<Sample, 'label'>>(
  samples: readonly T[],
  folds: number,
  seed: number,
): T[][] {
  const result = Array.from({ length: folds }, (): T[] => []);
  let next = 0;
  for (const indices of indicesByClass(samples as unknown as readonly Sample[])) {
    for (const i of new SeededRandom(seed, folds).shuffle(indices ?? []))
      result[next++ % folds]!.push(samples[i]!);
  }
  return result;
}
