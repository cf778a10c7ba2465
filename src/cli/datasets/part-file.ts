/** What came of a file so far: on disk beside its place, so that another run goes on where this one ended. */
import { createHash, type Hash } from 'node:crypto';
import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { openFile } from '../../../datasets/sources/file-entry.ts';
import { integerBetween } from '../../network/integer-between.ts';
import { writeWhole } from '../../preprocess/index.ts';

const originSchema: v.GenericSchema<unknown, PartOrigin> = v.object({
  url: v.string(),
  validator: v.nullable(v.string()),
  total: v.nullable(integerBetween(0)),
});
/** Where the bytes came from, and what the host called the file. */
export interface PartOrigin {
  readonly url: string;
  readonly validator: string | null;
  readonly total: number | null;
}

/** The hashes of a file. */
export interface FileHashes {
  readonly md5: string;
  readonly sha256: string;
}

/** See the file comment. Hidden, so that nobody takes it for a recording. */
export class PartFile {
  readonly #target: string;
  readonly #path: string;
  readonly #handle: FileHandle;
  #hashes: readonly [md5: Hash, sha256: Hash] = freshHashes();
  #bytes = 0;
  #origin: PartOrigin | null = null;

  private constructor(target: string, handle: FileHandle) {
    this.#target = target;
    this.#path = partPath(target);
    this.#handle = handle;
  }

  /** Opens what an earlier run left, or begins. Reads what is there once, for the hashes. */
  static async open(target: string): Promise<PartFile> {
    // Not `a`: that writes to the end wherever it is told to.
    const handle = await open(partPath(target), 'r+').catch(() => open(partPath(target), 'w+'));
    const part = new PartFile(target, handle);
    try {
      part.#origin = await readOrigin(originPath(target));
      if (part.#origin === null) await part.restart();
      else await part.#readBack();
      return part;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Where the bytes are until {@link commit}. */
  get path(): string {
    return this.#path;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `null` before the first byte. */
  get origin(): PartOrigin | null {
    return this.#origin;
  }

  /** Forgets all bytes. */
  async restart(): Promise<void> {
    await this.#handle.truncate(0);
    await rm(originPath(this.#target), { force: true });
    this.#hashes = freshHashes();
    this.#bytes = 0;
    this.#origin = null;
  }

  /** Says where the next bytes come from, before they do: a part without it is not gone on with. */
  async from(origin: PartOrigin): Promise<void> {
    await writeWhole(originPath(this.#target), JSON.stringify(origin));
    this.#origin = origin;
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, this.#bytes + done);
      done += bytesWritten;
    }
    this.#add(bytes);
  }

  hashes(): FileHashes {
    const [md5, sha256] = this.#hashes.map((hash) => hash.copy().digest('hex'));
    return { md5: md5!, sha256: sha256! };
  }

  /** Puts the file in its place. */
  async commit(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
    await rename(this.#path, this.#target);
    await rm(originPath(this.#target), { force: true });
  }

  /** Leaves the bytes for another run; takes the file away where there are none. */
  async close(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    if (this.#bytes > 0) return;
    await rm(this.#path, { force: true });
    await rm(originPath(this.#target), { force: true });
  }

  async #readBack(): Promise<void> {
    for await (const chunk of openFile(this.#path).open()) this.#add(chunk);
  }

  #add(bytes: Uint8Array): void {
    for (const hash of this.#hashes) hash.update(bytes);
    this.#bytes += bytes.length;
  }
}

function freshHashes(): [Hash, Hash] {
  return [createHash('md5'), createHash('sha256')];
}

function partPath(target: string): string {
  return path.join(path.dirname(target), `.${path.basename(target)}.part`);
}

function originPath(target: string): string {
  return path.join(path.dirname(target), `.${path.basename(target)}.part.json`);
}

async function readOrigin(file: string): Promise<PartOrigin | null> {
  try {
    return v.parse(originSchema, JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

/** The hashes of a file that is there, and its length. */
export async function hashFile(
  file: string,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<FileHashes & { readonly bytes: number }> {
  const [md5, sha256] = freshHashes();
  let bytes = 0;
  for await (const chunk of openFile(file).open()) {
    md5.update(chunk);
    sha256.update(chunk);
    onBytes((bytes += chunk.length));
  }
  return { md5: md5.digest('hex'), sha256: sha256.digest('hex'), bytes };
}
