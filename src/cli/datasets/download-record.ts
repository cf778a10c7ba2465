/** What was downloaded into a folder: for files whose hash no source states it is what they are compared with later. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { integerBetween } from '../../network/integer-between.ts';
import { writeWhole } from '../../preprocess/index.ts';
import { DownloadError } from './download-error.ts';
import type { FileHashes } from './part-file.ts';

const recordSchema: v.GenericSchema<unknown, DownloadRecord> = v.record(
  v.string(),
  v.object({ url: v.string(), bytes: integerBetween(0), md5: v.string(), sha256: v.string() }),
);
/** By the name of the file. */
export type DownloadRecord = Readonly<
  Record<string, FileHashes & { readonly url: string; readonly bytes: number }>
>;

/** Hidden: no recording. */
const NAME = '.saccade-downloads.json';

/** Empty where there is none. @throws DownloadError `BAD_RECORD` */
export async function readRecord(folder: string): Promise<DownloadRecord> {
  const file = path.join(folder, NAME);
  try {
    return v.parse(recordSchema, JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new DownloadError(
      'BAD_RECORD',
      file,
      'What was downloaded cannot be read there, so nothing tells whether files are as they came. Remove it to go on without.',
      { cause },
    );
  }
}

export async function addToRecord(
  folder: string,
  name: string,
  entry: DownloadRecord[string],
): Promise<void> {
  const { url, bytes, md5, sha256 } = entry;
  const record = { ...(await readRecord(folder)), [name]: { url, bytes, md5, sha256 } };
  await writeWhole(path.join(folder, NAME), `${JSON.stringify(record, null, 2)}\n`);
}
