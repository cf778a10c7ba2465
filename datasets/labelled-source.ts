/** Recordings whose path tells their class: the layout that all data sets here share in some form. */
import { DatasetError } from './errors.ts';
import type {
  DatasetDefinition,
  DatasetPart,
  LeftOutFile,
  OpenDataset,
  OpenDatasetOptions,
  Sample,
} from './dataset.ts';
import { isArchiveName } from './sources/archive-kinds.ts';
import { compareNatural, type RecordingEntry, type RecordingSource } from './sources/source.ts';

/** What a path says. */
export interface PathLabel {
  readonly className: string;
  readonly part: DatasetPart | null;
}

/** A recording whose path does not say what it must, or a record of a file that is damaged. */
export interface Stray {
  /** Follows its name: `lies in no part`. */
  readonly problem: string;
  /** Default: `UNKNOWN_LAYOUT`. */
  readonly code?: 'BAD_RECORD';
}

/** A file of a source. */
export interface ListedFile {
  readonly entry: RecordingEntry;
  readonly source: RecordingSource;
}

/** What is known of each file; `null` for one that is no recording. */
export type Labels = readonly (PathLabel | Stray | null)[];

/** How many names a message lists. */
const LISTED = 3;

/**
 * Opens sources whose paths carry the labels.
 *
 * @param read what the path of each file says, `null` for a file that is no recording.
 * @param classes the data set's own order; default: natural order of the names found.
 * @throws DatasetError `EMPTY_DATASET`; `UNKNOWN_LAYOUT` for a stray recording, unless bad ones are to be skipped.
 */
export async function openLabelled(
  definition: DatasetDefinition,
  root: string,
  sources: readonly RecordingSource[],
  read: (files: readonly ListedFile[]) => Labels | Promise<Labels>,
  { skipBad = false }: OpenDatasetOptions = {},
  classes?: readonly string[],
): Promise<OpenDataset> {
  const close = async (): Promise<void> => {
    await Promise.all(sources.map((source) => source.close()));
  };
  try {
    const files: ListedFile[] = [];
    // One by one: arguments of a call are bounded, and archives hold a hundred thousand files.
    for (const source of sources) for (const entry of await source.list()) files.push({ entry, source });
    const labels = await read(files);
    const otherFiles = files.filter((_, i) => labels[i] === null).map(({ entry }) => entry);
    const leftOut: (LeftOutFile & Stray)[] = [];
    const found: (PathLabel & { readonly entry: RecordingEntry })[] = [];
    files.forEach(({ entry }, i) => {
      const label = labels[i]!;
      if (label === null) return;
      if ('problem' in label) leftOut.push({ id: entry.id, ...label });
      else if (classes?.includes(label.className) === false)
        leftOut.push({
          id: entry.id,
          problem: `is of "${label.className}", no class of ${definition.title}`,
        });
      else found.push({ ...label, entry });
    });
    if (leftOut.length > 0 && !skipBad) throw strayError(definition, leftOut);
    if (found.length === 0) throw emptyError(definition, root, otherFiles);
    const names = classes ?? [...new Set(found.map(({ className }) => className))].sort(compareNatural);
    const samples = found.map(({ className, part, entry }): Sample => ({
      ...entry,
      label: names.indexOf(className),
      part,
    }));
    return { definition, classes: names, samples, otherFiles, leftOut, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a data set is made of, for people. */
export type SampleNoun = 'image' | 'recording';

/** See {@link SampleNoun}. */
export function sampleNoun({ images }: Pick<DatasetDefinition, 'images'>): SampleNoun {
  return images === undefined ? 'recording' : 'image';
}

function strayError(definition: DatasetDefinition, strays: readonly (LeftOutFile & Stray)[]): DatasetError {
  const [{ id, problem, code = 'UNKNOWN_LAYOUT' }] = strays as readonly [LeftOutFile & Stray];
  const others = strays.length > 1 ? ` So it is with ${strays.length - 1} more.` : '';
  const article = definition.images === undefined ? 'A' : 'An';
  const advice = code === 'BAD_RECORD' ? 'Get its file again' : 'Move it';
  return new DatasetError(
    code,
    id,
    `${article} ${sampleNoun(definition)} ${problem}.${others} ${advice}, or leave such files out with --skip-bad (skipBad).`,
  );
}

function emptyError(
  definition: DatasetDefinition,
  root: string,
  otherFiles: readonly RecordingEntry[],
): DatasetError {
  const names = otherFiles.map(({ id }) => id);
  const seen =
    otherFiles.length === 0
      ? ''
      : ` There are ${names.length} files that are none by their names: ${listed(names)}.${otherFilesHint(names)}`;
  return new DatasetError(
    'EMPTY_DATASET',
    root,
    `No ${sampleNoun(definition)} of ${definition.title} was found.${filesHint(definition)}${seen}`,
  );
}

/** What it is read from. */
function filesHint({ about }: DatasetDefinition): string {
  const names = about.files.map(({ name }) => name);
  return names.length === 0 ? '' : ` It is read from ${listed(names)}, or from what that unpacks to.`;
}

/** What makes recordings of files that are none by their names: notes are text, and so are some recordings. */
export function otherFilesHint(names: readonly string[]): string {
  const some = (extension: string): boolean => names.some((name) => name.toLowerCase().endsWith(extension));
  const text = some('.txt') ? ' With --format csv, .txt files are recordings too.' : '';
  return names.some(isArchiveName)
    ? `${text} Archives beside recordings are not looked into: unpack them, or move them to a folder of their own.`
    : text;
}

/** `a, b, c and 4 more`. */
export function listed(names: readonly string[], most: number = LISTED): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
