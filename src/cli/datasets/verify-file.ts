/** Whether a file of a data set is what it must be. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DatasetFile } from '../../../datasets/index.ts';
import { DownloadError } from './download-error.ts';
import { readRecord } from './download-record.ts';
import { mustOpen } from './must-open.ts';
import { hashFile } from './part-file.ts';

/**
 * `stated`: as a source states it. `as-downloaded`: as it came; no source states a hash. `unchecked`: nothing tells. `wrong`,
 * `missing`.
 */
export type FileState = 'stated' | 'as-downloaded' | 'unchecked' | 'wrong' | 'missing';

/** A file and what was found. */
export interface VerifiedFile {
  readonly name: string;
  readonly state: FileState;
  /** What is wrong, or why nothing tells. */
  readonly problem?: string;
  readonly bytes?: number;
  readonly sha256?: string;
}

/** Reads the whole file. */
export async function verifyFile(
  file: DatasetFile,
  folder: string,
  onBytes?: (bytes: number) => void,
): Promise<VerifiedFile> {
  const { name, hash } = file;
  const location = path.join(folder, name);
  if (!existsSync(location)) return { name, state: 'missing' };
  const found = await hashFile(location, onBytes);
  const { bytes, sha256 } = found;
  const wrong = (problem: string): VerifiedFile => ({ name, state: 'wrong', problem, bytes, sha256 });
  if (file.bytes !== undefined && bytes !== file.bytes)
    return wrong(`has ${bytes} bytes, and must have ${file.bytes}`);
  if (hash !== undefined) {
    const own = found[hash.algorithm];
    if (own !== hash.hex) return wrong(`has the ${hash.algorithm} ${own}, and must have ${hash.hex}`);
    return { name, state: 'stated', bytes, sha256 };
  }
  const came = (await readRecord(folder))[name];
  if (came !== undefined) {
    if (came.sha256 !== sha256) return wrong('is another than was downloaded');
    return { name, state: 'as-downloaded', bytes, sha256 };
  }
  try {
    await mustOpen(name, location, location);
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    return wrong('is no whole archive');
  }
  return { name, state: 'unchecked', problem: 'no source states its hash', bytes, sha256 };
}
