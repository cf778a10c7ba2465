/** Recordings whose path tells their class: the layout that all data sets here share in some form. */
import { DatasetError } from './errors.ts';
import type { DatasetDefinition, DatasetPart, OpenDataset, Sample } from './dataset.ts';
import type { RecordingEntry, RecordingSource } from './sources/source.ts';

/** What a path says. */
export interface PathLabel {
  readonly className: string;
  readonly part: DatasetPart | null;
}

/**
 * Opens sources whose paths carry the labels.
 *
 * @param label what the path of an entry says, `null` for a file that is no recording.
 * @param classes the data set's own order; default: natural order of the names found.
 */
export async function openLabelled(
  definition: DatasetDefinition,
  root: string,
  sources: readonly RecordingSource[],
  label: (entry: RecordingEntry, source: RecordingSource) => PathLabel | null,
  classes?: readonly string[],
): Promise<OpenDataset> {
  const found: (PathLabel & { readonly entry: RecordingEntry })[] = [];
  for (const source of sources) {
    for (const entry of await source.list()) {
      const said = label(entry, source);
      if (said !== null) found.push({ ...said, entry });
    }
  }
  if (found.length === 0) {
    throw new DatasetError('EMPTY_DATASET', root, `No recording of ${definition.title} was found.`);
  }
  const names = classes ?? [...new Set(found.map(({ className }) => className))];
  const samples = found.map(({ className, part, entry }): Sample => {
    const index = names.indexOf(className);
    if (index < 0)
      throw new DatasetError(
        'UNKNOWN_LAYOUT',
        entry.id,
        `"${className}" is no class of ${definition.title}.`,
      );
    return { ...entry, label: index, part };
  });
  return {
    definition,
    classes: names,
    samples,
    close: async () => {
      await Promise.all(sources.map((source) => source.close()));
    },
  };
}
