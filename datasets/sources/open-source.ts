import { statSync, type Stats } from 'node:fs';
import path from 'node:path';
import { DatasetError } from '../errors.ts';
import { fileChunks } from './file-chunks.ts';
import { fileSource } from './file-source.ts';
import { FolderSource } from './folder-source.ts';
import { reusedChunks } from './reused-chunks.ts';
import type { RecordingEntry, RecordingSource } from './source.ts';
import { ZipSource, type ZipSourceOptions } from './zip-source.ts';

/** A folder or a zip archive as a source. */
export function openSource(location: string, options: ZipSourceOptions = {}): RecordingSource {
  return location.toLowerCase().endsWith('.zip')
    ? new ZipSource(location, options)
    : new FolderSource(location);
}

/**
 * One recording by its path: a file, or `archive.zip!member` in a zip archive.
 *
 * @throws {@link DatasetError} `NOT_FOUND`, `BAD_ARCHIVE`.
 */
export function openRecording(location: string, options: ZipSourceOptions = {}): Promise<RecordingEntry> {
  return new RecordingOpener(options).open(location);
}

/** Opens many recordings; the directory of an archive is read once. */
export class RecordingOpener {
  readonly #archives = new Map<string, Promise<ReadonlyMap<string, RecordingEntry>>>();
  readonly #sources: ZipSource[] = [];
  readonly #options: ZipSourceOptions;

  constructor(options: ZipSourceOptions = {}) {
    this.#options = options;
  }

  /** See {@link openRecording}. */
  async open(location: string): Promise<RecordingEntry> {
    const bang = location.toLowerCase().indexOf('.zip!');
    if (bang < 0) return openFile(location);
    const archive = location.slice(0, bang + 4);
    if (!this.#archives.has(archive)) this.#archives.set(archive, this.#index(archive));
    const entry = (await this.#archives.get(archive)!).get(location.slice(bang + 5));
    if (entry === undefined) throw new DatasetError('NOT_FOUND', location, 'The archive has no such member.');
    return entry;
  }

  async close(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.close()));
  }

  async #index(archive: string): Promise<ReadonlyMap<string, RecordingEntry>> {
    const source = new ZipSource(archive, this.#options);
    this.#sources.push(source);
    return new Map((await source.list()).map((entry) => [entry.id, entry]));
  }
}

function openFile(location: string): RecordingEntry {
  let found: Stats;
  try {
    found = statSync(location);
  } catch (cause) {
    throw new DatasetError('NOT_FOUND', location, 'There is no such file.', { cause });
  }
  if (!found.isFile()) throw new DatasetError('NOT_FOUND', location, 'This is not a file.');
  return {
    id: path.basename(location),
    bytes: found.size,
    location,
    open: () => fileChunks(location),
    openAnywhere: () => fileSource(location, found.size),
    openReused: () => reusedChunks(location),
  };
}
