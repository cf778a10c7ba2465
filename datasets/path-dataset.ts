/** Data sets whose recordings are told by their paths, in a folder, in archives in it, or in one archive. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetDefinition } from './dataset.ts';
import { openLabelled, type ListedFile, type PathLabel, type Stray } from './labelled-source.ts';
import { openSource } from './sources/open-source.ts';
import { compareNatural, isHidden } from './sources/source.ts';

/** What a path says of a recording. */
export interface PathRecording extends PathLabel {
  /** Names the recording whatever folder or archive it lies in: unpacked beside its archive it is there twice, and taken once. */
  readonly key: string;
}

/** What a data set states of itself; see {@link pathDataset}. */
export interface PathDataset extends Omit<DatasetDefinition, 'detect' | 'open'> {
  /** Names of its archives. */
  readonly archive: RegExp;
  /**
   * What the path of a recording says, `null` for other files.
   *
   * @param id path with `/` between folders, from the root's own name on.
   */
  readonly read: (id: string) => PathRecording | null;
  /** What more is known of paths once lists among the files were read; default: what `read` says. */
  readonly readLists?: (
    files: readonly ListedFile[],
  ) => Promise<(id: string) => PathRecording | Stray | null>;
}

/** So many names are looked at to tell whether a folder is of a data set. */
const MOST_NAMES = 2000;
const MOST_DEPTH = 4;

/** See the file comment. */
export function pathDataset({ archive, read, readLists, ...stated }: PathDataset): DatasetDefinition {
  const definition: DatasetDefinition = {
    ...stated,
    async detect(root) {
      const isMine = (id: string): boolean => read(id) !== null;
      if (await someName(root, isMine)) return true;
      for (const location of await archivesOf(root, archive)) {
        const source = openSource(location);
        const members = await source.list().finally(() => source.close());
        if (members.some(({ id }) => isMine(inside(location, id)))) return true;
      }
      return false;
    },
    async open(root, options = {}) {
      const sources = (await locationsOf(root, archive)).map((location) => openSource(location, options));
      const taken = new Set<string>();
      return openLabelled(
        definition,
        root,
        sources,
        async (files) => {
          const say = (await readLists?.(files)) ?? read;
          return files.map(({ entry, source }) => {
            const said = say(inside(source.path, entry.id));
            if (said === null || 'problem' in said) return said;
            if (taken.has(said.key)) return null;
            taken.add(said.key);
            return said;
          });
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
  return `${path.basename(path.resolve(location)).replace(/\.zip$/i, '')}/${id}`;
}

/** The folder first: what is unpacked is read faster. */
async function locationsOf(root: string, archive: RegExp): Promise<string[]> {
  return root.toLowerCase().endsWith('.zip') ? [root] : [root, ...(await archivesOf(root, archive))];
}

async function archivesOf(root: string, archive: RegExp): Promise<string[]> {
  if (root.toLowerCase().endsWith('.zip'))
    return archive.test(path.basename(root)) && existsSync(root) ? [root] : [];
  const names = await readdir(root).catch(() => []);
  return names
    .filter((name) => archive.test(name))
    .sort(compareNatural)
    .map((name) => path.join(root, name));
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
