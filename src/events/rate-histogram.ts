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
  /** From the first event to the last, all segments together. */
  readonly spanMicros: number;
  readonly counts: readonly number[];
}

/** Counts events over time; bins double in width when they run out. Time segments follow one another. */
export class RateHistogram {
  #bins = new Float64Array(MAX_BINS);
  #binMicros = 1000;
  #segment: number | null = null;
  /** What to subtract from the times of this segment. */
  #origin = 0;
  #spanMicros = 0;

  /** From the first event to the last, all segments together. */
  get spanMicros(): number {
    return this.#spanMicros;
  }

  /** @param inOrder events up to the first that is earlier than the one before it, if that is known. */
  push({ t, length, segment }: EventBatch, inOrder: number = firstStepBack(t, 0, length)): void {
    if (length === 0) return;
    if (segment !== this.#segment) {
      this.#segment = segment;
      this.#origin = t[0]! - this.#spanMicros;
    }
    this.#countOrdered(t, 0, inOrder);
    for (let from = inOrder; from < length;) {
      const to = firstStepBack(t, from, length);
      this.#countOrdered(t, from, to);
      from = to;
    }
  }

  /** Times `[from, to)` ascend: those of a bin are found, not counted. */
  #countOrdered(t: Float64Array, from: number, to: number): void {
    const last = t[to - 1]! - this.#origin;
    while (last / this.#binMicros >= MAX_BINS) {
      this.#bins = this.#bins.map((_, k) => (this.#bins[2 * k] ?? 0) + (this.#bins[2 * k + 1] ?? 0));
      this.#binMicros *= 2;
    }
    for (let i = lowerBound(t, this.#origin, from, to); i < to;) {
      const bin = Math.floor((t[i]! - this.#origin) / this.#binMicros);
      // At least itself: parts of microseconds are rounded.
      const end = Math.max(i + 1, lowerBound(t, this.#origin + (bin + 1) * this.#binMicros, i, to));
      this.#bins[bin]! += end - i;
      i = end;
    }
    if (last > this.#spanMicros) this.#spanMicros = last;
  }

  /** The counts as they are. */
  get curve(): RateCurve {
    const used = Math.min(MAX_BINS, Math.floor(this.#spanMicros / this.#binMicros) + 1);
    const counts = Array.from(this.#bins.subarray(0, used));
    return { binMicros: this.#binMicros, spanMicros: this.#spanMicros, counts };
  }

  /** Events per second in equal stretches of the recording. */
  rates(): number[] {
    const used = Math.min(MAX_BINS, Math.floor(this.#spanMicros / this.#binMicros) + 1);
    const perColumn = Math.max(1, Math.ceil(used / PLOT_COLUMNS));
    const seconds = (perColumn * this.#binMicros) / 1e6;
    return Array.from({ length: Math.ceil(used / perColumn) }, (_, column) => {
      const bins = this.#bins.subarray(column * perColumn, (column + 1) * perColumn);
      return bins.reduce((a, b) => a + b, 0) / seconds;
    });
  }
}
