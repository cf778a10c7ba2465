/** Windows of fixed duration, cut into steps that are closed by event time. */
import { integerOption, sliceBatch, type EventBatch } from '../events/index.ts';
import { firstStepBack, lowerBound } from '../events/time-order.ts';
import {
  emptySliceReport,
  padsAtEnd,
  positiveMicros,
  stepsOption,
  type EventSlicer,
  type MutableSliceReport,
  type RemainderPolicy,
  type SliceReport,
} from './slicer.ts';
import type { EventSlice } from './types.ts';

/** See {@link DurationSlicer}. */
export interface DurationSlicerOptions {
  /** Duration of a time step in microseconds; a window lasts `steps` times that. */
  readonly stepMicros: number;
  /** T. */
  readonly steps: number;
  /** Ends a step behind so many events, if that comes first. Default: no number does. */
  readonly stepEvents?: number;
  /** Where window 0 starts. Default: the first event. Further time segments begin at their first event. */
  readonly originMicros?: number;
  /** The open window at the end of the recording: left out (default), or closed with empty steps. */
  readonly remainder?: RemainderPolicy;
}

/**
 * Window k covers `[origin + k T s, origin + (k + 1) T s)` with steps of s microseconds, all right-open. A
 * step is closed by the first event at or after its end. Windows without any event are passed over and
 * counted, but keep their number, so that a jump of hours costs nothing.
 *
 * Events before the open step are late: counted and left out. Going back within the open step is harmless.
 *
 * With `stepEvents` a step ends behind that event already, if it comes before the step's time is over; the next step then begins at the
 * time of this event, and lasts `stepMicros` from there.
 *
 * @throws {@link OptionError}
 *
 * @example
 * ```ts
 * import { batchFromTuples, DurationSlicer } from 'saccade';
 * const slicer = new DurationSlicer({ stepMicros: 100, steps: 2 });
 * const slices = slicer.push(batchFromTuples([[5, 0, 0, 1], [99, 0, 0, 1], [105, 0, 0, 1], [230, 0, 0, 1]]));
 * console.log(slices.map(({ window, step }) => [window, step])); // [[0, 0], [0, 1]]
 * ```
 */
export class DurationSlicer implements EventSlicer {
  readonly #stepMicros: number;
  readonly #steps: number;
  readonly #stepEvents: number;
  readonly #givenOrigin: number | undefined;
  readonly #remainder: RemainderPolicy;
  readonly #report: MutableSliceReport = emptySliceReport();
  #segment: number | null = null;
  /** Number of the segment's first window. */
  #firstWindow = 0;
  /** Where step `#base` begins. */
  #origin: number | undefined;
  #base = 0;
  /** Steps of the segment: the open one is `window * steps + step`. */
  #index = 0;
  #open: EventBatch[] = [];
  #openEvents = 0;
  #windowEvents = 0;

  constructor({ stepMicros, steps, stepEvents, originMicros, remainder = 'drop' }: DurationSlicerOptions) {
    this.#stepMicros = positiveMicros('stepMicros', stepMicros);
    this.#steps = stepsOption(steps);
    this.#stepEvents = stepEvents === undefined ? Infinity : integerOption('stepEvents', stepEvents, 1);
    this.#givenOrigin = originMicros;
    this.#origin = originMicros;
    this.#remainder = remainder;
  }

  get report(): SliceReport {
    return this.#report;
  }

  get held(): readonly EventBatch[] {
    return this.#open;
  }

  push(batch: EventBatch): EventSlice[] {
    const { t, length } = batch;
    if (length === 0) return [];
    const slices = this.#segment === null || batch.segment === this.#segment ? [] : this.#endSegment();
    this.#segment = batch.segment;
    this.#origin ??= t[0]!;
    // Events from here on are of the open step.
    let from = 0;
    for (let at = 0; at < length;) {
      const to = firstStepBack(t, at, length);
      const start = this.#startOf(this.#index);
      if (!(t[at]! >= start)) {
        this.#take(batch, from, at);
        from = Math.max(at + 1, lowerBound(t, start, at, to));
        this.#report.lateEvents += from - at;
        at = from;
      }
      while (at < to) {
        if (t[at]! >= this.#endOf(this.#index)) {
          this.#take(batch, from, at);
          from = at;
          this.#advanceTo(t[at]!, slices);
        }
        const end = this.#endOf(this.#index);
        at = t[to - 1]! < end ? to : lowerBound(t, end, at + 1, to);
        const full = from + this.#stepEvents - this.#openEvents;
        if (at < full) continue;
        this.#take(batch, from, full);
        from = at = full;
        this.#closeFull(t[full - 1]!, slices);
      }
    }
    this.#take(batch, from, length);
    return slices;
  }

  flush(): EventSlice[] {
    const slices: EventSlice[] = [];
    if (this.#windowEvents > 0) this.#closeWindow(slices);
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
    return this.#windowEvents;
  }

  finish(): EventSlice[] {
    const slices = this.#endSegment();
    this.#segment = null;
    this.#firstWindow = 0;
    this.#origin = this.#givenOrigin;
    return slices;
  }

  #endSegment(): EventSlice[] {
    const slices: EventSlice[] = [];
    if (padsAtEnd(this.#remainder, Math.floor(this.#index / this.#steps))) slices.push(...this.flush());
    this.#report.remainderEvents += this.#windowEvents;
    this.#beginAnew();
    return slices;
  }

  #beginAnew(): void {
    this.#firstWindow += Math.ceil((this.#index + (this.#windowEvents > 0 ? 1 : 0)) / this.#steps);
    this.#origin = undefined;
    this.#base = 0;
    this.#index = 0;
    this.#open = [];
    this.#openEvents = 0;
    this.#windowEvents = 0;
  }

  #startOf(index: number): number {
    return this.#origin! + (index - this.#base) * this.#stepMicros;
  }

  #endOf(index: number): number {
    return this.#origin! + (index - this.#base + 1) * this.#stepMicros;
  }

  #take(batch: EventBatch, from: number, to: number): void {
    if (to <= from) return;
    this.#open.push(sliceBatch(batch, from, to));
    this.#openEvents += to - from;
    this.#windowEvents += to - from;
  }

  /** Closes steps until the one that `time` falls into is open. */
  #advanceTo(time: number, slices: EventSlice[]): void {
    const target = this.#indexOf(time);
    const window = (index: number): number => Math.floor(index / this.#steps);
    if (this.#windowEvents > 0) {
      while (this.#index < target && this.#windowEvents > 0) this.#closeStep(slices);
    }
    if (this.#index >= target) return;
    this.#report.emptyWindows += window(target) - window(this.#index);
    this.#index = window(target) * this.#steps;
    while (this.#index < target) this.#closeStep(slices);
  }

  /** The step that holds `time`; corrects for the rounding of a division. */
  #indexOf(time: number): number {
    let index = this.#base + Math.floor((time - this.#origin!) / this.#stepMicros);
    while (time >= this.#endOf(index)) index++;
    while (time < this.#startOf(index)) index--;
    return index;
  }

  #closeWindow(slices: EventSlice[]): void {
    do this.#closeStep(slices);
    while (this.#index % this.#steps !== 0);
  }

  /** Closes the open step behind its last event: the next one begins there. */
  #closeFull(time: number, slices: EventSlice[]): void {
    this.#closeStep(slices, time);
    this.#origin = time;
    this.#base = this.#index;
  }

  #closeStep(slices: EventSlice[], endMicros: number = this.#endOf(this.#index)): void {
    slices.push({
      window: this.#firstWindow + Math.floor(this.#index / this.#steps),
      step: this.#index % this.#steps,
      steps: this.#steps,
      segment: this.#segment ?? 0,
      startMicros: this.#startOf(this.#index),
      endMicros,
      batches: this.#open,
    });
    this.#open = [];
    this.#openEvents = 0;
    this.#index++;
    if (this.#index % this.#steps === 0) this.#windowEvents = 0;
  }
}
