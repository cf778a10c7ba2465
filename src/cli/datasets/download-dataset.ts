/** All files of a data set. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetDefinition, DatasetFile } from '../../../datasets/index.ts';
import { FolderLock } from '../../preprocess/folder-lock.ts';
import { DownloadError } from './download-error.ts';
import { downloadFile, type DownloadedFile, type DownloadOptions } from './download-file.ts';
import { addToRecord } from './download-record.ts';
import { verifyFile, type VerifiedFile } from './verify-file.ts';

/** What became of a file: it came, it was there, or why not. */
export type FileOutcome =
  | { readonly name: string; readonly downloaded: DownloadedFile }
  | { readonly name: string; readonly there: VerifiedFile }
  | { readonly name: string; readonly error: DownloadError };

/** See {@link downloadDataset}. */
export interface DatasetDownloadOptions extends Omit<DownloadOptions, 'onProgress'> {
  /** A folder on the web with files of these names, asked first. */
  readonly mirror?: string;
  /** Called when a file begins; its answer hears of its progress. */
  readonly onFile?: (file: DatasetFile) => {
    readonly update: (bytes: number, total: number | null) => void;
    readonly stop: () => void;
  };
  readonly onOutcome?: (outcome: FileOutcome) => void;
}

/**
 * Fetches what is not there. Goes on after a file that cannot be had.
 *
 * @throws PreprocessError `FOLDER_IN_USE` where another run writes to the folder; DownloadError `NO_SPACE`; the signal's reason.
 */
export async function downloadDataset(
  { about }: Pick<DatasetDefinition, 'about'>,
  folder: string,
  { mirror, onFile, onOutcome, ...options }: DatasetDownloadOptions,
): Promise<FileOutcome[]> {
  await mkdir(folder, { recursive: true });
  const lock = await FolderLock.acquire(folder);
  try {
    const outcomes: FileOutcome[] = [];
    for (const file of about.files) {
      const own =
        mirror === undefined ? [] : [`${mirror.replace(/\/+$/, '')}/${encodeURIComponent(file.name)}`];
      const progress = onFile?.(file);
      const getting = { ...file, mirrors: [...own, ...file.mirrors] };
      const outcome = await getFile(getting, folder, about.byHand, {
        ...options,
        ...(progress && { onProgress: progress.update }),
      }).finally(() => progress?.stop());
      outcomes.push(outcome);
      onOutcome?.(outcome);
    }
    return outcomes;
  } finally {
    await lock.release();
  }
}

async function getFile(
  file: DatasetFile,
  folder: string,
  byHand: string | undefined,
  options: DownloadOptions,
): Promise<FileOutcome> {
  const { name, mirrors } = file;
  try {
    if (existsSync(path.join(folder, name))) return { name, there: await mustBeWhole(file, folder) };
    if (mirrors.length === 0) {
      throw new DownloadError(
        'LOGIN_REQUIRED',
        name,
        `No host hands this file to a program. ${byHand ?? ''} Save it in ${folder}, and run \`saccade datasets verify\`.`,
      );
    }
    const downloaded = await downloadFile(file, folder, options);
    await addToRecord(folder, name, downloaded);
    return { name, downloaded };
  } catch (error) {
    if (error instanceof DownloadError && error.code !== 'NO_SPACE') return { name, error };
    throw error;
  }
}

async function mustBeWhole(file: DatasetFile, folder: string): Promise<VerifiedFile> {
  const found = await verifyFile(file, folder);
  if (found.state !== 'wrong') return found;
  throw new DownloadError(
    'OTHER_FILE',
    path.join(folder, file.name),
    `The file that is there already ${found.problem ?? 'is another'}. Take it away, and it is downloaded again.`,
  );
}
