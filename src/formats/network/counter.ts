/** A 32-bit clock in datagrams, which may come in any order. */
import type { ReportBuilder } from '../report-builder.ts';

const RANGE = 2 ** 32;

/** Unwraps the counter. What belongs before the last wrap may still come, and does not move the clock back. */
export class DatagramCounter {
  readonly #account: ReportBuilder;
  #last: number | undefined;
  #offset = 0;

  constructor(account: ReportBuilder) {
    this.#account = account;
  }

  /** The time of a counter value. */
  take(stamp: number): number {
    const step = stamp - (this.#last ?? stamp);
    if (step > RANGE / 2 && this.#offset > 0) return stamp + this.#offset - RANGE;
    if (step < -RANGE / 2) {
      this.#offset += RANGE;
      this.#account.wraps++;
    }
    this.#last = stamp;
    return stamp + this.#offset;
  }
}
