/** The event rate over time, in bounded memory. */
import type { EventBatch } from '../events/index.ts';

/** Columns of the plot. */
const PLOT_COLUMNS = 60;
/** Time resolution kept for it; halved whenever the recording outgrows the bins. */
const MAX_BINS = 4 * PLOT_COLUMNS;

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

  push({ t, length, segment }: EventBatch): void {
    if (length === 0) return;
    if (segment !== this.#segment) {
      this.#segment = segment;
      this.#origin = t[0]! - this.#spanMicros;
    }
    for (let i = 0; i < length; i++) {
      const micros = t[i]! - this.#origin;
      let bin = Math.floor(micros / this.#binMicros);
      while (bin >= MAX_BINS) {
        this.#bins = this.#bins.map((_, k) => (this.#bins[2 * k] ?? 0) + (this.#bins[2 * k + 1] ?? 0));
        this.#binMicros *= 2;
        bin = Math.floor(micros / this.#binMicros);
      }
      if (bin >= 0) this.#bins[bin]!++;
      if (micros > this.#spanMicros) this.#spanMicros = micros;
    }
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
