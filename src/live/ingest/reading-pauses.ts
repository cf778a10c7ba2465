/** Why a socket is not read just now. */
import type { WebSocket } from 'ws';

/**
 * Reasons: its name is being claimed, its steps wait for the classifier, its decisions are not taken, others are to be
 * read too, the server ends.
 */
export type PauseReason = 'claim' | 'queue' | 'replies' | 'others' | 'shutdown';

/** Pauses a socket while there is at least one reason to. */
export class ReadingPauses {
  readonly #socket: WebSocket;
  readonly #reasons = new Set<PauseReason>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  set(reason: PauseReason, paused: boolean): void {
    if (paused) this.#reasons.add(reason);
    else this.#reasons.delete(reason);
    if (this.#reasons.size > 0) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Reads whatever comes, for good: a paused socket would not see the answer to its goodbye. */
  end(): void {
    this.#reasons.clear();
    this.#socket.resume();
  }
}
