/** Files that appear whole or not at all: written under another name in their folder, made durable, renamed. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { DiskSync, type SyncFaults } from './disk-sync.ts';

/** What a killed run leaves of an output, a manifest, a journal or a lock. */
const PART = /\.(?:npz|json|jsonl)\.[\w-]+\.part$|\.saccade-lock\.[\da-f-]{36}$/;

/** Tells parts of this process from those of others on this machine. */
const OWN_TAG = String(process.pid);

/**
 * The name of a file until it is whole.
 *
 * @param tag of whoever writes it, `A-Z a-z 0-9 _ -`: where several machines write, the number of a process is not enough.
 */
export function partOf(file: string, tag: string = OWN_TAG): string {
  return `${file}.${tag}.part`;
}

/** Writes, syncs, renames, syncs the folder: a crash leaves the old state or the new. */
export async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  const disk = new DiskSync(folder);
  const part = partOf(file);
  try {
    await writeFile(part, bytes);
    throwFirst(await disk.files([part]));
    await rename(part, file);
    throwFirst(await disk.folders([folder]));
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

function throwFirst(faults: SyncFaults): void {
  for (const fault of faults.values()) throw fault;
}

/**
 * Writes the part of a file. Whoever takes it over syncs and renames it. At once, as it goes no further than the system's
 * memory: that takes a tenth of asking another thread.
 */
export function writePart(file: string, bytes: Uint8Array, tag?: string): void {
  const part = partOf(file, tag);
  const handle = openSync(part, 'w');
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    closeSync(handle);
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
