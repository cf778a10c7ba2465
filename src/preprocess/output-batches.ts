/** Makes outputs count, many at a time. */
import type { JobResult } from './job-result.ts';
import type { Journal } from './journal.ts';
import type { KeepOutputs } from './keep-outputs.ts';

/** A batch begins this long after the one before: each costs some ten milliseconds, whatever is in it. */
const PACE_MS = 1000;

/** See {@link OutputBatches}. */
export interface OutputBatchesOptions {
  readonly journal: Journal;
  readonly keep: KeepOutputs;
  /** The outputs of these are there, and stay. */
  readonly onKept: (results: readonly JobResult[]) => void;
  /** One of its outputs could not be kept; none is there. */
  readonly onLost: (result: JobResult, error: Error) => void;
}

/**
 * Takes results. The outputs of a batch of them are kept, then it is recorded in the journal: killed at any time, what the journal says is there and whole, and the next run makes the rest.
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
    const { journal, keep, onKept, onLost } = this.#options;
    const kept = await keep(batch, onLost);
    await journal.add(kept);
    onKept(kept);
  }

  #rethrow(): void {
    if (this.#error !== undefined) throw this.#error as Error;
  }
}
