/** Files that appear whole or not at all: written under another name in their folder, made durable, renamed. */
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { DiskSync, type SyncFaults } from './disk-sync.ts';

/** What a killed run leaves of an output, a manifest, a journal or a lock. */
const PART = /\.(?:npz|hdf5|safetensors|tar|json|jsonl)\.[\w-]+\.part$|\.saccade-lock\.[\da-f-]{36}$/;

/** Where parts lie that several machines write. */
const STAGING = '.saccade-parts';

/** Parts in a folder of their own: where that is gone, nobody who is late can leave one. */
export interface Staging {
  /** See {@link stagingOf}. */
  readonly folder: string;
  /** Of one writer, `A-Z a-z 0-9 _ -`: numbers of processes repeat between machines. */
  readonly tag: string;
}

/** The folder for parts of several machines, in a folder of frames. */
export function stagingOf(folder: string): string {
  return path.join(folder, STAGING);
}

/** The name of a file until it is whole. Default: beside it, as this process's. */
export function partOf(file: string, staging?: Staging): string {
  if (staging === undefined) return `${file}.${process.pid}.part`;
  const name = createHash('sha256').update(file).digest('hex');
  return path.join(staging.folder, `${name}.npz.${staging.tag}.part`);
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
export function writePart(file: string, bytes: Uint8Array, staging?: Staging): void {
  const part = partOf(file, staging);
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
  await removeStaging(folder);
  const parts = (await filesBelow(folder)).filter((file) => PART.test(file));
  for (const part of parts) await rm(path.join(folder, part), { force: true });
  return parts.length;
}

/** Under another name first: from then on nobody can add to it. */
async function removeStaging(folder: string): Promise<void> {
  const aside = `${stagingOf(folder)}.${randomUUID()}`;
  try {
    await rename(stagingOf(folder), aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const left = (await readdir(folder)).filter((name) => name.startsWith(`${STAGING}.`));
  // A run that was killed in between left its own.
  for (const name of left) await rm(path.join(folder, name), { recursive: true, force: true });
}

/** Paths of all files below a folder, relative to it, with `/` between parts, sorted. */
export async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}
