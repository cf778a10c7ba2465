/** One run at a time in an output folder. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import * as v from 'valibot';
import { integerBetween } from '../network/integer-between.ts';
import { PreprocessError } from './errors.ts';

/** Name of the lock in its folder. */
export const LOCK_NAME = '.saccade-lock';
/** A run says this often that it is alive; on another machine only that tells. */
const BEAT_MS = 10_000;
const SILENT_MS = 6 * BEAT_MS;

const schema = v.object({ token: v.string(), pid: integerBetween(0), host: v.string() });
type Holder = v.InferOutput<typeof schema>;

/** Tokens of the locks that this process holds: its own number says nothing after a restart of the machine. */
const held = new Set<string>();

/** See the file comment. Release it. */
export class FolderLock {
  readonly #file: string;
  readonly #token: string;
  readonly #beat: NodeJS.Timeout;

  private constructor(file: string, token: string) {
    this.#file = file;
    this.#token = token;
    this.#beat = setInterval(() => {
      const now = new Date();
      // A folder that was removed meanwhile is told by whoever writes to it.
      utimes(file, now, now).catch(() => undefined);
    }, BEAT_MS).unref();
  }

  /**
   * Takes the lock, also from a run that was killed.
   *
   * @throws PreprocessError `FOLDER_IN_USE` if another run holds it.
   */
  static async acquire(folder: string): Promise<FolderLock> {
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, LOCK_NAME);
    const token = randomUUID();
    const own: Holder = { token, pid: process.pid, host: os.hostname() };
    // Before the file is there: a run that finds it must see that it is held.
    held.add(token);
    try {
      while (!(await written(file, JSON.stringify(own)))) await removeStale(folder, file);
    } catch (error) {
      held.delete(token);
      throw error;
    }
    return new FolderLock(file, token);
  }

  async release(): Promise<void> {
    clearInterval(this.#beat);
    held.delete(this.#token);
    if ((await read(this.#file))?.holder?.token === this.#token) await rm(this.#file, { force: true });
  }
}

/** Whether a folder that is locked lies on a disk that takes capitals for small letters. */
export function foldsCase(folder: string): boolean {
  return existsSync(path.join(folder, LOCK_NAME.toUpperCase()));
}

/**
 * With its text at once: a run that is killed between the two would leave a lock of nobody.
 *
 * @returns whether the file is new.
 */
async function written(file: string, text: string): Promise<boolean> {
  const aside = `${file}.${randomUUID()}`;
  await writeFile(aside, text);
  try {
    return await isNew(() => link(aside, file));
  } catch {
    // Some file systems have no second names.
    return await isNew(() => writeFile(file, text, { flag: 'wx' }));
  } finally {
    await rm(aside, { force: true });
  }
}

async function isNew(make: () => Promise<void>): Promise<boolean> {
  try {
    await make();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a lock whose run is gone. @throws PreprocessError if it is not. */
async function removeStale(folder: string, file: string): Promise<void> {
  const found = await read(file);
  if (found === null) return;
  if (isAlive(found.holder, found.silentMs)) {
    const who = found.holder ? `process ${found.holder.pid} on ${found.holder.host}` : 'another run';
    throw new PreprocessError(
      'FOLDER_IN_USE',
      `${who} is writing into ${folder}. Wait for it, or use another --out; if there is no such run any more, remove ${file}.`,
    );
  }
  // Moved away before it is removed: two runs that find the same old lock must not remove each other's new one.
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = await read(aside);
  if (moved !== null && moved.text !== found.text) await written(file, moved.text);
  await rm(aside, { force: true });
}

function isAlive(holder: Holder | null, silentMs: number): boolean {
  if (holder === null || holder.host !== os.hostname()) return silentMs < SILENT_MS;
  if (holder.pid === process.pid) return held.has(holder.token);
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    // EPERM: somebody else's process.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function read(file: string): Promise<{ text: string; holder: Holder | null; silentMs: number } | null> {
  try {
    const text = await readFile(file, 'utf8');
    const { mtimeMs } = await stat(file);
    return { text, holder: parse(text), silentMs: Date.now() - mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function parse(text: string): Holder | null {
  try {
    return v.parse(schema, JSON.parse(text));
  } catch {
    return null;
  }
}
