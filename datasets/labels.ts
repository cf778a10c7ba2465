/** Labels are names. Two lists of classes meet here, by name and never by position. */
import type { LeftOutFile, OpenDataset, Sample } from './dataset.ts';
import { DatasetError } from './errors.ts';
import { listed } from './labelled-source.ts';

/** Samples with the labels of another list of classes. */
export interface MatchedLabels {
  /** `label` is an index into the other list. */
  readonly samples: readonly Sample[];
  /** Samples of classes that the other list lacks, where they were to be skipped. */
  readonly leftOut: readonly LeftOutFile[];
}

/**
 * Gives samples the labels of another list of classes, those of a model or network, by name.
 *
 * @param classes the other list; `owner` says whose, for messages.
 * @param skipBad leaves samples of unknown classes out, instead of refusing.
 * @throws DatasetError `OTHER_CLASSES` for a class that has samples and is not in the other list, or is there twice.
 *
 * @example
 * ```ts
 * import { matchLabels } from 'saccade/datasets';
 * const sample = { id: '7/a.bin', bytes: 0, location: '', label: 0, part: null, open: async function* () {} };
 * const { samples } = matchLabels({ classes: ['7', '9'] }, [sample], ['0', '7', '9'], 'the model');
 * console.log(samples[0]?.label); // 1
 * ```
 */
export function matchLabels(
  dataset: Pick<OpenDataset, 'classes'>,
  samples: readonly Sample[],
  classes: readonly string[],
  owner: string,
  skipBad = false,
): MatchedLabels {
  const twice = classes.find((name, i) => classes.indexOf(name) !== i);
  if (twice !== undefined)
    throw new DatasetError('OTHER_CLASSES', twice, `${owner} has two classes of one name.`);
  const indices = dataset.classes.map((name) => classes.indexOf(name));
  const known = samples.filter(({ label }) => indices[label]! >= 0);
  const unknown = samples.filter(({ label }) => indices[label]! < 0);
  if (unknown.length > 0 && !skipBad) {
    const names = [...new Set(unknown.map(({ label }) => dataset.classes[label]!))];
    throw new DatasetError(
      'OTHER_CLASSES',
      unknown[0]!.id,
      `${owner} has no class ${listed(names.map((name) => `"${name}"`))}; it has ${listed(classes, 20)}. ${unknown.length} of ${samples.length} are of such classes: rename their folders, or leave them out with --skip-bad (skipBad).`,
    );
  }
  return {
    samples: known.map((sample) => ({ ...sample, label: indices[sample.label]! })),
    leftOut: unknown.map(({ id, label }) => ({
      id,
      problem: `is of "${dataset.classes[label]!}", no class of ${owner}`,
    })),
  };
}

/** Names of the classes that none of the samples has. */
export function classesWithout(
  samples: readonly { readonly label: number }[],
  classes: readonly string[],
): string[] {
  const present = new Set(samples.map(({ label }) => label));
  return classes.filter((_, label) => !present.has(label));
}
