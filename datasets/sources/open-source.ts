import path from 'node:path';
import { DatasetError } from '../errors.ts';
import type { ArchiveFile, ArchiveOptions } from './archive.ts';
import { archiveKindOf, isArchiveName, partsOf } from './archive-kinds.ts';
import { openFile } from './file-entry.ts';
import { fileSource } from './file-source.ts';
import { FolderSource } from './folder-source.ts';
import { LazySource } from './lazy-source.ts';
import { once, type ClosableSource, type RecordingEntry, type RecordingSource } from './source.ts';
import { stretchOf, type FileStretch } from './stretch-location.ts';
import { unpackedFile } from './unpacked-file.ts';

/**
 * A folder or an archive as a source: `.zip`, `.tar`, `.tar.gz`, `.tgz`, `.tar.zst`, also as a member of another
 * (`data.zip!left.tar`). What cannot be read at any place is unpacked once, beside the archive (see `ArchiveOptions`).
 */
export function openSource(location: string, options: ArchiveOptions = {}): RecordingSource {
  return isArchiveName(location) ? openArchive(location, options) : new FolderSource(location);
}

/** An archive, or a file of recordings by number. */
export function openArchive(location: string, options: ArchiveOptions = {}): RecordingSource {
  const kind = archiveKindOf(location)!;
  if (kind.packing === undefined && partsOf(location).length === 1)
    return kind.open({ file: location, location }, options);
  return new LazySource(location, async () => kind.open(await archiveFile(location, options), options));
}

/** The file in which an archive can be read at any place. @throws DatasetError as {@link openEntry} */
export async function archiveFile(location: string, options: ArchiveOptions): Promise<ArchiveFile> {
  const packing = archiveKindOf(location)?.packing ?? null;
  if (packing === null && partsOf(location).length === 1) return { file: location, location };
  const opener = new RecordingOpener(options);
  try {
    return { file: await unpackedFile(await opener.open(location), packing, options), location };
  } finally {
    await opener.close();
  }
}

/**
 * One recording by its path: a file, `archive.zip!member` in an archive, `file.h5!number` in a file of many, or
 * `file!byte+bytes` for a stretch of a file; the archive or file may be a member too.
 *
 * @throws {@link DatasetError} `NOT_FOUND`, `BAD_ARCHIVE`, `UNSAFE_NAME`, `TOO_LARGE`, `CANNOT_UNPACK`.
 */
export function openEntry(location: string, options: ArchiveOptions = {}): Promise<RecordingEntry> {
  return new RecordingOpener(options).open(location);
}

/** Opens many recordings; the directory of an archive is read once, and a file of which stretches are read is opened once. */
export class RecordingOpener {
  readonly #archives = new Map<string, Promise<ReadonlyMap<string, RecordingEntry>>>();
  readonly #files = new Map<string, Promise<ClosableSource>>();
  readonly #sources: RecordingSource[] = [];
  readonly #options: ArchiveOptions;

  constructor(options: ArchiveOptions = {}) {
    this.#options = options;
  }

  /** See {@link openEntry}. */
  async open(location: string): Promise<RecordingEntry> {
    const stretch = stretchOf(location);
    if (stretch !== null) return this.#stretch(location, stretch);
    const parts = partsOf(location);
    if (parts.length === 1) return openFile(location);
    const member = parts.at(-1)!;
    const archive = location.slice(0, -member.length - 1);
    if (!this.#archives.has(archive)) this.#archives.set(archive, this.#index(archive));
    const entry = (await this.#archives.get(archive)!).get(member);
    if (entry === undefined) throw new DatasetError('NOT_FOUND', location, 'The archive has no such member.');
    return entry;
  }

  async close(): Promise<void> {
    const files = await Promise.allSettled(this.#files.values());
    const opened = files.flatMap((file) => (file.status === 'fulfilled' ? [file.value] : []));
    await Promise.all([...opened, ...this.#sources].map((source) => source.close()));
  }

  async #stretch(location: string, { file, byteOffset, bytes }: FileStretch): Promise<RecordingEntry> {
    if (!this.#files.has(file)) this.#files.set(file, this.#anywhere(file));
    const source = await this.#files.get(file)!;
    return {
      id: path.basename(location),
      bytes,
      location,
      open: () => once(() => source.read(byteOffset, bytes)),
    };
  }

  async #anywhere(location: string): Promise<ClosableSource> {
    return openAnywhere(await this.open(location), this.#options);
  }

  async #index(archive: string): Promise<ReadonlyMap<string, RecordingEntry>> {
    const source = openArchive(archive, this.#options);
    this.#sources.push(source);
    const start = archive.length + 1;
    return new Map((await source.list()).map((entry) => [entry.location.slice(start), entry]));
  }
}

/** A recording at any place, of which a copy is made where that cannot be. @throws DatasetError as {@link openEntry} */
export async function openAnywhere(entry: RecordingEntry, options: ArchiveOptions): Promise<ClosableSource> {
  if (entry.openAnywhere !== undefined) return entry.openAnywhere();
  return fileSource(await unpackedFile(entry, null, options));
}

/** The archive on disk and what of it a location names, or the file and the stretch of it; `null` for a file. */
export function memberOf(location: string): { readonly archive: string; readonly member: string } | null {
  const file = stretchOf(location)?.file ?? location;
  const [archive] = partsOf(file) as [string, ...string[]];
  return archive === location ? null : { archive, member: location.slice(archive.length + 1) };
}
