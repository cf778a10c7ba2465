/** Makes what was written durable: many files by one call, as a thousand of them a second need. */
import { execFile } from 'node:child_process';
import { closeSync, fsync, openSync, statSync } from 'node:fs';
import { platform } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** Fewer files are synced one by one: starting a program takes as long. */
const FEW_FILES = 16;
/** Files that are synced at once where each is synced by itself: the system joins such requests. */
const AT_ONCE = 8;

const run = promisify(execFile);
const syncFile = promisify(fsync);

/** What could not be made durable, and why. */
export type SyncFaults = ReadonlyMap<string, Error>;

/**
 * Syncs files and folders. On Linux the file system is synced as a whole where they are many (syncfs, which Node does not
 * have, by `sync -f` of coreutils): a file of its own takes a millisecond or more, a thousand together some ten. Elsewhere, and
 * where that fails, they are synced one by one, several at a time.
 */
export class DiskSync {
  readonly #folder: string;
  #canSyncAll: boolean;

  /** @param folder a folder of the file system in question. */
  constructor(folder: string, canSyncAll: boolean = platform() === 'linux') {
    this.#folder = folder;
    this.#canSyncAll = canSyncAll;
  }

  /** All must exist. */
  async files(files: readonly string[]): Promise<SyncFaults> {
    return this.#sync(
      files,
      files.map((file) => path.dirname(file)),
    );
  }

  /** The names in folders: which files are there. */
  async folders(folders: readonly string[]): Promise<SyncFaults> {
    return this.#sync(folders, folders);
  }

  async #sync(paths: readonly string[], folders: readonly string[]): Promise<SyncFaults> {
    const areMany = paths.length > FEW_FILES && this.#canSyncAll;
    if (areMany && this.#areOnOneDisk(folders) && (await this.#syncAll())) return new Map();
    const faults = new Map<string, Error>();
    const left = paths.values();
    const work = async (): Promise<void> => {
      for (const file of left) {
        const fault = await faultOf(file);
        if (fault !== null) faults.set(file, fault);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return faults;
  }

  /** A class's folder may be a link to another one. */
  #areOnOneDisk(folders: readonly string[]): boolean {
    const { dev } = statSync(this.#folder);
    return [...new Set(folders)].every((folder) => statSync(folder).dev === dev);
  }

  async #syncAll(): Promise<boolean> {
    try {
      await run('sync', ['-f', this.#folder]);
      return true;
    } catch {
      // There is no such program, or not with this option; or a write failed, and whose shows one by one.
      this.#canSyncAll = false;
      return false;
    }
  }
}

/** Windows cannot sync folders, and needs files open for writing. */
async function faultOf(file: string): Promise<Error | null> {
  try {
    if (platform() === 'win32' && statSync(file).isDirectory()) return null;
    const handle = openSync(file, platform() === 'win32' ? 'r+' : 'r');
    try {
      await syncFile(handle);
    } finally {
      closeSync(handle);
    }
    return null;
  } catch (error) {
    return error as Error;
  }
}
