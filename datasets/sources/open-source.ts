import { statSync, type Stats } from 'node:fs';
import path from 'node:path';
import { DatasetError } from '../errors.ts';
import { fileChunks } from './file-chunks.ts';
import { fileSource } from './file-source.ts';
import { FolderSource } from './folder-source.ts';
import { reusedChunks } from './reused-chunks.ts';
import { once, type ClosableSource, type RecordingEntry, type RecordingSource } from './source.ts';
import { stretchOf, type FileStretch } from './stretch-location.ts';
import { ZipSource, type ZipSourceOptions } from './zip-source.ts';

/** Files of spikes by their names; what follows the `!` of a location is the number of a recording in them. */
const SPIKES_MEMBER = /\.(?:h5|hdf5)!(\d+)$/i;

/** A folder or a zip archive as a source. */
export function openSource(location: string, options: ZipSourceOptions = {}): RecordingSource {
  return isZip(location) ? new ZipSource(location, options) : new FolderSource(location);
}

/**
 * One recording by its path: a file, `archive.zip!member` in a zip archive, `file.h5!number` in a file of many, or
 * `file!byte+bytes` for a stretch of a file.
 *
 * @throws {@link DatasetError} `NOT_FOUND`, `BAD_ARCHIVE`.
 */
export function openEntry(location: string, options: ZipSourceOptions = {}): Promise<RecordingEntry> {
  return new RecordingOpener(options).open(location);
}

/** Opens many recordings; the directory of an archive is read once, and a file of which stretches are read is opened once. */
export class RecordingOpener {
  readonly #archives = new Map<string, Promise<ReadonlyMap<string, RecordingEntry>>>();
  readonly #files = new Map<string, ClosableSource>();
  readonly #sources: RecordingSource[] = [];
  readonly #options: ZipSourceOptions;

  constructor(options: ZipSourceOptions = {}) {
    this.#options = options;
  }

  /** See {@link openEntry}. */
  async open(location: string): Promise<RecordingEntry> {
    const stretch = stretchOf(location);
    if (stretch !== null) return this.#stretch(location, stretch);
    const found = memberOf(location);
    if (found === null) return openFile(location);
    const { archive, member } = found;
    if (!this.#archives.has(archive)) this.#archives.set(archive, this.#index(archive));
    const entry = (await this.#archives.get(archive)!).get(member);
    if (entry === undefined) throw new DatasetError('NOT_FOUND', location, 'The archive has no such member.');
    return entry;
  }

  async close(): Promise<void> {
    const opened = [...this.#files.values(), ...this.#sources];
    await Promise.all(opened.map((source) => source.close()));
  }

  #stretch(location: string, { file, byteOffset, bytes }: FileStretch): RecordingEntry {
    const source = this.#files.get(file) ?? fileSource(file, openFile(file).bytes);
    this.#files.set(file, source);
    return {
      id: path.basename(location),
      bytes,
      location,
      open: () => once(() => source.read(byteOffset, bytes)),
    };
  }

  async #index(archive: string): Promise<ReadonlyMap<string, RecordingEntry>> {
    const source = isZip(archive) ? new ZipSource(archive, this.#options) : await spikesOf(archive);
    this.#sources.push(source);
    const start = archive.length + 1;
    return new Map((await source.list()).map((entry) => [entry.location.slice(start), entry]));
  }
}

/** Loaded here: every command opens recordings, and few of them are in HDF5. */
async function spikesOf(file: string): Promise<RecordingSource> {
  const { SpikesSource } = await import('./spikes-source.ts');
  return SpikesSource.open(file);
}

/** The archive and the member that a location names, or the file and what of it; `null` for a file. */
export function memberOf(location: string): { readonly archive: string; readonly member: string } | null {
  const stretch = stretchOf(location);
  if (stretch !== null) return { archive: stretch.file, member: location.slice(stretch.file.length + 1) };
  const zip = location.toLowerCase().indexOf('.zip!');
  const bang = zip >= 0 ? zip + 4 : SPIKES_MEMBER.test(location) ? location.lastIndexOf('!') : -1;
  if (bang < 0) return null;
  return { archive: location.slice(0, bang), member: location.slice(bang + 1) };
}

function isZip(location: string): boolean {
  return location.toLowerCase().endsWith('.zip');
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
