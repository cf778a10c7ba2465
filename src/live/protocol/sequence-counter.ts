/** Counts messages that never came. */
export class SequenceCounter {
  #next: number | undefined;
  #gaps = 0;

  get gaps(): number {
    return this.#gaps;
  }

  /** Takes the next number; numbers wrap at 2^32. Returns how many are missing before it. */
  push(seq: number): number {
    const missing = this.#next === undefined ? 0 : (seq - this.#next) >>> 0;
    this.#gaps += missing;
    this.#next = seq + 1;
    return missing;
  }
}
