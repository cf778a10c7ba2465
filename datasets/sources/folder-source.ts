import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { DatasetError } from '../errors.ts';
import { compareNatural, type RecordingEntry, type RecordingSource } from './source.ts';

/** Bytes read at a time. */
const CHUNK_BYTES = 1 << 20;

/** All files below a folder. Hidden files are left out. */
export class FolderSource implements RecordingSource {
  readonly path: string;

  constructor(folder: string) {
    this.path = folder;
  }

  async list(): Promise<RecordingEntry[]> {
    const names = await readdir(this.path, { recursive: true, withFileTypes: true }).catch(
      (cause: unknown) => {
        throw new DatasetError('NOT_FOUND', this.path, 'The folder cannot be read.', { cause });
      },
    );
    const files = names.filter((name) => name.isFile() && !name.name.startsWith('.'));
    const entries = files.map(async (file): Promise<RecordingEntry> => {
      const full = path.join(file.parentPath, file.name);
      const id = path.relative(this.path, full).split(path.sep).join('/');
      return {
        id,
        bytes: (await stat(full)).size,
        location: full,
        open: () => createReadStream(full, { highWaterMark: CHUNK_BYTES }),
      };
    });
    return (await Promise.all(entries)).sort((a, b) => compareNatural(a.id, b.id));
  }

  async close(): Promise<void> {}
}
