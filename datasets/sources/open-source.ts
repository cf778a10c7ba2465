import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { DatasetError } from '../errors.ts';
import { FolderSource } from './folder-source.ts';
import type { RecordingEntry, RecordingSource } from './source.ts';
import { ZipSource } from './zip-source.ts';

/** A folder or a zip archive as a source. */
export function openSource(location: string): RecordingSource {
  return location.toLowerCase().endsWith('.zip') ? new ZipSource(location) : new FolderSource(location);
}

/**
 * One recording by its path: a file, or `archive.zip!member` in a zip archive.
 *
 * @throws {@link DatasetError} `NOT_FOUND`, `BAD_ARCHIVE`.
 */
export async function openRecording(location: string): Promise<RecordingEntry> {
  const bang = location.toLowerCase().indexOf('.zip!');
  if (bang >= 0) {
    const archive = location.slice(0, bang + 4);
    const member = location.slice(bang + 5);
    const entry = (await new ZipSource(archive).list()).find(({ id }) => id === member);
    if (entry !== undefined) return entry;
    throw new DatasetError('NOT_FOUND', location, 'The archive has no such member.');
  }
  const found = await stat(location).catch((cause: unknown) => {
    throw new DatasetError('NOT_FOUND', location, 'There is no such file.', { cause });
  });
  if (!found.isFile()) throw new DatasetError('NOT_FOUND', location, 'This is not a file.');
  return {
    id: path.basename(location),
    bytes: found.size,
    location,
    open: () => createReadStream(location, { highWaterMark: 1 << 20 }),
  };
}
