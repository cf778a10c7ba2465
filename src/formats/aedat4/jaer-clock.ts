/** The clock of files that older versions of jAER wrote: their times fall back by 2^32 µs every 71.6 minutes. */
import type { StructRun } from './events.ts';

const TWO_31 = 2 ** 31;
const TWO_32 = 2 ** 32;

/** Unwraps times, packet after packet. */
export class JaerClock {
  #last = -Infinity;
  wraps = 0;

  /** What it must know to go on; `null` where numbers cannot say it. */
  save(): readonly number[] | null {
    return Number.isSafeInteger(this.#last) ? [this.#last, this.wraps] : null;
  }

  restore([last, wraps]: readonly number[]): void {
    this.#last = last!;
    this.wraps = wraps!;
  }

  /** Repairs the times of a run in place; `true` if any of them changed. */
  unwrap({ arrays: { t }, length }: StructRun): boolean {
    for (let i = 0; i < length; i++) {
      const time = t[i]!;
      if (time - this.#last < -TWO_31) this.wraps++;
      this.#last = time;
      t[i] = Math.min(time + this.wraps * TWO_32, Number.MAX_SAFE_INTEGER);
    }
    return this.wraps > 0;
  }
}
