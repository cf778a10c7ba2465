/** Recordings whose path tells their class: the layout that all data sets here share in some form. */
import path from 'node:path';
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
import { listUnlessBad } from './sources/unread-archive.ts';

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

/** A recording that is there twice, as its archive beside what was unpacked: the first one is taken. */
export interface Double {
  /** Where it is, and where the first one. */
  readonly doubles: string;
}

/** A file of a source. */
export interface ListedFile {
  readonly entry: RecordingEntry;
  readonly source: RecordingSource;
}

/** What is known of files. */
export interface FileLabels {
  /** Of each file; `null` for one that is no recording. */
  readonly labels: readonly (PathLabel | Stray | Double | null)[];
  /** What else was found, for people. */
  readonly notes?: readonly string[];
}

/** How many names a message lists. */
const LISTED = 3;

/**
 * Opens sources whose paths carry the labels.
 *
 * @param read what the path of each file says, `null` for a file that is no recording.
 * @param classes the data set's own order; default: natural order of the names found.
 * @throws DatasetError `EMPTY_DATASET`; `UNKNOWN_LAYOUT` for a stray recording, and what listing throws of an archive that is one
 * of several, unless bad ones are to be skipped.
 */
export async function openLabelled(
  definition: DatasetDefinition,
  root: string,
  sources: readonly RecordingSource[],
  read: (files: readonly ListedFile[]) => FileLabels | Promise<FileLabels>,
  { skipBad = false }: OpenDatasetOptions = {},
  classes?: readonly string[],
): Promise<OpenDataset> {
  const close = async (): Promise<void> => {
    await Promise.all(sources.map((source) => source.close()));
  };
  try {
    const files: ListedFile[] = [];
    const leftOut: (LeftOutFile & Stray)[] = [];
    const ids = new Set<string>();
    for (const source of sources) {
      const isOneOfSeveral = path.resolve(source.path) !== path.resolve(root);
      const name = path.basename(source.path);
      const { entries, unread } = await listUnlessBad(source, name, skipBad && isOneOfSeveral);
      leftOut.push(...(unread === null ? (source.unread ?? []) : [unread]));
      // One by one: arguments of a call are bounded, and archives hold a hundred thousand files.
      for (const listed of entries) {
        // Archives may hold files of one path each.
        const entry = ids.has(listed.id) ? { ...listed, id: `${name}/${listed.id}` } : listed;
        ids.add(entry.id);
        files.push({ entry, source });
      }
    }
    const { labels, notes = [] } = await read(files);
    const opened = new Set(sources.map((source) => source.path));
    const otherFiles = files
      .filter(({ entry }, i) => labels[i] === null && !opened.has(entry.location))
      .map(({ entry }) => entry);
    const doubles: string[] = [];
    const found: (PathLabel & { readonly entry: RecordingEntry })[] = [];
    files.forEach(({ entry }, i) => {
      const label = labels[i]!;
      if (label === null) return;
      if ('doubles' in label) doubles.push(label.doubles);
      else if ('problem' in label) leftOut.push({ id: entry.id, ...label });
      else if (classes?.includes(label.className) === false)
        leftOut.push({
          id: entry.id,
          problem: `is of "${label.className}", no class of ${definition.title}`,
        });
      else found.push({ ...label, entry });
    });
    if (leftOut.length > 0 && !skipBad) throw strayError(definition, leftOut);
    if (found.length === 0) throw emptyError(definition, root, otherFiles, leftOut);
    const names = classes ?? [...new Set(found.map(({ className }) => className))].sort(compareNatural);
    const samples = found.map(({ className, part, entry }): Sample => ({
      ...entry,
      label: names.indexOf(className),
      part,
    }));
    const twice = doublesNote(doubles, sampleNoun(definition));
    const alike = classes === undefined ? alikeNotes(names) : [];
    const all = [...twice, ...alike, ...notes];
    return { definition, classes: names, samples, otherFiles, leftOut, notes: all, close };
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

/** Says which classes are several only by capitals, spaces or how letters are encoded: parts made on two machines may spell one so. */
function alikeNotes(names: readonly string[]): string[] {
  const spellings = new Map<string, string[]>();
  for (const name of names) {
    const plain = name.normalize('NFKC').toLowerCase().replaceAll(/[\s_-]+/g, ' ').trim(); // prettier-ignore
    spellings.set(plain, [...(spellings.get(plain) ?? []), name]);
  }
  return [...spellings.values()]
    .filter((own) => own.length > 1)
    .map(
      (own) => `${own.map((name) => `"${name}"`).join(' and ')} are ${own.length} classes, as they are spelt`,
    );
}

/**
 * What a file is that is called as an earlier one: the same again, or one of them is no whole copy. `null` where there is no
 * earlier one.
 */
export function doubleOf(
  first: RecordingEntry | undefined,
  { bytes, location }: RecordingEntry,
): Stray | Double | null {
  if (first === undefined) return null;
  if (bytes === first.bytes) return { doubles: `${location} (as ${first.location})` };
  return { problem: `has ${bytes} bytes, and ${first.location} of the same name ${first.bytes}` };
}

/** Says which recordings were there twice. @param doubles of each, see {@link Double}. */
export function doublesNote(doubles: readonly string[], noun: SampleNoun): string[] {
  if (doubles.length === 0) return [];
  const count = doubles.length === 1 ? `1 ${noun} is` : `${doubles.length} ${noun}s are`;
  return [`${count} there twice and taken once: ${listed(doubles)}`];
}

/** Says which recordings a list names that are not there. @param present names of those that are. */
export function missingNote(
  list: string,
  names: Iterable<string>,
  present: ReadonlySet<string>,
  noun: SampleNoun,
): string[] {
  const missing = [...names].filter((name) => !present.has(name));
  if (missing.length === 0) return [];
  const are = missing.length === 1 ? 'is' : 'are';
  const count = missing.length === 1 ? `1 ${noun}` : `${missing.length} ${noun}s`;
  return [`${count} of ${list} ${are} not there: ${listed(missing)}`];
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
  [left]: readonly LeftOutFile[],
): DatasetError {
  const names = otherFiles.map(({ id }) => id);
  const seen =
    otherFiles.length === 0
      ? ''
      : ` There are ${names.length} files that are none by their names: ${listed(names)}.${otherFilesHint(names)}`;
  const bad = left === undefined ? '' : ` ${left.id} ${left.problem}`;
  return new DatasetError(
    'EMPTY_DATASET',
    root,
    `No ${sampleNoun(definition)} of ${definition.title} was found.${filesHint(definition)}${seen}${bad}`,
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
