/** Data sets whose recordings are told by their paths, in a folder, in archives in it, in one archive, or in archives in that. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetDefinition } from './dataset.ts';
import { doubleOf, openLabelled, type ListedFile, type PathLabel, type Stray } from './labelled-source.ts';
import { openSource } from './sources/open-source.ts';
import { isArchiveName, withoutArchiveExtension } from './sources/archive-kinds.ts';
import { compareNatural, isHidden, type RecordingEntry, type RecordingSource } from './sources/source.ts';
import type { TreeOptions } from './sources/tree-source.ts';
import { listUnlessBad } from './sources/unread-archive.ts';

/** What a path says of a recording. */
export interface PathRecording extends PathLabel {
  /** Names the recording whatever folder or archive it lies in: unpacked beside its archive it is there twice, and taken once. */
  readonly key: string;
}

/** What lists among the files tell. */
export interface ReadLists {
  readonly read: (id: string) => PathRecording | Stray | null;
  readonly notes: readonly string[];
}

/** What a data set states of itself; see {@link pathDataset}. */
export interface PathDataset extends Omit<DatasetDefinition, 'detect' | 'open'> {
  /** Names of its archives, those within another too, without what tells the kind (`.zip`). */
  readonly archive: RegExp;
  /**
   * What the path of a recording says, `null` for other files.
   *
   * @param id path with `/` between folders, from the root's own name on.
   */
  readonly read: (id: string) => PathRecording | null;
  /** What more is known of paths once lists among the files were read; default: what `read` says. */
  readonly readLists?: (files: readonly ListedFile[]) => Promise<ReadLists>;
}

/** So many names are looked at to tell whether a folder is of a data set. */
const MOST_NAMES = 2000;
const MOST_DEPTH = 4;

/** See the file comment. */
export function pathDataset({ archive, read, readLists, ...stated }: PathDataset): DatasetDefinition {
  const definition: DatasetDefinition = {
    ...stated,
    async detect(root, options = {}) {
      const isMine = (id: string): boolean => read(id) !== null;
      if (await someName(root, isMine)) return true;
      for (const location of await archivesOf(root, archive))
        if (await someMember(location, { root, archive, options }, isMine)) return true;
      return false;
    },
    async open(root, options = {}) {
      const sources: RecordingSource[] = [];
      try {
        for (const location of await locationsOf(root, archive))
          await openWithInner(location, { root, archive, options }, sources);
      } catch (error) {
        await Promise.all(sources.map((source) => source.close()));
        throw error;
      }
      return openLabelled(
        definition,
        root,
        sources,
        async (files) => {
          const { read: say, notes }: ReadLists = (await readLists?.(files)) ?? { read, notes: [] };
          const taken = new Map<string, RecordingEntry>();
          const labels = files.map(({ entry, source }) => {
            const said = say(inside(source.path, entry.id));
            if (said === null || 'problem' in said) return said;
            const double = doubleOf(taken.get(said.key), entry);
            if (double === null) taken.set(said.key, entry);
            return double ?? said;
          });
          return { labels, notes };
        },
        options,
        Array.isArray(stated.about.classes) ? (stated.about.classes as readonly string[]) : undefined,
      );
    },
  };
  return definition;
}

/** The path with the name of what it lies in: that may be the folder that tells the class. */
function inside(location: string, id: string): string {
  return `${withoutArchiveExtension(path.basename(path.resolve(location)))}/${id}`;
}

/** The folder first: what is unpacked is read faster. */
async function locationsOf(root: string, archive: RegExp): Promise<string[]> {
  return isArchiveName(root) ? [root] : [root, ...(await archivesOf(root, archive))];
}

async function archivesOf(root: string, archive: RegExp): Promise<string[]> {
  if (isArchiveName(root)) return isOwn(root, archive) && existsSync(root) ? [root] : [];
  const names = await readdir(root).catch(() => []);
  return names
    .filter((name) => isOwn(name, archive))
    .sort(compareNatural)
    .map((name) => path.join(root, name));
}

function isOwn(location: string, archive: RegExp): boolean {
  return isArchiveName(location) && archive.test(withoutArchiveExtension(path.basename(location)));
}

/** What is looked for, and where. */
interface Search {
  readonly root: string;
  readonly archive: RegExp;
  readonly options: TreeOptions;
}

/** The files of an archive. One that cannot be read has none where it may be left out: not where it is all there is. */
async function filesIn(
  source: RecordingSource,
  { root, options: { skipBad = false } }: Search,
): Promise<readonly RecordingEntry[]> {
  return (await listUnlessBad(source, source.path, skipBad && source.path !== root)).entries;
}

/** Opens a folder or an archive, and the data set's archives in an archive. */
async function openWithInner(location: string, search: Search, sources: RecordingSource[]): Promise<void> {
  const source = openSource(location, search.options);
  sources.push(source);
  if (!isArchiveName(location)) return;
  for (const entry of await filesIn(source, search))
    if (isOwn(entry.id, search.archive)) await openWithInner(entry.location, search, sources);
}

/** Whether an archive holds a file that is one, or the data set's archives do that it holds: one after the other. */
async function someMember(location: string, search: Search, test: (id: string) => boolean): Promise<boolean> {
  const source = openSource(location, search.options);
  const members = await filesIn(source, search).finally(() => source.close());
  if (members.some(({ id }) => test(inside(location, id)))) return true;
  for (const entry of members)
    if (isOwn(entry.id, search.archive) && (await someMember(entry.location, search, test))) return true;
  return false;
}

/** Whether a file below a folder is one, of those that are looked at: folders one after the other, not all of each. */
async function someName(root: string, test: (id: string) => boolean): Promise<boolean> {
  let left = MOST_NAMES;
  const waiting = [{ folder: root, id: path.basename(path.resolve(root)), depth: 0 }];
  for (let next = waiting.shift(); next !== undefined && left > 0; next = waiting.shift()) {
    const { folder, id, depth } = next;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const shown = entries.filter(({ name }) => !isHidden(name)).slice(0, Math.max(100, left >> 2));
    left -= shown.length;
    for (const entry of shown) {
      const name = `${id}/${entry.name}`;
      if (!entry.isDirectory()) {
        if (test(name)) return true;
      } else if (depth < MOST_DEPTH)
        waiting.push({ folder: path.join(folder, entry.name), id: name, depth: depth + 1 });
    }
  }
  return false;
}
