import { promisify } from 'node:util';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { DatasetError } from '../errors.ts';
import { compareNatural, type RecordingEntry, type RecordingSource } from './source.ts';

const open = promisify<string, yauzl.Options, ZipFile>(yauzl.open);

/**
 * All files of a zip archive, read in place. Sizes come from the central directory; yauzl checks each
 * member's CRC and length and refuses names that point outside.
 */
export class ZipSource implements RecordingSource {
  readonly path: string;
  #zip: ZipFile | undefined;

  constructor(archive: string) {
    this.path = archive;
  }

  async list(): Promise<RecordingEntry[]> {
    const zip = await this.#open();
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
        if (!entry.fileName.endsWith('/')) entries.push(this.#entryOf(zip, entry));
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
  async #open(): Promise<ZipFile> {
    await this.close();
    const options = { lazyEntries: true, autoClose: false, validateEntrySizes: true };
    this.#zip = await open(this.path, options).catch((cause: unknown) => {
      const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      throw new DatasetError(
        missing ? 'NOT_FOUND' : 'BAD_ARCHIVE',
        this.path,
        `The archive cannot be opened: ${String(cause)}.`,
        { cause },
      );
    });
    return this.#zip;
  }

  #entryOf(zip: ZipFile, entry: Entry): RecordingEntry {
    const memberPath = `${this.path}!${entry.fileName}`;
    const openStream = promisify<Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip) as never);
    return {
      id: entry.fileName,
      bytes: entry.uncompressedSize,
      location: memberPath,
      async *open() {
        try {
          for await (const chunk of await openStream(entry)) yield chunk as unknown as Uint8Array;
        } catch (cause) {
          throw new DatasetError('BAD_ARCHIVE', memberPath, `The member cannot be read: ${String(cause)}.`, {
            cause,
          });
        }
      },
    };
  }
}
