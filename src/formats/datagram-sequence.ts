/** Numbered datagrams: which are missing, which came twice, which came late. */
import type { DatagramAccount } from './decode-report.ts';

/**
 * Where a datagram stands among those before it. `next`: as expected, or the first. `gap`: some before it are
 * missing. `late`: came after a younger one; new all the same. `duplicate`: has been here before. `stray`: so far
 * from the others that its number may be wrong. `restart`: it follows a stray one, so the sender counts from there.
 */
export type DatagramPlace = 'next' | 'gap' | 'late' | 'duplicate' | 'stray' | 'restart';

/** So many numbers back it is known whether a datagram came. */
const MAX_WINDOW = 4096;
/** A larger step forward must be confirmed by the datagram that follows. */
const MAX_STEP = 65_536;

const MISSING = 0;
const SEEN = 1;
/** Older than the first datagram: nobody waits for it. */
const NOT_EXPECTED = 2;

/**
 * Follows the sequence numbers of one sender and keeps a report's account of them. Numbers wrap at `modulus`.
 * The first datagram may have any number. What came late is taken out of `missing` again. A number far from the
 * others (back by more than 4,096, ahead by more than 65,536) moves nothing until the next datagram follows on
 * it, as RFC 3550 appendix A.1 does: one damaged number must not make billions missing.
 *
 * @example
 * ```ts
 * import { DatagramSequence } from 'saccade';
 * const account = { received: 0, malformed: 0, missing: 0, duplicated: 0, outOfOrder: 0 };
 * const sequence = new DatagramSequence(account);
 * console.log([1, 2, 5, 4, 4].map((number) => sequence.take(number))); // next, next, gap, late, duplicate
 * console.log(account.missing, account.outOfOrder, account.duplicated); // 1 1 1
 * ```
 */
export class DatagramSequence {
  readonly #account: DatagramAccount;
  readonly #modulus: number;
  readonly #window: number;
  /** State of the numbers of the window, by number modulo its size. */
  readonly #states: Uint8Array;
  #highest: number | undefined;
  /** The number that would confirm a stray one, and how far ahead that lay (negative: behind). */
  #confirmation: { readonly number: number; readonly ahead: number } | undefined;

  /** @param modulus where numbers start again from 0: a power of two from 4 to 2^53. */
  constructor(account: DatagramAccount, modulus: number = 2 ** 32) {
    this.#account = account;
    this.#modulus = modulus;
    this.#window = Math.min(MAX_WINDOW, modulus / 2);
    this.#states = new Uint8Array(this.#window).fill(NOT_EXPECTED);
  }

  /** Notes the number of a datagram that arrived. */
  take(number: number): DatagramPlace {
    const confirmation = this.#confirmation;
    this.#confirmation = undefined;
    if (this.#highest === undefined) {
      this.#startAt(number);
      return 'next';
    }
    const ahead = this.#distance(this.#highest, number);
    if (ahead > MAX_STEP || ahead <= -this.#window) {
      if (confirmation?.number === number) {
        if (confirmation.ahead > 0) this.#account.missing += confirmation.ahead - 1;
        this.#account.outOfOrder--;
        this.#startAt(number);
        return 'restart';
      }
      this.#account.outOfOrder++;
      this.#confirmation = { number: (number + 1) % this.#modulus, ahead };
      return 'stray';
    }
    return ahead > 0 ? this.#advance(number, ahead) : this.#lookBack(number);
  }

  #startAt(number: number): void {
    this.#states.fill(NOT_EXPECTED);
    this.#states[number % this.#window] = SEEN;
    this.#highest = number;
  }

  #advance(number: number, ahead: number): DatagramPlace {
    const at = number % this.#window;
    for (let back = Math.min(ahead, this.#window) - 1; back > 0; back--) {
      this.#states[(at - back + this.#window) % this.#window] = MISSING;
    }
    this.#states[number % this.#window] = SEEN;
    this.#highest = number;
    this.#account.missing += ahead - 1;
    return ahead === 1 ? 'next' : 'gap';
  }

  #lookBack(number: number): DatagramPlace {
    const state = this.#states[number % this.#window];
    if (state === SEEN) {
      this.#account.duplicated++;
      return 'duplicate';
    }
    if (state === MISSING) this.#account.missing--;
    this.#account.outOfOrder++;
    this.#states[number % this.#window] = SEEN;
    return 'late';
  }

  /** Steps from one number to another, the short way round. */
  #distance(from: number, to: number): number {
    const ahead = to - from;
    const half = this.#modulus / 2;
    if (ahead >= half) return ahead - this.#modulus;
    return ahead < -half ? ahead + this.#modulus : ahead;
  }
}
