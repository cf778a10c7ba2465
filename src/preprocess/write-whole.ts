/** Files that appear whole or not at all. */
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';

/** What a killed run leaves of an output, a manifest or a journal. */
const PART = /\.(?:npz|json|jsonl)\.\d+\.part$/;

/** Writes under another name in the same folder, syncs, renames: a crash leaves the old state or the new. */
export async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.part`;
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Takes away what killed runs left half written below a folder. Only for whoever holds its lock. */
export async function sweepParts(folder: string): Promise<number> {
  const parts = (await filesBelow(folder)).filter((file) => PART.test(file));
  for (const part of parts) await rm(path.join(folder, part), { force: true });
  return parts.length;
}

/** Paths of all files below a folder, relative to it, with `/` between parts, sorted. */
export async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}
