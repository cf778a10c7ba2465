/** Messages between processes, on NATS without JetStream: what is late in a live stream is worth nothing. */
import type { Msg } from '@nats-io/transport-node';
import type { BusMessage, EventBus } from './event-bus.ts';
import { requireSize } from './memory-event-bus.ts';
import type { NatsConnection } from './nats-connection.ts';

/** What the server says of a message that reached nobody. */
const NO_RESPONDERS = 503;

interface Outgoing {
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly replyTo: string | undefined;
}

/**
 * See {@link EventBus}. What is published in one turn of the event loop leaves with one write: with a dozen cameras, a write
 * for each message costs more than all else.
 */
export class NatsEventBus implements EventBus {
  readonly #connection: NatsConnection;
  #outgoing: Outgoing[] = [];
  readonly #listeners = new Set<(isConnected: boolean) => void>();
  #isConnected = true;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
    connection.listen(({ kind }) => {
      if ((kind !== 'back' && kind !== 'lost') || (kind === 'back') === this.#isConnected) return;
      this.#isConnected = kind === 'back';
      for (const listener of this.#listeners) listener(this.#isConnected);
    });
  }

  get maxMessageBytes(): number {
    return this.#connection.maxPayload;
  }

  get isConnected(): boolean {
    return this.#isConnected && !this.#connection.isClosed;
  }

  publish(subject: string, bytes: Uint8Array, replyTo?: string): void {
    requireSize(bytes, this.maxMessageBytes);
    if (this.#outgoing.push({ subject, bytes, replyTo }) > 1) return;
    setImmediate(() => {
      this.#send();
    });
  }

  subscribe(pattern: string, handler: (message: BusMessage) => void): () => void {
    const subscription = this.#connection.client.subscribe(pattern, {
      // An iterator would queue without a bound.
      callback: (error, message) => {
        if (error === null) handler(received(message));
      },
    });
    return () => {
      subscription.unsubscribe();
    };
  }

  async flush(): Promise<void> {
    this.#send();
    await this.#connection.client.flush();
  }

  listen(listener: (isConnected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #send(): void {
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    // The client would keep it, without a bound, and send it when it is old.
    if (!this.isConnected) return;
    for (const { subject, bytes, replyTo } of outgoing)
      // Another server may take less.
      if (bytes.length <= this.maxMessageBytes)
        this.#connection.client.publish(subject, bytes, replyTo === undefined ? {} : { reply: replyTo });
  }
}

function received({ subject, data, reply, headers }: Msg): BusMessage {
  const undelivered = data.length === 0 && headers?.code === NO_RESPONDERS;
  return { subject, bytes: data, replyTo: reply ?? null, undelivered };
}
