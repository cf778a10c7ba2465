/** A file that is read at any place. */
import { open, type FileHandle } from 'node:fs/promises';
import type { RandomAccessSource } from '../../src/formats/index.ts';
import { readRange } from './file-chunks.ts';

/** A source that somebody has to close. */
export interface ClosableSource extends RandomAccessSource {
  close(): Promise<void>;
}

/**
 * Opens the file when it is first read.
 *
 * @param size that it has.
 */
export function fileSource(location: string, size: number): ClosableSource {
  let file: Promise<FileHandle> | undefined;
  return {
    size,
    read: async (offset, length) => {
      file ??= open(location);
      // No more is asked for than there is, whatever a damaged file says of itself.
      return readRange((await file).fd, offset, Math.max(0, Math.min(length, size - offset)));
    },
    close: async () => {
      await (await file)?.close();
    },
  };
}
