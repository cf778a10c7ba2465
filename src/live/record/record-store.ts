/** The folder of a record: its size, what is removed, and what happens when the disk does not take any more. */
import { mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { OptionError } from '../../events/index.ts';
import type { LiveLogger } from '../live-logger.ts';
import type { ServerProblems } from '../server-problems.ts';
import type { RecordLimits } from './record-limits.ts';
import { TAKE_FILE } from './record-format.ts';
import { UNFINISHED } from './whole-file.ts';

/** What a file costs beside its bytes; a part has at most one more than its own, that of its take. */
const BYTES_PER_FILE = 4096;
const PART_FILE = /^(\d{6})\.(aedat4|canonical|raw|jsonl)$/;

/** A part on disk. */
interface StoredPart {
  readonly folder: string;
  readonly names: readonly string[];
  readonly bytes: number;
}

/** The account of a record. */
export interface RecordAccount {
  /** Bytes on disk now. */
  bytes: number;
  /** Since the server started. */
  recordedBytes: number;
  parts: number;
  removedParts: number;
  /** Takes of which something was not recorded. */
  lostTakes: number;
  /** Why nothing is recorded any more, `null` while it is. */
  stopped: string | null;
}

/** Who is told what happens to a record. */
export interface RecordWatchers {
  readonly logger?: LiveLogger;
  readonly problems?: ServerProblems;
}

/** See {@link RecordStore.open}. */
export class RecordStore {
  readonly folder: string;
  readonly limits: RecordLimits;
  readonly account: RecordAccount = {
    bytes: 0,
    recordedBytes: 0,
    parts: 0,
    removedParts: 0,
    lostTakes: 0,
    stopped: null,
  };
  readonly #watchers: RecordWatchers;
  /** Oldest first. */
  readonly #parts: StoredPart[] = [];
  readonly #active = new Set<string>();
  #backlogBytes = 0;
  #removing: Promise<void> = Promise.resolve();

  private constructor(folder: string, limits: RecordLimits, watchers: RecordWatchers) {
    this.folder = folder;
    this.limits = limits;
    this.#watchers = watchers;
  }

  /**
   * Opens a folder, with what earlier runs recorded in it. One server a folder: what an earlier one left unfinished is removed.
   *
   * @throws OptionError for one that cannot be made or read.
   */
  static async open(
    folder: string,
    limits: RecordLimits,
    watchers: RecordWatchers = {},
  ): Promise<RecordStore> {
    const store = new RecordStore(folder, limits, watchers);
    try {
      await mkdir(folder, { recursive: true });
      await store.#survey();
    } catch (cause) {
      throw new OptionError('record', `cannot be used (${folder}): ${(cause as Error).message}`, { cause });
    }
    return store;
  }

  get hasStopped(): boolean {
    return this.account.stopped !== null;
  }

  /** A folder for a take. */
  begin(name: string): string {
    const folder = path.join(this.folder, name);
    this.#active.add(folder);
    return folder;
  }

  /** The take adds no parts any more. */
  release(folder: string): void {
    this.#active.delete(folder);
    this.#remove(async () => this.#removeIfEmpty(folder));
  }

  /** Whether so many bytes more may wait for the disk. */
  reserve(bytes: number): boolean {
    if (this.#backlogBytes + bytes > this.limits.recordBacklogBytes) return false;
    this.#backlogBytes += bytes;
    return true;
  }

  written(bytes: number): void {
    this.#backlogBytes -= bytes;
  }

  /** A part is whole. */
  add(folder: string, names: readonly string[], bytes: number): void {
    this.account.recordedBytes += bytes;
    this.account.parts++;
    this.#enter({ folder, names, bytes: bytes + (names.length + 1) * BYTES_PER_FILE });
    this.#prune();
  }

  /** Something of a take is not in the record. */
  lose(camera: string, why: string): void {
    this.account.lostTakes++;
    this.#watchers.logger?.warn({ camera, code: 'RECORD_LOST' }, `not recorded any further: ${why}`);
  }

  /** The disk does not take any more. Said once; the service goes on. */
  fail(error: unknown): void {
    if (this.account.stopped !== null) return;
    const { code = 'SYSTEM', message } = error as NodeJS.ErrnoException;
    this.account.stopped = code;
    const text = `recording stopped, the service goes on: ${message}`;
    this.#watchers.problems?.note('record-stopped', text);
    this.#watchers.logger?.error({ code, error }, text);
  }

  /** Resolves when what was to be removed is. */
  async settled(): Promise<void> {
    await this.#removing;
  }

  #enter(part: StoredPart): void {
    this.#parts.push(part);
    this.account.bytes += part.bytes;
  }

  async #survey(): Promise<void> {
    const found: (StoredPart & { readonly at: number })[] = [];
    for (const entry of await readdir(this.folder, { withFileTypes: true })) {
      const folder = path.join(this.folder, entry.name);
      if (!entry.isDirectory() || !(await isTake(folder))) continue;
      found.push(...(await partsOf(folder)));
    }
    found.sort((a, b) => a.at - b.at);
    for (const part of found) this.#enter(part);
    this.#prune();
  }

  /** Removes the oldest parts until the rest is small enough; the log first, so that no part is there in half. */
  #prune(): void {
    while (this.account.bytes > this.limits.recordTotalBytes && this.#parts.length > 0) {
      const { folder, names, bytes } = this.#parts.shift()!;
      this.account.bytes -= bytes;
      this.account.removedParts++;
      this.#remove(async () => {
        for (const name of names) await rm(path.join(folder, name), { force: true });
        await this.#removeIfEmpty(folder);
      });
    }
  }

  async #removeIfEmpty(folder: string): Promise<void> {
    const isNeeded = this.#active.has(folder) || this.#parts.some((part) => part.folder === folder);
    if (isNeeded || !(await isTake(folder))) return;
    await rm(path.join(folder, TAKE_FILE), { force: true });
    await rmdir(folder);
  }

  #remove(work: () => Promise<void>): void {
    this.#removing = this.#removing.then(async () => {
      try {
        await work();
      } catch (error) {
        this.fail(error);
      }
    });
  }
}

async function isTake(folder: string): Promise<boolean> {
  return (await stat(path.join(folder, TAKE_FILE)).catch(() => null)) !== null;
}

/** The whole parts of a take. What is not whole is removed. */
async function partsOf(folder: string): Promise<(StoredPart & { readonly at: number })[]> {
  const byPart = new Map<string, { names: string[]; bytes: number; at: number }>();
  for (const name of await readdir(folder)) {
    if (name.endsWith(UNFINISHED)) await rm(path.join(folder, name), { force: true });
    const part = PART_FILE.exec(name)?.[1];
    if (part === undefined) continue;
    const { size, mtimeMs } = await stat(path.join(folder, name));
    const known = byPart.get(part) ?? { names: [], bytes: BYTES_PER_FILE, at: 0 };
    // The log is removed first.
    if (name.endsWith('.jsonl')) known.names.unshift(name);
    else known.names.push(name);
    known.bytes += size + BYTES_PER_FILE;
    known.at = Math.max(known.at, mtimeMs);
    byPart.set(part, known);
  }
  return [...byPart.values()].map((part) => ({ folder, ...part }));
}
