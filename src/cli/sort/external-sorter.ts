/** Sorts recordings of any length and disorder in bounded memory. */
import {
  allocateEvents,
  batchOf,
  sliceBatch,
  stableOrder,
  type EventArrays,
  type EventBatch,
  type SensorGeometry,
} from '../../events/index.ts';
import { mergeSorted } from './merge-runs.ts';
import { BLOCK_EVENTS, EVENT_BYTES, RunFile, type Run } from './run-file.ts';

/** See {@link ExternalSorter}. */
export interface ExternalSorterOptions {
  /** Memory for events: half of it while they are gathered, half of it while runs are merged. */
  readonly memoryBytes: number;
  /** Where the temporary file is made, if memory does not do. */
  readonly folder: string;
}

/** While a run is sorted, each of its events needs two indexes beside itself. */
const SORTED_EVENT_BYTES = EVENT_BYTES + 8;

/** Of a stream that is merged: the block in hand, and the one that is read. */
const STREAM_BYTES = 2 * BLOCK_EVENTS * EVENT_BYTES;

const FIRST_CAPACITY = 16_384;

/**
 * External merge sort: memory full of events is sorted and written to a temporary file as a run, and at the end of a time
 * segment its runs are merged. Stable; segments stay apart and in their order. Where memory does, no file is made. Call
 * `close` in any case.
 */
export class ExternalSorter {
  readonly #folder: string;
  readonly #capacity: number;
  readonly #maxStreams: number;
  #arrays: EventArrays = allocateEvents(0);
  #length = 0;
  #segment = 0;
  #geometry: SensorGeometry | null = null;
  #file: RunFile | undefined;
  #runs: Run[] = [];
  #runsWritten = 0;

  constructor({ memoryBytes, folder }: ExternalSorterOptions) {
    this.#folder = folder;
    this.#capacity = Math.max(BLOCK_EVENTS, Math.floor(memoryBytes / 2 / SORTED_EVENT_BYTES));
    this.#maxStreams = Math.max(2, Math.floor(memoryBytes / 2 / STREAM_BYTES));
  }

  /** Runs written so far, those of merges included. */
  get runsWritten(): number {
    return this.#runsWritten;
  }

  /** Takes events; gives those of the segment before when a new one begins. */
  async *push(batch: EventBatch): AsyncGenerator<EventBatch, void, undefined> {
    if (batch.length === 0) return;
    if (batch.segment !== this.#segment) yield* this.finish();
    this.#segment = batch.segment;
    this.#geometry = batch.geometry;
    for (let from = 0; from < batch.length;) {
      if (this.#length === this.#capacity) await this.#spill();
      const to = Math.min(batch.length, from + this.#capacity - this.#length);
      this.#append(sliceBatch(batch, from, to));
      from = to;
    }
  }

  /** The segment is over: its events in order. */
  async *finish(): AsyncGenerator<EventBatch, void, undefined> {
    const segment = this.#segment;
    const geometry = this.#geometry;
    for await (const sorted of this.#sorted()) yield { ...sorted, segment, geometry };
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async *#sorted(): AsyncGenerator<EventBatch, void, undefined> {
    if (this.#runs.length === 0) {
      yield* this.#inMemory();
      return;
    }
    if (this.#length > 0) await this.#spill();
    const file = this.#file!;
    while (this.#runs.length > this.#maxStreams) this.#runs = await this.#mergeOnce(file, this.#runs);
    yield* this.#merged(file, this.#runs);
    this.#runs = [];
    await file.clear();
  }

  /** Neighbours become one run, so that earlier events stay in earlier runs. */
  async #mergeOnce(file: RunFile, runs: readonly Run[]): Promise<Run[]> {
    const longer: Run[] = [];
    for (let from = 0; from < runs.length; from += this.#maxStreams) {
      longer.push(await file.write(this.#merged(file, runs.slice(from, from + this.#maxStreams))));
      this.#runsWritten++;
    }
    return longer;
  }

  #merged(file: RunFile, runs: readonly Run[]): AsyncGenerator<EventBatch, void, undefined> {
    return mergeSorted(
      runs.map((run) => file.read(run)),
      BLOCK_EVENTS,
    );
  }

  async #spill(): Promise<void> {
    this.#file ??= await RunFile.create(this.#folder);
    this.#runs.push(await this.#file.write(this.#inMemory()));
    this.#runsWritten++;
  }

  /** The events in memory in order, block by block; then there are none. */
  *#inMemory(): Generator<EventBatch, void, undefined> {
    const length = this.#length;
    const { t, x, y, p } = this.#arrays;
    const order = stableOrder(t, length);
    for (let from = 0; from < length; from += BLOCK_EVENTS) {
      const count = Math.min(BLOCK_EVENTS, length - from);
      const block = allocateEvents(count);
      for (let i = 0; i < count; i++) {
        const own = order === null ? from + i : order[from + i]!;
        block.t[i] = t[own]!;
        block.x[i] = x[own]!;
        block.y[i] = y[own]!;
        block.p[i] = p[own]!;
      }
      yield batchOf(block, count, null);
    }
    this.#length = 0;
  }

  #append(batch: EventBatch): void {
    const needed = this.#length + batch.length;
    if (needed > this.#arrays.t.length) {
      const capacity = Math.min(this.#capacity, Math.max(FIRST_CAPACITY, 2 * needed));
      const arrays = allocateEvents(capacity);
      for (const name of ['t', 'x', 'y', 'p'] as const) {
        arrays[name].set(this.#arrays[name].subarray(0, this.#length));
      }
      this.#arrays = arrays;
    }
    for (const name of ['t', 'x', 'y', 'p'] as const) this.#arrays[name].set(batch[name], this.#length);
    this.#length = needed;
  }
}
