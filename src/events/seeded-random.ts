/**
 * A small seeded generator (mulberry32), so that splits, shuffles and initial weights can be replayed.
 * Not for cryptography.
 */
export class SeededRandom {
  #state: number;

  /**
   * @param keys what the stream depends on, for example (seed, epoch): equal keys give equal streams.
   *
   * @example
   * ```ts
   * import { SeededRandom } from 'saccade';
   * console.log(new SeededRandom(1, 2).uniform() === new SeededRandom(1, 2).uniform()); // true
   * ```
   */
  constructor(...keys: readonly number[]) {
    this.#state = 0x9e3779b9;
    for (const key of keys) {
      this.#state = Math.imul(this.#state ^ (key | 0), 0x85ebca6b);
      this.#state ^= this.#next();
    }
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return (z ^ (z >>> 14)) >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.#next() / 0x1_0000_0000;
  }

  /** Uniform whole number in [0, below). */
  integer(below: number): number {
    return Math.floor(this.uniform() * below);
  }

  /** Standard normal (Box-Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swap = shuffled[i]!;
      shuffled[i] = shuffled[j]!;
      shuffled[j] = swap;
    }
    return shuffled;
  }
}
