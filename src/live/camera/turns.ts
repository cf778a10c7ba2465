/** Fair shares of one thread: cameras take turns, and between two rounds the event loop looks at the world outside. */

import type { WorkTurns } from './work-turns.ts';

/** Longest round without a look at sockets and timers, apart from the work that it ends with. */
const ROUND_MS = 5;
/**
 * Work waits so long while input comes in: what lies in a socket cannot be dropped, and its age is not known. Node reads
 * 64 KiB of a socket between two rounds.
 */
const INPUT_FIRST_MS = 20;

/**
 * First come, first served, each round behind the event loop's input. Who asks again when his work is done comes after
 * all others who wait: one camera's backlog delays nobody by more than one time step of each other camera, and a ping or
 * a request by no more than a round.
 *
 * @example
 * ```ts
 * import { Turns } from 'saccade/live';
 * const turns = new Turns();
 * console.log(await turns.run(async () => 1)); // 1
 * ```
 */
export class Turns implements WorkTurns {
  readonly #waiting: (() => void)[] = [];
  #scheduled = false;
  #inputCame = false;
  #roundAt = -Infinity;

  /** Something was read: there may be more. */
  noteInput(): void {
    this.#inputCame = true;
  }

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        work().then(resolve, reject);
      });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#round();
    });
  }

  #round(): void {
    this.#scheduled = false;
    const now = performance.now();
    if (this.#inputCame && now - this.#roundAt < INPUT_FIRST_MS) {
      this.#inputCame = false;
      this.#schedule();
      return;
    }
    this.#inputCame = false;
    const until = now + ROUND_MS;
    // Those who ask again meanwhile are of the next round.
    for (let left = this.#waiting.length; left > 0; left--) {
      this.#waiting.shift()!();
      if (performance.now() >= until) break;
    }
    this.#roundAt = performance.now();
    if (this.#waiting.length > 0) this.#schedule();
  }
}
