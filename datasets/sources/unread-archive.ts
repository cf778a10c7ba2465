/** An archive that cannot be read among others that can: refused, or left out with all that it holds and named. */
import { DatasetError, type DatasetErrorCode } from '../errors.ts';
import type { RecordingEntry, RecordingSource, UnreadArchive } from './source.ts';

/** What is wrong with one archive; a full disk or a missing package is so with all. */
const OF_ONE_ARCHIVE: readonly DatasetErrorCode[] = ['BAD_ARCHIVE', 'UNSAFE_NAME', 'TOO_LARGE'];

/** Whether an archive could not be read for what is wrong with it alone. */
export function isOfOneArchive(error: unknown): error is DatasetError {
  return error instanceof DatasetError && OF_ONE_ARCHIVE.includes(error.code);
}

/** The files of a source, or why it has none. */
export interface Listed {
  readonly entries: readonly RecordingEntry[];
  readonly unread: UnreadArchive | null;
}

/**
 * Lists a source.
 *
 * @param id of the archive, as it is to be named.
 * @param skipBad whether an archive that cannot be read is left out.
 * @throws what listing throws.
 */
export async function listUnlessBad(source: RecordingSource, id: string, skipBad: boolean): Promise<Listed> {
  try {
    return { entries: await source.list(), unread: null };
  } catch (error) {
    if (!skipBad || !isOfOneArchive(error)) throw error;
    const problem = `is left out with all that it holds: ${error.message}`;
    return { entries: [], unread: { id, problem } };
  }
}
