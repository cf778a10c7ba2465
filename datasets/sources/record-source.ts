/** Records of one size in a file, each a content behind bytes of labels, as the members of an archive: CIFAR's images. */
import path from 'node:path';
import type { ArchiveOptions } from './archive.ts';
import { openAnywhere } from './open-source.ts';
import { stretchLocation } from './stretch-location.ts';
import { once, type ClosableSource, type RecordingEntry, type RecordingSource } from './source.ts';

/** Bytes of a record. */
export interface RecordLayout {
  readonly labelBytes: number;
  readonly contentBytes: number;
}

/** A record. */
export interface FileRecord {
  /** One a byte; fewer where the file ends in them. */
  readonly labels: Uint8Array;
  /** Place of the record in the file. */
  readonly byteOffset: number;
  /** How many bytes there are, of the last record maybe fewer than the layout says. */
  readonly bytes: number;
}

/** See the file comment. */
export class RecordSource implements RecordingSource {
  readonly path: string;
  /** Of the file, wherever it lies. */
  readonly name: string;
  readonly #layout: RecordLayout;
  readonly #file: ClosableSource;
  readonly #labels: Uint8Array;

  private constructor(
    { id, location }: RecordingEntry,
    layout: RecordLayout,
    file: ClosableSource,
    labels: Uint8Array,
  ) {
    this.path = location;
    this.name = path.posix.basename(id);
    this.#layout = layout;
    this.#file = file;
    this.#labels = labels;
  }

  /** Reads all labels. @throws DatasetError as `openEntry` */
  static async open(
    entry: RecordingEntry,
    layout: RecordLayout,
    options: ArchiveOptions,
  ): Promise<RecordSource> {
    const file = await openAnywhere(entry, options);
    try {
      return new RecordSource(entry, layout, file, await readLabels(file, layout));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Records, one that is cut among them. */
  get length(): number {
    return Math.ceil(this.#file.size / this.#bytes);
  }

  at(index: number): FileRecord {
    const { labelBytes } = this.#layout;
    const byteOffset = index * this.#bytes;
    const bytes = Math.min(this.#bytes, this.#file.size - byteOffset);
    const from = index * labelBytes;
    return { labels: this.#labels.subarray(from, from + Math.min(labelBytes, bytes)), byteOffset, bytes };
  }

  async list(): Promise<RecordingEntry[]> {
    const { labelBytes, contentBytes } = this.#layout;
    const entries = Array.from({ length: this.length }, (_, i): RecordingEntry => {
      const start = i * this.#bytes + labelBytes;
      return {
        id: `${this.name}/${i}`,
        bytes: contentBytes,
        location: stretchLocation({ file: this.path, byteOffset: start, bytes: contentBytes }),
        open: () => once(() => this.#file.read(start, contentBytes)),
      };
    });
    return Promise.resolve(entries);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  get #bytes(): number {
    return this.#layout.labelBytes + this.#layout.contentBytes;
  }
}

async function readLabels(
  file: ClosableSource,
  { labelBytes, contentBytes }: RecordLayout,
): Promise<Uint8Array> {
  const { size } = file;
  const stride = labelBytes + contentBytes;
  const labels = new Uint8Array(Math.ceil(size / stride) * labelBytes);
  let start = 0;
  for await (const chunk of file.chunks(0, size)) {
    for (let label = 0; label < labelBytes; label++) {
      const first = start + ((((label - start) % stride) + stride) % stride);
      for (let at = first; at < start + chunk.length; at += stride)
        labels[((at - label) / stride) * labelBytes + label] = chunk[at - start]!;
    }
    start += chunk.length;
  }
  return labels;
}
