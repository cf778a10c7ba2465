/** Fair shares of one thread: cameras take turns, and between two rounds the event loop looks at the world outside. */

import type { WorkTurns } from './work-turns.ts';

/** Longest round without a look at sockets and timers, apart from the work that it ends with. */
const ROUND_MS = 2;

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
  #until = -Infinity;

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        work().then(resolve, reject);
      };
      // Of this round, all had their turn.
      if (this.#waiting.length === 0 && performance.now() < this.#until) start();
      else this.#wait(start);
    });
  }

  #wait(start: () => void): void {
    this.#waiting.push(start);
    this.#schedule();
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
    this.#until = performance.now() + ROUND_MS;
    // Who asks again meanwhile may have another turn where there is time, behind all others.
    for (let left = this.#waiting.length; left > 0; left--) {
      this.#waiting.shift()!();
      if (performance.now() >= this.#until) break;
    }
    if (this.#waiting.length > 0) this.#schedule();
  }
}
