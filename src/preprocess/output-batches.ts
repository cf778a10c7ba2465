/** Makes outputs count, many at a time. */
import { renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { DiskSync } from './disk-sync.ts';
import type { JobResult } from './job-result.ts';
import type { Journal } from './journal.ts';
import { partOf } from './write-whole.ts';

/** A batch begins this long after the one before: each costs some ten milliseconds, whatever is in it. */
const PACE_MS = 1000;

/** See {@link OutputBatches}. */
export interface OutputBatchesOptions {
  readonly out: string;
  readonly journal: Journal;
  readonly disk: DiskSync;
  /** The outputs of these are there, and stay. */
  readonly onKept: (results: readonly JobResult[]) => void;
  /** One of its outputs could not be kept; none is there. */
  readonly onLost: (result: JobResult, error: Error) => void;
}

/**
 * Takes results whose outputs are written under the names of parts. A batch of them is made durable, then renamed, then
 * recorded in the journal: killed at any time, what the journal says is there and whole, and the next run makes the rest.
 * While one batch is on its way to the disk the next one gathers.
 */
export class OutputBatches {
  readonly #options: OutputBatchesOptions;
  #waiting: JobResult[] = [];
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #begun = -Infinity;
  #error: unknown;

  constructor(options: OutputBatchesOptions) {
    this.#options = options;
  }

  /** @throws what kept an earlier batch from being recorded. */
  add(result: JobResult): void {
    this.#rethrow();
    this.#waiting.push(result);
    this.#schedule();
  }

  /** Keeps what is there. @throws what kept a batch from being recorded. */
  async finish(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#running;
    clearTimeout(this.#timer);
    if (this.#error === undefined && this.#waiting.length > 0) await this.#begin();
    this.#rethrow();
  }

  #schedule(): void {
    if (this.#running !== null || this.#timer !== undefined) return;
    const delay = Math.max(0, this.#begun + PACE_MS - performance.now());
    this.#timer = setTimeout(() => {
      void this.#begin();
    }, delay);
  }

  async #begin(): Promise<void> {
    this.#timer = undefined;
    this.#begun = performance.now();
    const batch = this.#waiting;
    this.#waiting = [];
    this.#running = this.#keep(batch);
    try {
      await this.#running;
    } catch (error) {
      this.#error = error;
    }
    this.#running = null;
    if (this.#waiting.length > 0 && this.#error === undefined) this.#schedule();
  }

  async #keep(batch: readonly JobResult[]): Promise<void> {
    const { out, journal, disk, onKept, onLost } = this.#options;
    const filesOf = (result: JobResult): string[] =>
      result.outputs.map((output) => path.join(out, output.path));
    const faults = await disk.files(batch.flatMap((result) => filesOf(result).map(partOf)));
    const kept: JobResult[] = [];
    for (const result of batch) {
      const files = filesOf(result);
      try {
        for (const file of files) {
          const fault = faults.get(partOf(file));
          if (fault !== undefined) throw fault;
          renameSync(partOf(file), file);
        }
        kept.push(result);
      } catch (error) {
        removeAll(files);
        onLost(result, error as Error);
      }
    }
    const folders = new Set(kept.flatMap((result) => filesOf(result).map((file) => path.dirname(file))));
    for (const fault of (await disk.folders([...folders])).values()) throw fault;
    await journal.add(kept);
    onKept(kept);
  }

  #rethrow(): void {
    if (this.#error !== undefined) throw this.#error as Error;
  }
}

/** Removes files and their parts; what is no file of ours, a folder of that name say, stays. */
export function removeAll(files: readonly string[]): void {
  for (const file of files.flatMap((name) => [name, partOf(name)])) {
    try {
      rmSync(file, { force: true });
    } catch {
      // It is in the way of this output and of nobody else.
    }
  }
}
