import { statSync, type Stats } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { DatasetError } from '../errors.ts';
import { fileChunks } from './file-chunks.ts';
import { fileSource } from './file-source.ts';
import { reusedChunks } from './reused-chunks.ts';
import { compareNatural, isHidden, type RecordingEntry, type RecordingSource } from './source.ts';

/** All files below a folder but hidden ones. Links are followed, those that lead back up are not. */
export class FolderSource implements RecordingSource {
  readonly path: string;

  constructor(folder: string) {
    this.path = folder;
  }

  async list(): Promise<RecordingEntry[]> {
    const entries = await this.#walk('', new Set());
    return entries.sort((a, b) => compareNatural(a.id, b.id));
  }

  async close(): Promise<void> {}

  /** @param above real paths of the folders that this one is in. */
  async #walk(folder: string, above: ReadonlySet<string>): Promise<RecordingEntry[]> {
    const full = path.join(this.path, folder);
    const cannotRead = (cause: unknown): never => {
      throw new DatasetError('NOT_FOUND', full, 'The folder cannot be read.', { cause });
    };
    const real = await realpath(full).catch(cannotRead);
    if (above.has(real)) return [];
    const names = (await readdir(full).catch(cannotRead)).filter((name) => !isHidden(name));
    const inside = new Set(above).add(real);
    const found = names.map(async (name): Promise<RecordingEntry[]> => {
      const id = folder === '' ? name : `${folder}/${name}`;
      const location = path.join(full, name);
      const about = stateOf(location);
      if (about?.isDirectory()) return this.#walk(id, inside);
      if (about && !about.isFile()) return [];
      return [
        {
          id,
          bytes: about?.size ?? 0,
          location,
          open: () => fileChunks(location),
          openAnywhere: () => fileSource(location, about?.size ?? 0),
          openReused: () => reusedChunks(location),
        },
      ];
    });
    return (await Promise.all(found)).flat();
  }
}

/** At once: for a hundred thousand files that is twenty times as fast. What a dead link names is missing when it is opened. */
function stateOf(location: string): Stats | undefined {
  try {
    return statSync(location, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
