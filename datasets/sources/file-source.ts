/** A file that is read at any place. */
import { statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { DatasetError } from '../errors.ts';
import { readRange } from './file-chunks.ts';
import { reusedChunks } from './reused-chunks.ts';
import type { ClosableSource } from './source.ts';

/** Less is read with what lies around it, which is mostly asked for next: a call takes as long as reading so much. */
const WINDOW_BYTES = 256 * 1024;
/** A window for each of the columns that are read by turns, and some for what leads to them. */
const MOST_WINDOWS = 8;

/**
 * A file as a source, for `openRecording` and `decodeBytes`. It is opened when it is first read.
 *
 * @param size that it has, if it is known.
 *
 * @example
 * ```ts
 * import { fileSource } from 'saccade/datasets';
 * const source = fileSource('package.json');
 * console.log(Array.from(await source.read(0, 1))); // [123]
 * await source.close();
 * ```
 */
export function fileSource(location: string, size: number = statSync(location).size): ClosableSource {
  let file: Promise<FileHandle> | undefined;
  const windows = new Map<number, Uint8Array>();
  const readFile = async (offset: number, length: number): Promise<Uint8Array> => {
    file ??= open(location);
    // No more is asked for than there is, whatever a damaged file says of itself.
    return readRange((await file).fd, offset, Math.max(0, Math.min(length, size - offset)));
  };
  return {
    size,
    read: async (offset, length) => {
      const start = offset - (offset % WINDOW_BYTES);
      if (offset + length > start + WINDOW_BYTES) return readFile(offset, length);
      const bytes = windows.get(start) ?? (await readFile(start, WINDOW_BYTES));
      windows.delete(start);
      windows.set(start, bytes);
      if (windows.size > MOST_WINDOWS) windows.delete(windows.keys().next().value!);
      return bytes.subarray(offset - start, offset - start + length);
    },
    chunks: (start, end) => reusedChunks(location, start, Math.min(end, size)),
    close: async () => {
      await (await file)?.close();
    },
  };
}

/** The same of a file that is there: one is opened by its first read, so that it can be is known here. @throws DatasetError `NOT_FOUND` */
export async function openFileSource(location: string): Promise<ClosableSource> {
  try {
    const file = fileSource(location);
    await file.read(0, 0);
    return file;
  } catch (cause) {
    throw new DatasetError('NOT_FOUND', location, 'There is no such file.', { cause });
  }
}
