/** Decisions on their way to a camera, which may not read them. */
import type { WebSocket } from 'ws';
import type { BufferPolicy } from '../../pipeline/index.ts';
import type { ClockMessage, DecisionMessage } from '../protocol/index.ts';

/** See {@link DecisionOutbox}. */
export interface DecisionOutboxOptions {
  readonly policy: BufferPolicy;
  /** Unsent bytes above which the policy holds. */
  readonly highWaterBytes: number;
  /** Policy `pause`: whether the camera is to be read. */
  readonly onFull: (full: boolean) => void;
}

/**
 * Sends decisions. Where a camera does not take them, policy `pause` stops reading it, and so makes no more; the others
 * leave decisions out and count them.
 */
export class DecisionOutbox {
  readonly #socket: WebSocket;
  readonly #options: DecisionOutboxOptions;
  #unread = 0;
  #full = false;

  constructor(socket: WebSocket, options: DecisionOutboxOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** Decisions that were left out. */
  get unread(): number {
    return this.#unread;
  }

  send(message: DecisionMessage): void {
    const { policy, highWaterBytes } = this.#options;
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (policy !== 'pause' && this.#socket.bufferedAmount > highWaterBytes) {
      this.#unread++;
      return;
    }
    this.#socket.send(JSON.stringify(message), () => {
      this.#look();
    });
    this.#look();
  }

  /** Not to a camera that does not read: it asks again. */
  sayClock(seq: number, receivedAtMs: number): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > this.#options.highWaterBytes) return;
    const message: ClockMessage = { type: 'clock', seq, receivedAtMs, sentAtMs: performance.now() };
    this.#socket.send(JSON.stringify(message));
  }

  #look(): void {
    const { policy, highWaterBytes, onFull } = this.#options;
    const { bufferedAmount } = this.#socket;
    const full = this.#full ? bufferedAmount > highWaterBytes / 2 : bufferedAmount > highWaterBytes;
    if (policy !== 'pause' || full === this.#full) return;
    this.#full = full;
    onFull(full);
  }
}
