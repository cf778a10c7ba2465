import { percentile } from '../../events/index.ts';

/** Percentiles over the most recent values: for displays, not for experiments. */
export class LatencyWindow {
  readonly #values: Float64Array;
  #count = 0;

  constructor(capacity = 512) {
    this.#values = new Float64Array(capacity);
  }

  add(milliseconds: number): void {
    this.#values[this.#count++ % this.#values.length] = milliseconds;
  }

  /** Nearest-rank percentiles; 0 before the first value. */
  summary(): { last: number; p50: number; p99: number } {
    const filled = Math.min(this.#count, this.#values.length);
    if (filled === 0) return { last: 0, p50: 0, p99: 0 };
    const sorted = this.#values.slice(0, filled).sort();
    return {
      last: this.#values[(this.#count - 1) % this.#values.length]!,
      p50: percentile(sorted, 0.5),
      p99: percentile(sorted, 0.99),
    };
  }
}
