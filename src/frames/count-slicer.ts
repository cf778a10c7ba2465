/** Windows of a fixed number of events. */
import { integerOption, sliceBatch, type EventBatch } from '../events/index.ts';
import {
  emptySliceReport,
  padsAtEnd,
  stepsOption,
  type EventSlicer,
  type MutableSliceReport,
  type RemainderPolicy,
  type SliceReport,
} from './slicer.ts';
import type { EventSlice } from './types.ts';

/** See {@link CountSlicer}. */
export interface CountSlicerOptions {
  /** Events in a time step; a window has `steps` times that. */
  readonly stepEvents: number;
  /** T. */
  readonly steps: number;
  /** The open window at the end of the recording: left out (default), or closed as it is. */
  readonly remainder?: RemainderPolicy;
}

/**
 * Every `stepEvents` events are a step, whatever their times: fast motion gives more windows, silence none.
 *
 * @throws {@link OptionError}
 *
 * @example
 * ```ts
 * import { batchFromTuples, CountSlicer } from 'saccade';
 * const slicer = new CountSlicer({ stepEvents: 2, steps: 2 });
 * const events = batchFromTuples([[1, 0, 0, 1], [2, 0, 0, 1], [3, 0, 0, 1]]);
 * console.log(slicer.push(events).length); // 1
 * ```
 */
export class CountSlicer implements EventSlicer {
  readonly #stepEvents: number;
  readonly #steps: number;
  readonly #remainder: RemainderPolicy;
  readonly #report: MutableSliceReport = emptySliceReport();
  #segment: number | null = null;
  /** Number of the segment's first window. */
  #firstWindow = 0;
  /** Steps closed in this segment. */
  #index = 0;
  #open: EventBatch[] = [];
  #openEvents = 0;
  #lastMicros = 0;

  constructor({ stepEvents, steps, remainder = 'drop' }: CountSlicerOptions) {
    this.#stepEvents = integerOption('stepEvents', stepEvents, 1);
    this.#steps = stepsOption(steps);
    this.#remainder = remainder;
  }

  get report(): SliceReport {
    return this.#report;
  }

  get held(): readonly EventBatch[] {
    return this.#open;
  }

  push(batch: EventBatch): EventSlice[] {
    if (batch.length === 0) return [];
    const slices = this.#segment === null || batch.segment === this.#segment ? [] : this.#endSegment();
    this.#segment = batch.segment;
    for (let from = 0; from < batch.length;) {
      const to = Math.min(batch.length, from + this.#stepEvents - this.#openEvents);
      this.#open.push(sliceBatch(batch, from, to));
      this.#openEvents += to - from;
      from = to;
      if (this.#openEvents === this.#stepEvents) this.#closeStep(slices);
    }
    return slices;
  }

  flush(): EventSlice[] {
    const slices: EventSlice[] = [];
    if (this.#openEvents === 0 && this.#index % this.#steps === 0) return slices;
    do this.#closeStep(slices);
    while (this.#index % this.#steps !== 0);
    return slices;
  }

  abandon(): number {
    const events = this.#openEvents;
    this.#beginAnew();
    return events;
  }

  get openEvents(): number {
    return this.#openEvents;
  }

  get windowEvents(): number {
    return this.#openEvents + (this.#index % this.#steps) * this.#stepEvents;
  }

  finish(): EventSlice[] {
    const slices = this.#endSegment();
    this.#segment = null;
    this.#firstWindow = 0;
    return slices;
  }

  #endSegment(): EventSlice[] {
    const slices = padsAtEnd(this.#remainder, Math.floor(this.#index / this.#steps)) ? this.flush() : [];
    this.#report.remainderEvents += this.windowEvents;
    this.#beginAnew();
    return slices;
  }

  #beginAnew(): void {
    this.#firstWindow += Math.ceil((this.#index + (this.#openEvents > 0 ? 1 : 0)) / this.#steps);
    this.#index = 0;
    this.#open = [];
    this.#openEvents = 0;
    this.#lastMicros = 0;
  }

  #closeStep(slices: EventSlice[]): void {
    const startMicros = this.#open[0]?.t[0] ?? this.#lastMicros;
    this.#lastMicros = this.#open.at(-1)?.t.at(-1) ?? startMicros;
    slices.push({
      window: this.#firstWindow + Math.floor(this.#index / this.#steps),
      step: this.#index % this.#steps,
      steps: this.#steps,
      segment: this.#segment ?? 0,
      startMicros,
      endMicros: this.#lastMicros,
      batches: this.#open,
    });
    this.#open = [];
    this.#openEvents = 0;
    this.#index++;
  }
}
