/** Standard output as the place of a recording. */
import process from 'node:process';
import type { Writable } from 'node:stream';
import type { RecordingEntry } from '../../datasets/sources/source.ts';
import { orAborted } from './interruptible.ts';
import type { RecordingOutput } from './output-file.ts';
import { STANDARD_STREAM } from './standard-input.ts';

/** Enough to tell what the output states of itself. */
const KEPT_BYTES = 64 * 1024;

/** Writes as the reader takes it. What is written cannot be changed or taken back. */
export class OutputPipe implements RecordingOutput {
  readonly #signal: AbortSignal | undefined;
  readonly #stream: Writable;
  #beginning: Uint8Array[] = [];
  #keptBytes = 0;
  bytes = 0;

  /** @param signal its reason is thrown while the reader takes its time. */
  constructor(signal?: AbortSignal, stream: Writable = process.stdout) {
    this.#signal = signal;
    this.#stream = stream;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.bytes += bytes.length;
    if (this.#keptBytes < KEPT_BYTES) {
      const kept = bytes.subarray(0, KEPT_BYTES - this.#keptBytes);
      this.#beginning.push(kept.slice());
      this.#keptBytes += kept.length;
    }
    const written = new Promise<void>((resolve) => this.#stream.write(bytes, () => resolve()));
    await orAborted(written, this.#signal);
  }

  /** Patches that a format can do without are left out; one that cannot is not written here. */
  async patch(): Promise<void> {}

  async written(): Promise<RecordingEntry> {
    const beginning = this.#beginning;
    return {
      id: STANDARD_STREAM,
      location: STANDARD_STREAM,
      bytes: this.#keptBytes,
      async *open() {
        yield* beginning;
      },
    };
  }

  async commit(): Promise<void> {}

  async discard(): Promise<void> {
    this.#beginning = [];
  }
}
