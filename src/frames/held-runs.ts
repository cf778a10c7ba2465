/** The events that a slicer of overlapping windows holds. */
import { sliceBatch, type EventBatch } from '../events/index.ts';
import { lowerBound } from '../events/time-order.ts';

/** Events that came one behind the other, none earlier than the one before. */
interface Run {
  readonly batch: EventBatch;
  /** Number of its first event in the time segment. */
  readonly number: number;
  /** The first window that may have them: what comes behind the end of a step is not in it. */
  readonly first: number;
}

/** A stretch of a window: from an edge up to, and without, another, in microseconds or numbers of events. */
export interface Stretch {
  readonly window: number;
  readonly from: number;
  readonly to: number;
}

/** In the order in which they came. Edges are times, or numbers of events in the time segment. */
export class HeldRuns {
  readonly #byTime: boolean;
  #runs: Run[] = [];
  #batches: EventBatch[] = [];
  #events = 0;

  constructor(unit: 'micros' | 'events') {
    this.#byTime = unit === 'micros';
  }

  get batches(): readonly EventBatch[] {
    return this.#batches;
  }

  get events(): number {
    return this.#events;
  }

  /** @param number of the first of these events; @param first see {@link Run}. */
  add(batch: EventBatch, number: number, first: number): void {
    if (batch.length === 0) return;
    this.#runs.push({ batch, number, first });
    this.#batches.push(batch);
    this.#events += batch.length;
  }

  clear(): void {
    this.#keep([]);
  }

  /** Lets runs go that lie in front of an edge. */
  letGo(edge: number): void {
    this.#keep(this.#runs.filter((run) => this.#at(run, edge) < run.batch.length));
  }

  /** The events of a stretch. */
  within(stretch: Stretch): EventBatch[] {
    const parts: EventBatch[] = [];
    for (const run of this.#runs) {
      const [start, end] = this.#range(run, stretch);
      if (end > start) parts.push(sliceBatch(run.batch, start, end));
    }
    return parts;
  }

  /** How many they are. */
  count(stretch: Stretch): number {
    let events = 0;
    for (const run of this.#runs) {
      const [start, end] = this.#range(run, stretch);
      events += end - start;
    }
    return events;
  }

  /** The earliest time of those at or behind an edge; `Infinity` where there is none. */
  earliestFrom(edge: number): number {
    let earliest = Infinity;
    for (const run of this.#runs) {
      const at = this.#at(run, edge);
      if (at < run.batch.length) earliest = Math.min(earliest, run.batch.t[at]!);
    }
    return earliest;
  }

  /**
   * Events of a stretch of the open window that no whole window has; of one that never ends, those for later windows too.
   *
   * @param seenEnd where the newest whole window ends.
   */
  unseen({ window, from, to }: Stretch, seenEnd: number): number {
    let events = 0;
    for (const run of this.#runs) {
      const later = run.first > window;
      if (later && to < Infinity) continue;
      const seen = run.first < window ? seenEnd : -Infinity;
      const lowest = later ? -Infinity : Math.max(from, seen);
      events += Math.max(0, this.#at(run, to) - this.#at(run, lowest));
    }
    return events;
  }

  #range(run: Run, { window, from, to }: Stretch): readonly [start: number, end: number] {
    return run.first > window ? [0, 0] : [this.#at(run, from), this.#at(run, to)];
  }

  /** Index of a run's first event that lies at or behind an edge. */
  #at({ batch, number }: Run, edge: number): number {
    const { t, length } = batch;
    if (this.#byTime) return lowerBound(t, edge, 0, length);
    return Math.max(0, Math.min(length, edge - number));
  }

  #keep(runs: Run[]): void {
    this.#runs = runs;
    this.#batches = runs.map(({ batch }) => batch);
    this.#events = this.#batches.reduce((sum, { length }) => sum + length, 0);
  }
}
