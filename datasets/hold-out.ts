/** Recordings for training that are kept aside to choose between epochs. */
import { OptionError, SeededRandom } from '../src/events/index.ts';
import type { OpenDataset, Sample } from './dataset.ts';
import { sampleNoun } from './labelled-source.ts';
import { indicesByClass, splitDataset, type Split } from './splits.ts';

/** See {@link holdOut}. */
export interface HeldOut {
  /** What is left for training. */
  readonly train: readonly Sample[];
  readonly validation: readonly Sample[];
  /** For people. */
  readonly notes: readonly string[];
}

/**
 * Takes whole recordings out of the training part: no two windows of one are on both sides.
 *
 * @param wish a share of every class's recordings, at least one of two or more, drawn with the seed; or the name of a
 * split, whose validation part is taken, or its test part where it has none. Recordings that `split` tests are never taken.
 * @throws OptionError `validation` if that leaves nothing to validate on, or nothing to train on; DatasetError
 * `UNKNOWN_SPLIT`.
 *
 * @example
 * ```ts
 * import { holdOut, type OpenDataset, type Sample, type Split } from 'saccade/datasets';
 * const sample = (id: string, label: number): Sample => ({ id, bytes: 0, location: '', label, part: null, open: async function* () {} });
 * const train = ['a', 'b', 'c', 'd'].map((id, i) => sample(id, i % 2));
 * const split: Split = { name: 'random-0', train, validation: [], test: [], trainShare: null, sha256: '' };
 * const { validation } = holdOut({ classes: ['x', 'y'], definition: {} } as unknown as OpenDataset, split, 0.25, 1);
 * console.log(validation.map(({ label }) => label)); // [0, 1]
 * ```
 */
export function holdOut(dataset: OpenDataset, split: Split, wish: number | string, seed: number): HeldOut {
  const notes: string[] = [];
  const noun = sampleNoun(dataset.definition);
  const held = new Set(
    typeof wish === 'number'
      ? drawn(dataset, split.train, wish, seed, notes)
      : named(dataset, split, wish, notes),
  );
  const ids = new Set([...held].map(({ id }) => id));
  const train = split.train.filter(({ id }) => !ids.has(id));
  if (held.size === 0)
    throw new OptionError(
      'validation',
      `leaves no ${noun} to validate on: of a class with one ${noun} none is taken. Give more ${noun}s, or a split that has a validation part.`,
    );
  const bare = [...new Set(split.train.map(({ label }) => label))].filter((label) =>
    train.every((own) => own.label !== label),
  );
  if (bare.length > 0) {
    const names = bare.map((label) => `"${dataset.classes[label]!}"`).join(', ');
    throw new OptionError('validation', `leaves no ${noun} of ${names} to train on`);
  }
  return { train, validation: [...held], notes };
}

function drawn(
  { classes, definition }: OpenDataset,
  samples: readonly Sample[],
  share: number,
  seed: number,
  notes: string[],
): Sample[] {
  const held: Sample[] = [];
  for (const [label, indices] of indicesByClass(samples).entries()) {
    if (indices === undefined) continue;
    if (indices.length < 2) {
      notes.push(`"${classes[label]!}" has one ${sampleNoun(definition)} for training: it is not validated`);
      continue;
    }
    const count = Math.min(indices.length - 1, Math.max(1, Math.round(share * indices.length)));
    const order = new SeededRandom(seed, label, -2).shuffle(indices);
    held.push(...order.slice(0, count).map((i) => samples[i]!));
  }
  return samples.filter((sample) => held.includes(sample));
}

function named(dataset: OpenDataset, split: Split, name: string, notes: string[]): Sample[] {
  const other = name === split.name ? split : splitDataset(dataset, name);
  if (other.trainShare !== null)
    throw new OptionError(
      'validation',
      `cannot be ${name}: it splits recordings by time, and validation takes whole ones`,
    );
  const part = other.validation.length > 0 ? 'validation' : 'test';
  const own = other === split && part === 'test' ? [] : other[part];
  const tested = new Set(split.trainShare === null ? split.test.map(({ id }) => id) : []);
  const held = own.filter(({ id }) => !tested.has(id));
  if (held.length < own.length)
    notes.push(
      `${own.length - held.length} ${sampleNoun(dataset.definition)}s of ${name}'s ${part} part are tested here, and not validated on`,
    );
  return held;
}
