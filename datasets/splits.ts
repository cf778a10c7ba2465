/** Splits that any data set may offer, and the hash that names a list of files. */
import { createHash } from 'node:crypto';
import { SeededRandom } from '../src/events/index.ts';
import type { DatasetPart, OpenDataset, Sample, SplitDefinition } from './dataset.ts';
import { DatasetError } from './errors.ts';

/** A split applied to a data set. */
export interface Split {
  readonly name: string;
  readonly train: readonly Sample[];
  /** For choosing between models; training never looks at it. */
  readonly validation: readonly Sample[];
  readonly test: readonly Sample[];
  /**
   * A split by time: all samples are in `train` and in `test`, and of each one's windows this share, from its start, is
   * for training, the rest for testing. `null` for splits of whole recordings.
   */
  readonly trainShare: number | null;
  /** SHA-256 over the sorted lines `part<TAB>id`: equal hashes mean equal lists. */
  readonly sha256: string;
}

/** Fewer recordings than this in every class are few: they are split by time where they have windows enough. */
export const FEW_RECORDINGS = 5;

/** Sample indices of each class, in the samples' order. */
export function indicesByClass(samples: readonly Pick<Sample, 'label'>[]): number[][] {
  const classes: number[][] = [];
  samples.forEach(({ label }, i) => (classes[label] ??= []).push(i));
  return classes;
}

/** The data set's own train, validation and test parts. */
export const officialSplit: SplitDefinition = {
  name: 'official',
  summary: "the data set's own train, validation and test parts",
  assign: (samples) =>
    samples.map(({ id, part }) => {
      if (part === null)
        throw new DatasetError('UNKNOWN_SPLIT', id, 'It belongs to no part; use split random-SEED.');
      return part;
    }),
};

/** A tenth of each class, drawn with a seed; of two recordings or more at least one. */
export const randomSplit: SplitDefinition = {
  name: 'random-',
  summary: 'random-SEED: a seeded tenth of each class, at least one of two or more, is for testing',
  assign(samples, name) {
    const parts = samples.map((): DatasetPart => 'train');
    const seed = Number(name.slice('random-'.length));
    for (const indices of indicesByClass(samples)) {
      if (indices === undefined || indices.length < 2) continue;
      const drawn = new SeededRandom(seed, samples[indices[0]!]!.label).shuffle(indices);
      for (const i of drawn.slice(0, Math.max(1, Math.round(indices.length / 10)))) parts[i] = 'test';
    }
    return parts;
  },
};

/**
 * The first windows of every recording are for training, the others for testing. Each is whole on one side, and windows that overlap
 * are refused, so no event is on both.
 */
export const timeSplit: SplitDefinition = {
  name: 'time-',
  number: /0?\.\d+/,
  summary:
    'time-SHARE: of each recording the first windows, time-0.8: 80 %, are for training, the others for testing',
  trainShare: (name) => Number(name.slice('time-'.length)),
  assign: (samples) => samples.map((): DatasetPart => 'train'),
};

/** What {@link defaultSplit} calls the split by time. */
export const DEFAULT_TIME_SPLIT = 'time-0.8';

/**
 * The data set's own parts where all samples have one, else its first split; seed 0 where that takes a seed. Recordings
 * that are few are left whole: whether they have windows enough to be split by time shows only when they are read.
 */
export function defaultSplit({ definition, samples }: Pick<OpenDataset, 'definition' | 'samples'>): string {
  const [{ name }] = definition.splits as readonly [SplitDefinition];
  const stated = definition.splits.includes(officialSplit) && samples.every(({ part }) => part !== null);
  if (stated) return officialSplit.name;
  return name.endsWith('-') ? `${name}0` : name;
}

/** Whether a data set without parts of its own has fewer than {@link FEW_RECORDINGS} recordings in every class. */
export function hasFewRecordings(dataset: OpenDataset): boolean {
  const [first] = dataset.definition.splits;
  if (first !== randomSplit || defaultSplit(dataset) === officialSplit.name) return false;
  return indicesByClass(dataset.samples).every((indices) => indices.length < FEW_RECORDINGS);
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
  const split = definition.splits.find((candidate) => takes(candidate, wanted));
  if (split === undefined) {
    const known = definition.splits.map((candidate) => candidate.name).join(', ');
    throw new DatasetError('UNKNOWN_SPLIT', wanted, `${definition.title} has the splits ${known}.`);
  }
  const parts = split.assign(samples, wanted);
  const trainShare = split.trainShare?.(wanted) ?? null;
  const lines = samples.map(({ id }, i) => `${trainShare === null ? parts[i]! : wanted}\t${id}\n`).sort();
  const of = (part: DatasetPart): readonly Sample[] => samples.filter((_, i) => parts[i] === part);
  return {
    name: wanted,
    train: of('train'),
    validation: of('validation'),
    test: trainShare === null ? of('test') : samples,
    trainShare,
    sha256: createHash('sha256').update(lines.join('')).digest('hex'),
  };
}

function takes({ name, number = /\d+/ }: SplitDefinition, wanted: string): boolean {
  if (!name.endsWith('-')) return name === wanted;
  return wanted.startsWith(name) && new RegExp(`^(?:${number.source})$`).test(wanted.slice(name.length));
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
  for (const indices of indicesByClass(samples)) {
    for (const i of new SeededRandom(seed, folds).shuffle(indices ?? []))
      result[next++ % folds]!.push(samples[i]!);
  }
  return result;
}
