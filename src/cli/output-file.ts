/** An output file that appears whole or not at all. */
import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { OptionError } from '../events/index.ts';
import type { BytePatch } from '../formats/index.ts';

/** Small writes are gathered up to this size. */
const BUFFER_BYTES = 1 << 20;

/** Writes to a temporary file beside the target; `commit` renames it, `discard` takes it away. */
export class OutputFile {
  /** Where the bytes are until `commit`. */
  readonly temporaryPath: string;
  readonly #target: string;
  readonly #handle: FileHandle;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #written = 0;
  #closed = false;

  private constructor(target: string, temporaryPath: string, handle: FileHandle) {
    this.#target = target;
    this.temporaryPath = temporaryPath;
    this.#handle = handle;
  }

  /** Begins an output. A link is followed: what it points to is replaced. */
  static async create(location: string): Promise<OutputFile> {
    const target = await realpath(location).catch(() => path.resolve(location));
    const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${randomUUID()}.part`);
    return new OutputFile(target, temporary, await open(temporary, 'wx'));
  }

  /** Bytes taken so far. */
  get bytes(): number {
    return this.#written + this.#waitingBytes;
  }

  /** Takes bytes, which must not change any more; resolves when there is room for the next. */
  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= BUFFER_BYTES) await this.flush();
  }

  /** Overwrites earlier bytes. */
  async patch(patches: readonly BytePatch[]): Promise<void> {
    await this.flush();
    for (const { byteOffset, bytes } of patches) await this.#writeAt(bytes, byteOffset);
  }

  /** Hands all bytes to the file system. */
  async flush(): Promise<void> {
    for (const bytes of this.#waiting) {
      await this.#writeAt(bytes, this.#written);
      this.#written += bytes.length;
      this.#waitingBytes -= bytes.length;
    }
    this.#waiting.length = 0;
  }

  /** Makes the output appear under its name. */
  async commit(): Promise<void> {
    await this.flush();
    await this.#handle.sync();
    await this.#close();
    await rename(this.temporaryPath, this.#target);
  }

  /** Takes everything away; does nothing after `commit`. */
  async discard(): Promise<void> {
    await this.#close();
    await rm(this.temporaryPath, { force: true });
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close();
  }

  async #writeAt(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  }
}

/**
 * Checks that an output may be written.
 *
 * @param input the file that is read, or `archive.zip!member`.
 * @param force whether a file that is there may be replaced.
 * @throws OptionError: it is the input, is no file, lies in an archive, is standard output, or is there already.
 */
export async function checkOutput(output: string, input: string, force: boolean): Promise<void> {
  if (output === '-')
    throw new OptionError(
      'output',
      'cannot be standard output: headers are completed at the end; name a file',
    );
  if (/\.zip!/i.test(output))
    throw new OptionError('output', `is inside an archive (${output}); name a file`);
  const there = await stat(output, { bigint: true }).catch(() => null);
  if (there === null) return;
  const bang = input.toLowerCase().indexOf('.zip!');
  const source = await stat(bang < 0 ? input : input.slice(0, bang + 4), { bigint: true }).catch(() => null);
  if (source !== null && source.dev === there.dev && source.ino === there.ino) {
    throw new OptionError('output', `is the input itself (${output}); name another file`);
  }
  if (!there.isFile()) throw new OptionError('output', `is no regular file (${output})`);
  if (!force) throw new OptionError('output', `is there already (${output}); --force replaces it`);
}
