/** How much of a turn of the event loop one socket's input gets. Node reads on while there is something, up to 2 MiB. */

/** Then others are read, and work is done; one read may go beyond. */
const SLICE_MS = 1;

/** Push class: whoever has had his time waits for the next turn. */
export class InputSlice {
  readonly #pause: (paused: boolean) => void;
  #spentMs = 0;
  #inTurn = false;

  /** @param pause stops and goes on with reading. */
  constructor(pause: (paused: boolean) => void) {
    this.#pause = pause;
  }

  /** Input was worked off in so many milliseconds. */
  spent(ms: number): void {
    this.#spentMs += ms;
    if (this.#spentMs >= SLICE_MS) this.#pause(true);
    if (this.#inTurn) return;
    this.#inTurn = true;
    setImmediate(() => {
      if (this.#spentMs >= SLICE_MS) this.#pause(false);
      this.#spentMs = 0;
      this.#inTurn = false;
    });
  }
}
