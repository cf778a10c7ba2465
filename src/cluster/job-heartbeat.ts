/** Keeps a job with its worker. */
import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from './nats-connection.ts';

/** Beats in the time after which the broker gives a silent worker's job to another. */
const BEATS = 3;

/** Says that a job is worked on, until it is stopped. Its signal aborts when the broker may have given the job to another. */
export class JobHeartbeat {
  readonly #message: JsMsg;
  readonly #connection: NatsConnection;
  readonly #ackWaitMs: number;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #heard: number = performance.now();

  constructor(message: JsMsg, connection: NatsConnection, ackWaitMs: number) {
    this.#message = message;
    this.#connection = connection;
    this.#ackWaitMs = ackWaitMs;
    this.#timer = setInterval(() => {
      this.#beat();
    }, ackWaitMs / BEATS);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Checked when asked, too: a process that was stopped runs no timers. */
  get isLost(): boolean {
    if (performance.now() - this.#heard > this.#ackWaitMs) {
      this.stop();
      this.#abort.abort(new Error('lost touch with the broker for too long'));
    }
    return this.#abort.signal.aborted;
  }

  #beat(): void {
    if (this.isLost || this.#connection.isClosed) return;
    const sent = performance.now();
    this.#message.working();
    // What was sent before is with the server when it answers this.
    this.#connection.client.flush().then(
      () => (this.#heard = Math.max(this.#heard, sent)),
      () => undefined,
    );
  }
}
