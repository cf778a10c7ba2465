/** Windows that overlap: each begins a stride behind the one before it. */
import { integerOption, sliceBatch, type EventBatch } from '../events/index.ts';
import { firstStepBack, lowerBound } from '../events/time-order.ts';
import { HeldRuns, type Stretch } from './held-runs.ts';
import { strideOption } from './overlap.ts';
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

/** See {@link SlidingSlicer}. */
export interface SlidingSlicerOptions {
  /** What steps and strides are measured in: microseconds, or events in the order in which they come. */
  readonly unit: 'micros' | 'events';
  /** Size of a time step; a window has `steps` of them. */
  readonly step: number;
  /** T. */
  readonly steps: number;
  /** From the beginning of a window to that of the next, at most a window. */
  readonly stride: number;
  /** The open window at the end of the recording: left out (default), or closed as it is. */
  readonly remainder?: RemainderPolicy;
}

/**
 * Window k covers `[origin + k S, origin + k S + T s)` for a stride S and steps of size s, right-open, from the first event of a time
 * segment; of events, the same by their number. Windows leave one after the other, each with all its steps: those of a window that are
 * over leave when the window in front of it has left. An event is in every window that covers it, but in none of whose steps leave
 * before it comes; one that is in none for that reason is late.
 *
 * Windows without any event are passed over and counted, but keep their number. At the end of a recording the open window, the first
 * that is not whole, has what no window has yet.
 *
 * @throws {@link OptionError} for a stride that is longer than a window, or so short that an event would be in more than 1,000.
 *
 * @example
 * ```ts
 * import { batchFromTuples, SlidingSlicer } from 'saccade';
 * const slicer = new SlidingSlicer({ unit: 'micros', step: 100, steps: 1, stride: 50 });
 * const slices = slicer.push(batchFromTuples([[0, 0, 0, 1], [60, 0, 0, 1], [155, 0, 0, 1]]));
 * console.log(slices.map(({ window, startMicros, batches }) => [window, startMicros, batches.length])); // [[0, 0, 1], [1, 50, 1]]
 * ```
 */
export class SlidingSlicer implements EventSlicer {
  readonly #byTime: boolean;
  readonly #step: number;
  readonly #steps: number;
  readonly #stride: number;
  readonly #remainder: RemainderPolicy;
  readonly #report: MutableSliceReport = emptySliceReport();
  #segment: number | null = null;
  /** Number of the segment's first window. */
  #firstWindow = 0;
  #origin: number | undefined;
  /** The open window of the segment, and its open step. */
  #window = 0;
  #open = 0;
  readonly #runs: HeldRuns;
  /** Events of the open window's closed steps that a whole window has too. */
  #repeated = 0;
  /** Events of the segment that came, those left out too. */
  #came = 0;
  /** Where the newest whole window ends. */
  #seenEnd = -Infinity;
  /** The latest time, or how many events came. */
  #reach = -Infinity;
  #lastMicros = 0;

  constructor({ unit, step, steps, stride, remainder = 'drop' }: SlidingSlicerOptions) {
    this.#byTime = unit === 'micros';
    this.#runs = new HeldRuns(unit);
    const size = (name: 'step' | 'stride', value: number): number =>
      this.#byTime ? positiveMicros(`${name}Micros`, value) : integerOption(`${name}Events`, value, 1);
    this.#step = size('step', step);
    this.#steps = stepsOption(steps);
    this.#stride = strideOption(
      `stride${this.#byTime ? 'Micros' : 'Events'}`,
      size('stride', stride),
      step * steps,
    );
    this.#remainder = remainder;
  }

  get report(): SliceReport {
    return this.#report;
  }

  get held(): readonly EventBatch[] {
    return this.#runs.batches;
  }

  get openEvents(): number {
    return this.#runs.events;
  }

  get windowEvents(): number {
    if (this.#open === 0) return this.#waiting;
    // Its first steps have left, perhaps with nothing that is new.
    return this.#runs.count(this.#span);
  }

  /** Events that no whole window has. */
  get #waiting(): number {
    return this.#unseen(-Infinity);
  }

  push(batch: EventBatch): EventSlice[] {
    const { t, length } = batch;
    if (length === 0) return [];
    const slices = this.#segment === null || batch.segment === this.#segment ? [] : this.#endSegment();
    this.#segment = batch.segment;
    this.#origin ??= this.#byTime ? t[0]! : 0;
    for (let from = 0; from < length;) {
      const to = this.#byTime ? firstStepBack(t, from, length) : length;
      this.#take(batch, from, to);
      this.#reach = this.#byTime ? Math.max(this.#reach, t[to - 1]!) : this.#came;
      this.#advance(slices);
      from = to;
    }
    return slices;
  }

  flush(): EventSlice[] {
    return this.#pad(() => this.#open > 0 || this.#waiting > 0);
  }

  abandon(): number {
    const events = this.#unseen(this.#edge(this.#window, this.#open));
    this.#beginAnew();
    return events;
  }

  finish(): EventSlice[] {
    const slices = this.#endSegment();
    this.#segment = null;
    this.#firstWindow = 0;
    return slices;
  }

  #endSegment(): EventSlice[] {
    const slices = this.#pad(() => padsAtEnd(this.#remainder, this.#window) && this.#waiting > 0);
    this.#report.remainderEvents += this.#waiting;
    this.#beginAnew();
    return slices;
  }

  /** Closes windows as they are: the open one, and the next for what came too late for its steps. */
  #pad(isOpen: () => boolean): EventSlice[] {
    const slices: EventSlice[] = [];
    while (isOpen()) {
      for (const window = this.#window; this.#window === window;) this.#closeStep(slices);
      // Of events, none is missed: the next window has the next one.
      if (!this.#byTime) this.#origin! -= Math.max(0, this.#edge(this.#window, 0) - this.#came);
    }
    return slices;
  }

  #beginAnew(): void {
    this.#firstWindow += this.#window + (this.#open > 0 || this.#waiting > 0 ? 1 : 0);
    this.#origin = undefined;
    this.#window = 0;
    this.#open = 0;
    this.#repeated = 0;
    this.#runs.clear();
    this.#came = 0;
    this.#seenEnd = -Infinity;
    this.#reach = -Infinity;
    this.#lastMicros = 0;
  }

  /** The open window. */
  get #span(): Stretch {
    const window = this.#window;
    return { window, from: this.#edge(window, 0), to: this.#edge(window, this.#steps) };
  }

  /** Where a step begins. */
  #edge(window: number, step: number): number {
    return (this.#origin ?? 0) + (window * this.#stride + step * this.#step);
  }

  /** Events that came in order: what comes too late for the open step is for the next window, or for none. */
  #take(batch: EventBatch, from: number, to: number): void {
    const number = this.#came;
    this.#came += to - from;
    let start = from;
    const open = this.#edge(this.#window, this.#open);
    if (this.#byTime && batch.t[from]! < open) {
      const next = this.#edge(this.#window + 1, 0);
      start = lowerBound(batch.t, Math.min(open, next), from, to);
      this.#report.lateEvents += start - from;
      const behind = lowerBound(batch.t, open, start, to);
      this.#runs.add(sliceBatch(batch, start, behind), number, this.#window + 1);
      start = behind;
    }
    this.#runs.add(sliceBatch(batch, start, to), number, this.#window);
  }

  /** Closes steps that are over; passes over windows without events. */
  #advance(slices: EventSlice[]): void {
    while (this.#reach >= this.#edge(this.#window, this.#open + 1)) {
      const span = this.#span;
      if (this.#open > 0 || this.#runs.count(span) > 0) this.#closeStep(slices);
      else if (this.#reach >= span.to) this.#passOver(span);
      else return;
    }
  }

  /** Towards the first window that has the earliest event from here on: to the one in front of it, or to the next. */
  #passOver({ from, window }: Stretch): void {
    const earliest = this.#runs.earliestFrom(from);
    const duration = this.#step * this.#steps;
    const next = Math.max(window + 1, Math.floor((earliest - this.#origin! - duration) / this.#stride));
    this.#report.emptyWindows += next - window;
    this.#window = next;
    this.#runs.letGo(this.#span.from);
  }

  #closeStep(slices: EventSlice[]): void {
    const [window, step] = [this.#window, this.#open];
    const stretch = { window, from: this.#edge(window, step), to: this.#edge(window, step + 1) };
    const batches = this.#runs.within(stretch);
    const first = batches[0]?.t[0] ?? this.#lastMicros;
    this.#lastMicros = batches.at(-1)?.t.at(-1) ?? first;
    const repeatedEvents = this.#runs.count(stretch) - this.#runs.unseen(stretch, this.#seenEnd);
    slices.push({
      window: this.#firstWindow + window,
      step,
      steps: this.#steps,
      segment: this.#segment ?? 0,
      startMicros: this.#byTime ? stretch.from : first,
      endMicros: this.#byTime ? stretch.to : this.#lastMicros,
      batches,
      repeatedEvents,
    });
    this.#repeated += repeatedEvents;
    this.#open++;
    if (this.#open === this.#steps) this.#closeWindow();
  }

  #closeWindow(): void {
    this.#report.repeatedEvents += this.#repeated;
    this.#repeated = 0;
    this.#seenEnd = this.#span.to;
    this.#window++;
    this.#open = 0;
    this.#runs.letGo(this.#span.from);
  }

  /** Events from an edge on that no whole window has, those for later windows too. */
  #unseen(from: number): number {
    return this.#runs.unseen({ window: this.#window, from, to: Infinity }, this.#seenEnd);
  }
}
