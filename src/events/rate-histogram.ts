/** The event rate over time, in bounded memory. */
import type { EventBatch } from './event-batch.ts';
import { firstStepBack, lowerBound } from './time-order.ts';

/** Columns of the plot. */
const PLOT_COLUMNS = 60;
/** Time resolution kept for it; halved whenever the recording outgrows the bins. */
const MAX_BINS = 4 * PLOT_COLUMNS;

/** Events in equal stretches of time, at most 240. Time segments follow one another. */
export interface RateCurve {
  readonly binMicros: number;
  /** From the earliest event to the latest, all segments together. */
  readonly spanMicros: number;
  /** All events. Bins may begin up to one of them in front of the earliest, where that was not the first. */
  readonly counts: readonly number[];
}

/** Counts events over time; bins double in width when they run out. Time segments follow one another. */
export class RateHistogram {
  #bins = new Float64Array(MAX_BINS);
  #binMicros = 1000;
  #segment: number | null = null;
  /** Where this segment begins among the bins, and where the latest event lies. */
  #base = 0;
  #end = 0;
  /** What to subtract from the times of this segment. */
  #origin = 0;
  /** Of the segments before, and the times of this one. */
  #spanBefore = 0;
  #earliest = 0;
  #latest = 0;

  /** From the earliest event to the latest, all segments together. */
  get spanMicros(): number {
    return this.#spanBefore + this.#latest - this.#earliest;
  }

  /** @param inOrder events up to the first that is earlier than the one before it, if that is known. */
  push({ t, length, segment }: EventBatch, inOrder: number = firstStepBack(t, 0, length)): void {
    if (length === 0) return;
    if (segment !== this.#segment) this.#begin(segment, t[0]!);
    this.#countOrdered(t, 0, inOrder);
    for (let from = inOrder; from < length;) {
      const to = firstStepBack(t, from, length);
      this.#countOrdered(t, from, to);
      from = to;
    }
  }

  #begin(segment: number, micros: number): void {
    this.#spanBefore = this.spanMicros;
    this.#segment = segment;
    this.#base = this.#end;
    this.#origin = micros - this.#base;
    this.#earliest = micros;
    this.#latest = micros;
  }

  /** Times `[from, to)` ascend: those of a bin are found, not counted. */
  #countOrdered(t: Float64Array, from: number, to: number): void {
    if (t[from]! < this.#earliest) this.#beginEarlier(t[from]!);
    const last = t[to - 1]!;
    if (last > this.#latest) this.#latest = last;
    this.#end = Math.max(this.#end, last - this.#origin);
    while (this.#end / this.#binMicros >= MAX_BINS) this.#widen();
    for (let i = from; i < to;) {
      const bin = Math.floor((t[i]! - this.#origin) / this.#binMicros);
      // At least itself: parts of microseconds are rounded.
      const end = Math.max(i + 1, lowerBound(t, this.#origin + (bin + 1) * this.#binMicros, i, to));
      this.#bins[bin]! += end - i;
      i = end;
    }
  }

  /** Makes room for an event in front of all of its segment: whole bins. */
  #beginEarlier(micros: number): void {
    this.#earliest = micros;
    const missing = this.#origin + this.#base - micros;
    if (missing <= 0) return;
    const bins = (): number => Math.ceil(missing / this.#binMicros);
    while (this.#end / this.#binMicros + bins() >= MAX_BINS) this.#widen();
    const from = Math.floor(this.#base / this.#binMicros);
    this.#bins.copyWithin(from + bins(), from);
    this.#bins.fill(0, from, from + bins());
    const room = bins() * this.#binMicros;
    this.#origin -= room;
    this.#end += room;
  }

  #widen(): void {
    this.#bins = this.#bins.map((_, k) => (this.#bins[2 * k] ?? 0) + (this.#bins[2 * k + 1] ?? 0));
    this.#binMicros *= 2;
  }

  get #used(): number {
    return Math.min(MAX_BINS, Math.floor(this.#end / this.#binMicros) + 1);
  }

  /** The counts as they are. */
  get curve(): RateCurve {
    const counts = Array.from(this.#bins.subarray(0, this.#used));
    return { binMicros: this.#binMicros, spanMicros: this.spanMicros, counts };
  }

  /** Events per second in equal stretches of the recording. */
  rates(): number[] {
    const used = this.#used;
    const perColumn = Math.max(1, Math.ceil(used / PLOT_COLUMNS));
    const seconds = (perColumn * this.#binMicros) / 1e6;
    return Array.from({ length: Math.ceil(used / perColumn) }, (_, column) => {
      const bins = this.#bins.subarray(column * perColumn, (column + 1) * perColumn);
      return bins.reduce((a, b) => a + b, 0) / seconds;
    });
  }
}
