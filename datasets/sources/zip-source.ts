import { closeSync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Entry, Options, ZipFile } from 'yauzl';
import { integerOption } from '../../src/events/index.ts';
import { DatasetError } from '../errors.ts';
import {
  DEFAULT_MAX_MEMBER_BYTES,
  MAX_INFLATION_RATIO,
  SMALL_MEMBER_BYTES,
  type ArchiveOptions,
} from './archive.ts';
import { compareNatural, isHidden, type RecordingEntry, type RecordingSource } from './source.ts';
import { memberChunks } from './zip-member.ts';

/** Loaded with the first archive: whoever has none need not wait for it. */
async function zipOf(file: number, options: Options): Promise<ZipFile> {
  const { fromFd } = await import('yauzl');
  return promisify<number, Options, ZipFile>(fromFd)(file, options);
}

/**
 * All files of a zip archive but hidden ones, read in place. Sizes come from the central directory; length and
 * CRC of each member are checked; yauzl refuses names that point outside.
 */
export class ZipSource implements RecordingSource {
  readonly path: string;
  readonly #file: string;
  readonly #maxMemberBytes: number | undefined;
  #zip: ZipFile | undefined;

  /** @param location as the archive is called, where its file is another. */
  constructor(
    file: string,
    { maxMemberBytes }: Pick<ArchiveOptions, 'maxMemberBytes'> = {},
    location: string = file,
  ) {
    this.path = location;
    this.#file = file;
    this.#maxMemberBytes =
      maxMemberBytes === undefined ? undefined : integerOption('maxMemberBytes', maxMemberBytes, 1);
  }

  async list(): Promise<RecordingEntry[]> {
    const { zip, file } = await this.#open();
    const entries: RecordingEntry[] = [];
    await new Promise<void>((resolve, reject) => {
      zip.on('error', (cause) => {
        const unsafe = /invalid relative path|absolute path|invalid characters/.test(String(cause));
        reject(
          new DatasetError(
            unsafe ? 'UNSAFE_NAME' : 'BAD_ARCHIVE',
            this.path,
            `The archive cannot be read: ${String(cause)}.`,
            { cause },
          ),
        );
      });
      zip.on('end', resolve);
      zip.on('entry', (entry: Entry) => {
        if (!entry.fileName.endsWith('/') && !isHidden(entry.fileName))
          entries.push(this.#entryOf(zip, file, entry));
        zip.readEntry();
      });
      zip.readEntry();
    });
    return entries.sort((a, b) => compareNatural(a.id, b.id));
  }

  async close(): Promise<void> {
    this.#zip?.close();
    this.#zip = undefined;
  }

  /** A fresh directory reading each time; the file handle of the one before is closed with it. */
  async #open(): Promise<{ zip: ZipFile; file: number }> {
    await this.close();
    const options = { lazyEntries: true, autoClose: false, validateEntrySizes: true };
    let file: number | undefined;
    try {
      file = openSync(this.#file, 'r');
      this.#zip = await zipOf(file, options);
      return { zip: this.#zip, file };
    } catch (cause) {
      if (file !== undefined) closeSync(file);
      const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      throw new DatasetError(
        missing ? 'NOT_FOUND' : 'BAD_ARCHIVE',
        this.path,
        `The archive cannot be opened: ${String(cause)}.`,
        { cause },
      );
    }
  }

  #entryOf(zip: ZipFile, file: number, entry: Entry): RecordingEntry {
    const memberPath = `${this.path}!${entry.fileName}`;
    const check = (): void => {
      this.#checkSize(entry, memberPath);
    };
    return {
      id: entry.fileName,
      bytes: entry.uncompressedSize,
      location: memberPath,
      async *open() {
        check();
        try {
          yield* memberChunks(zip, entry, file);
        } catch (cause) {
          throw new DatasetError('BAD_ARCHIVE', memberPath, `The member cannot be read: ${String(cause)}.`, {
            cause,
          });
        }
      },
    };
  }

  /** yauzl stops a member that inflates to more than its entry says, so the entry can be believed. */
  #checkSize({ uncompressedSize, compressedSize }: Entry, memberPath: string): void {
    const asked = this.#maxMemberBytes;
    const tooLarge = uncompressedSize > (asked ?? DEFAULT_MAX_MEMBER_BYTES);
    const tooDense =
      asked === undefined &&
      uncompressedSize > SMALL_MEMBER_BYTES &&
      uncompressedSize > MAX_INFLATION_RATIO * compressedSize;
    if (!tooLarge && !tooDense) return;
    const limit = tooLarge
      ? `${asked ?? DEFAULT_MAX_MEMBER_BYTES} are allowed`
      : `that is more than ${MAX_INFLATION_RATIO} times the ${compressedSize} stored`;
    throw new DatasetError(
      'TOO_LARGE',
      memberPath,
      `The member inflates to ${uncompressedSize} bytes; ${limit}. To read it all the same, say --max-member-bytes ${uncompressedSize} (maxMemberBytes), or unpack it.`,
    );
  }
}
