/** A file that appears whole or not at all, written piece by piece in the background. */
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** Ending of what is not whole yet. */
export const UNFINISHED = '.part';

/**
 * Calls return at once; what happens, happens in their order. The first failure is told, and nothing is written then.
 */
export class WholeFile {
  readonly #target: string;
  readonly #onError: (error: unknown) => void;
  #handle: FileHandle | undefined;
  #last: Promise<void>;
  #failed = false;
  #bytes = 0;

  /** @param after settles when the folder is there. */
  constructor(target: string, onError: (error: unknown) => void, after: Promise<void> = Promise.resolve()) {
    this.#target = target;
    this.#onError = onError;
    this.#last = this.#guarded(after, async () => {
      this.#handle = await open(this.#unfinished, 'w');
    });
  }

  /** Bytes taken. */
  get bytes(): number {
    return this.#bytes;
  }

  get #unfinished(): string {
    return `${this.#target}${UNFINISHED}`;
  }

  /** @param onWritten called when the bytes are needed no more, also where writing failed. */
  write(bytes: Uint8Array, onWritten?: () => void): void {
    const at = this.#bytes;
    this.#bytes += bytes.length;
    this.#then(async () => this.#writeAt(bytes, at));
    if (onWritten !== undefined) this.#last = this.#last.then(onWritten);
  }

  patch(bytes: Uint8Array, at: number): void {
    this.#then(async () => this.#writeAt(bytes, at));
  }

  /** Everything on disk, under the unfinished name; resolves to whether it is. */
  async sync(): Promise<boolean> {
    this.#then(async () => {
      await this.#handle!.sync();
      await this.#handle!.close();
      this.#handle = undefined;
    });
    await this.#last;
    return !this.#failed;
  }

  /** Makes it appear. */
  async appear(): Promise<void> {
    this.#then(async () => rename(this.#unfinished, this.#target));
    await this.#last;
  }

  /** Gives it up. */
  async discard(): Promise<void> {
    await this.#last;
    await this.#handle?.close().catch(() => undefined);
    await rm(this.#unfinished, { force: true }).catch(() => undefined);
  }

  async #writeAt(bytes: Uint8Array, at: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#handle!.write(bytes, done, bytes.length - done, at + done);
      done += bytesWritten;
    }
  }

  #then(work: () => Promise<void>): void {
    this.#last = this.#guarded(this.#last, work);
  }

  async #guarded(before: Promise<void>, work: () => Promise<void>): Promise<void> {
    await before;
    if (this.#failed) return;
    try {
      await work();
    } catch (error) {
      this.#failed = true;
      this.#onError(error);
    }
  }
}

/** Makes renames in a folder last. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(path.resolve(folder), 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
