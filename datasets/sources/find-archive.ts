import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isArchiveName, withoutArchiveExtension } from './archive-kinds.ts';

/**
 * The archive that is named itself, else the one of a name in a folder, whatever its kind; `null` where there is none.
 *
 * @param name without what tells the kind: `cifar-10-binary`.
 */
export async function findArchive(root: string, name: string): Promise<string | null> {
  if (isArchiveName(root)) return root;
  const there = await readdir(root).catch(() => []);
  const found = there.find((file) => isArchiveName(file) && withoutArchiveExtension(file) === name);
  return found === undefined ? null : path.join(root, found);
}

/** Whether {@link findArchive} finds one that is called so: others must be said to be of a data set. */
export async function hasArchive(root: string, name: string): Promise<boolean> {
  const found = await findArchive(root, name);
  return found !== null && withoutArchiveExtension(path.basename(found)) === name && existsSync(found);
}
