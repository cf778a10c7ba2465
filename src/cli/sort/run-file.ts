/** Sorted runs of events in a temporary file. */
import { randomUUID } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { batchOf, type EventBatch } from '../../events/index.ts';
import { forOutput } from '../output-file.ts';

/** Events of a block: what is read and written at once. */
export const BLOCK_EVENTS = 4096;

/** Bytes of an event in a batch and in a block, in which times, columns, rows and polarities lie one after the other. */
export const EVENT_BYTES = 13;

/** Where a run is; its blocks are full, but for the last. */
export interface Run {
  readonly byteOffset: number;
  readonly events: number;
}

/**
 * A file that nobody sees and that is gone with its handle. Blocks are in the byte order of the machine: no other reads
 * them.
 */
export class RunFile {
  readonly #handle: FileHandle;
  readonly #location: string;
  #end = 0;

  private constructor(handle: FileHandle, location: string) {
    this.#handle = handle;
    this.#location = location;
  }

  static async create(folder: string): Promise<RunFile> {
    const location = path.join(folder, `.saccade-sort.${randomUUID()}.part`);
    const handle = await forOutput(path.join(folder, 'a temporary file'), () => open(location, 'wx+'));
    // Where an open file may lose its name, a killed process leaves nothing either. Elsewhere `close` takes it away.
    await rm(location).catch(() => undefined);
    return new RunFile(handle, location);
  }

  /** Writes a run. @param blocks of `BLOCK_EVENTS` each, but for the last. */
  async write(blocks: AsyncIterable<EventBatch> | Iterable<EventBatch>): Promise<Run> {
    const byteOffset = this.#end;
    let events = 0;
    for await (const block of blocks) {
      const bytes = blockOf(block);
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, this.#end + done);
        done += bytesWritten;
      }
      this.#end += bytes.length;
      events += block.length;
    }
    return { byteOffset, events };
  }

  /** The blocks of a run. */
  async *read({ byteOffset, events }: Run): AsyncGenerator<EventBatch, void, undefined> {
    for (let done = 0; done < events; done += BLOCK_EVENTS) {
      const length = Math.min(BLOCK_EVENTS, events - done);
      const bytes = new Uint8Array(length * EVENT_BYTES);
      for (let have = 0; have < bytes.length;) {
        const at = byteOffset + done * EVENT_BYTES + have;
        const { bytesRead } = await this.#handle.read(bytes, have, bytes.length - have, at);
        if (bytesRead === 0) throw new Error('The temporary file of the sort was cut short.');
        have += bytesRead;
      }
      const t = new Float64Array(bytes.buffer, 0, length);
      const x = new Uint16Array(bytes.buffer, 8 * length, length);
      const y = new Uint16Array(bytes.buffer, 10 * length, length);
      yield batchOf({ t, x, y, p: bytes.subarray(12 * length) }, length, null);
    }
  }

  /** Forgets all runs. */
  async clear(): Promise<void> {
    this.#end = 0;
    await this.#handle.truncate();
  }

  async close(): Promise<void> {
    await this.#handle.close();
    await rm(this.#location, { force: true });
  }
}

function blockOf({ t, x, y, p, length }: EventBatch): Uint8Array {
  const bytes = new Uint8Array(length * EVENT_BYTES);
  new Float64Array(bytes.buffer, 0, length).set(t);
  new Uint16Array(bytes.buffer, 8 * length, length).set(x);
  new Uint16Array(bytes.buffer, 10 * length, length).set(y);
  bytes.set(p, 12 * length);
  return bytes;
}
