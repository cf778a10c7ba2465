/** One part of a take on its way to disk. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { EventBatch } from '../../events/index.ts';
import { EventFormatError } from '../../formats/index.ts';
import { recycleBytes } from '../../formats/recycle-bytes.ts';
import { partEncoder, type PartEncoder } from './part-data.ts';
import { partName, type PartEnd, type PartHead, type RecordLine } from './record-format.ts';
import type { RecordStore } from './record-store.ts';
import { syncFolder, WholeFile } from './whole-file.ts';

/** Lines are written together up to this length. */
const LOG_LENGTH = 64 * 1024;

/** See the file comment. Calls return at once; `commit` resolves when the part is on disk. */
export class PartWriter {
  readonly head: PartHead;
  readonly #store: RecordStore;
  readonly #folder: string;
  readonly #data: WholeFile | null;
  readonly #dataName: string;
  readonly #log: WholeFile;
  readonly #logName: string;
  readonly #encoder: PartEncoder | null;
  #lines = '';
  #size = 0;

  /** @param ready settles when the folder is there. */
  constructor(store: RecordStore, folder: string, head: PartHead, ready: Promise<void>) {
    this.head = head;
    this.#store = store;
    this.#folder = folder;
    const fail = (error: unknown): void => {
      store.fail(error);
    };
    const name = partName(head.part);
    this.#dataName = `${name}.${head.format ?? ''}`;
    this.#logName = `${name}.jsonl`;
    this.#data = head.format === null ? null : new WholeFile(path.join(folder, this.#dataName), fail, ready);
    this.#log = new WholeFile(path.join(folder, this.#logName), fail, ready);
    this.#encoder =
      head.format === null || head.format === 'raw' ? null : partEncoder(head.format, head.sensor);
    this.say(head);
  }

  /** Events, or bytes, so far. */
  get size(): number {
    return this.#size;
  }

  /** Bytes of both files. */
  get bytes(): number {
    return (this.#data?.bytes ?? 0) + this.#log.bytes + this.#lines.length;
  }

  /**
   * Takes events. `unfit`: its format cannot hold them, nothing of them was taken. `full`: too much waits for the disk.
   */
  pushEvents(batch: EventBatch): 'taken' | 'unfit' | 'full' {
    let bytes: Uint8Array;
    try {
      bytes = this.#encoder!.push(batch);
    } catch (error) {
      if (error instanceof EventFormatError) return 'unfit';
      throw error;
    }
    this.#size += batch.length;
    return this.#write(bytes) ? 'taken' : 'full';
  }

  /** Takes bytes, which may be used again when it returns. @returns false where too much waits for the disk. */
  pushBytes(bytes: Uint8Array): boolean {
    this.#size += bytes.length;
    return this.#write(bytes.slice());
  }

  /** Adds a line to the log. @returns false where too much waits for the disk. */
  say(line: RecordLine): boolean {
    this.#lines += `${JSON.stringify(line)}\n`;
    return this.#lines.length < LOG_LENGTH || this.#writeLines();
  }

  /** Makes the part appear: the data first, for a part is there when its log is there. @returns whether it is there. */
  async commit(ends: Omit<PartEnd, 'type' | 'size'>): Promise<boolean> {
    const rest = this.#encoder?.finish() ?? new Uint8Array(0);
    this.#data?.write(rest);
    for (const { byteOffset, bytes } of this.#encoder?.patches ?? []) this.#data!.patch(bytes, byteOffset);
    this.say({ type: 'end', size: this.#size, ...ends });
    const lines = new TextEncoder().encode(this.#lines);
    this.#log.write(lines);
    const bytes = (this.#data?.bytes ?? 0) + this.#log.bytes;
    const synced = [(await this.#data?.sync()) ?? true, await this.#log.sync()];
    if (synced.includes(false)) {
      await this.discard();
      return false;
    }
    await this.#data?.appear();
    await this.#log.appear();
    try {
      await syncFolder(this.#folder);
    } catch (error) {
      this.#store.fail(error);
    }
    this.#store.add(
      this.#folder,
      this.#data === null ? [this.#logName] : [this.#logName, this.#dataName],
      bytes,
    );
    return true;
  }

  async discard(): Promise<void> {
    await this.#data?.discard();
    await this.#log.discard();
    // Where one appeared and the other did not.
    for (const name of [this.#logName, this.#dataName])
      await rm(path.join(this.#folder, name), { force: true }).catch(() => undefined);
  }

  #writeLines(): boolean {
    const bytes = new TextEncoder().encode(this.#lines);
    this.#lines = '';
    return this.#reserved(this.#log, bytes);
  }

  #write(bytes: Uint8Array): boolean {
    return this.#reserved(this.#data!, bytes);
  }

  #reserved(file: WholeFile, bytes: Uint8Array): boolean {
    const { length } = bytes;
    if (!this.#store.reserve(length)) return false;
    file.write(bytes, () => {
      this.#store.written(length);
      recycleBytes(bytes);
    });
    return true;
  }
}
