/** The files of an output folder: what may be removed, and what nobody accounts for. */
import { rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { JobResult } from './job-result.ts';
import { filesBelow } from './write-whole.ts';

/** Removes the outputs of jobs, and class folders that are empty then. */
export async function removeOutputs(
  out: string,
  folder: string,
  results: readonly JobResult[],
): Promise<void> {
  for (const { outputs } of results) {
    for (const output of outputs) {
      const file = path.join(out, output.path);
      // A journal is a file like others: it may not name what is elsewhere.
      if (!isBelow(folder, file)) continue;
      await rm(file, { force: true });
      await removeEmpty(folder, path.dirname(file));
    }
  }
}

function isBelow(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}

/** Removes a folder and those around it, up to `folder`, as far as they are empty. */
export async function removeEmpty(folder: string, inner: string): Promise<void> {
  for (let at = inner; isBelow(folder, at); at = path.dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      return;
    }
  }
}

/** Files with these extensions below a folder that are not known. All are relative to `out`. */
export async function strangeFiles(
  out: string,
  folder: string,
  known: ReadonlySet<string>,
  extensions: readonly string[],
): Promise<string[]> {
  const within = path.relative(out, folder).split(path.sep).join('/');
  return (await filesBelow(folder))
    .filter((file) => extensions.includes(path.extname(file)))
    .map((file) => `${within}/${file}`)
    .filter((file) => !known.has(file));
}
