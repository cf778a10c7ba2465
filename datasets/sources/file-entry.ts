import { statSync, type Stats } from 'node:fs';
import path from 'node:path';
import { DatasetError } from '../errors.ts';
import { fileChunks } from './file-chunks.ts';
import { fileSource } from './file-source.ts';
import { reusedChunks } from './reused-chunks.ts';
import type { RecordingEntry } from './source.ts';

/** A file as a recording. @throws DatasetError `NOT_FOUND` */
export function openFile(location: string): RecordingEntry {
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
