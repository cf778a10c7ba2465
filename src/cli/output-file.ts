/** An output file that appears whole or not at all. */
import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { openFile } from '../../datasets/sources/file-entry.ts';
import type { RecordingEntry } from '../../datasets/sources/source.ts';
import { OptionError } from '../events/index.ts';
import type { BytePatch } from '../formats/index.ts';
import { OutputError } from './output-error.ts';

/** Writes are gathered up to this size. */
const BUFFER_BYTES = 512 * 1024;

/** Where a recording is written. */
export interface RecordingOutput {
  /** Bytes taken so far. */
  readonly bytes: number;
  /** Takes bytes; they may be reused when it resolves. */
  write(bytes: Uint8Array): Promise<void>;
  /** Overwrites earlier bytes. */
  patch(patches: readonly BytePatch[]): Promise<void>;
  /** What is there so far, to be read back: all of it, of a pipe the beginning. */
  written(): Promise<RecordingEntry>;
  /** Makes the output appear. */
  commit(): Promise<void>;
  /** Gives the output up; does nothing after `commit`. */
  discard(): Promise<void>;
}

/**
 * Does something with a temporary file whose name says nothing to people.
 *
 * @throws OutputError that names the output instead.
 */
export async function forOutput<T>(output: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code = 'SYSTEM', message } = cause as NodeJS.ErrnoException;
    const problem = message.replace(`${code}: `, '').replace(/, \w+.*$/s, '');
    throw new OutputError(code, `${output} cannot be written: ${problem}.`, { cause });
  }
}

/** Writes to a temporary file beside the target; `commit` renames it, `discard` takes it away. */
export class OutputFile implements RecordingOutput {
  /** Where the bytes are until `commit`. */
  readonly #temporaryPath: string;
  readonly #location: string;
  readonly #target: string;
  readonly #handle: FileHandle;
  readonly #waiting = new Uint8Array(BUFFER_BYTES);
  #waitingBytes = 0;
  #written = 0;
  #closed = false;

  private constructor(location: string, target: string, temporaryPath: string, handle: FileHandle) {
    this.#location = location;
    this.#target = target;
    this.#temporaryPath = temporaryPath;
    this.#handle = handle;
  }

  /** Begins an output. A link is followed: what it points to is replaced. */
  static async create(location: string): Promise<OutputFile> {
    const target = await realpath(location).catch(() => path.resolve(location));
    const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${randomUUID()}.part`);
    const handle = await forOutput(location, () => open(temporary, 'wx'));
    return new OutputFile(location, target, temporary, handle);
  }

  get bytes(): number {
    return this.#written + this.#waitingBytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + BUFFER_BYTES - this.#waitingBytes);
      this.#waiting.set(part, this.#waitingBytes);
      this.#waitingBytes += part.length;
      at += part.length;
      if (this.#waitingBytes === BUFFER_BYTES) await this.flush();
    }
  }

  async patch(patches: readonly BytePatch[]): Promise<void> {
    await this.flush();
    for (const { byteOffset, bytes } of patches) await this.#writeAt(bytes, byteOffset);
  }

  /** Hands all bytes to the file system. */
  async flush(): Promise<void> {
    await this.#writeAt(this.#waiting.subarray(0, this.#waitingBytes), this.#written);
    this.#written += this.#waitingBytes;
    this.#waitingBytes = 0;
  }

  async written(): Promise<RecordingEntry> {
    await this.flush();
    return openFile(this.#temporaryPath);
  }

  async commit(): Promise<void> {
    await this.flush();
    await forOutput(this.#location, async () => {
      await this.#handle.sync();
      await this.#close();
      await rename(this.#temporaryPath, this.#target);
    });
  }

  async discard(): Promise<void> {
    await this.#close();
    await rm(this.#temporaryPath, { force: true });
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close();
  }

  async #writeAt(bytes: Uint8Array, position: number): Promise<void> {
    await forOutput(this.#location, async () => {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    });
  }
}

/**
 * Checks that an output may be written.
 *
 * @param input the file that is read, or `archive.zip!member`.
 * @param force whether a file that is there may be replaced.
 * @throws OptionError: it is the input, is no file, lies in an archive, or is there already.
 */
export async function checkOutput(output: string, input: string, force: boolean): Promise<void> {
  const { partsOf } = await import('../../datasets/sources/archive-kinds.ts');
  if (partsOf(output).length > 1)
    throw new OptionError('output', `is inside an archive (${output}); name a file`);
  const there = await stat(output, { bigint: true }).catch(() => null);
  if (there === null) return;
  const source = await stat(partsOf(input)[0]!, { bigint: true }).catch(() => null);
  if (source !== null && source.dev === there.dev && source.ino === there.ino) {
    throw new OptionError('output', `is the input itself (${output}); name another file`);
  }
  if (there.isDirectory())
    throw new OptionError('output', `is a folder (${output}); write ${output}/ for a file in it`);
  if (!there.isFile()) throw new OptionError('output', `is no regular file (${output})`);
  if (!force) throw new OptionError('output', `is there already (${output}); --force replaces it`);
}
