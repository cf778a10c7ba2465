/** Messages inside one process. */
import { ClusterError } from './errors.ts';
import type { BusMessage, EventBus } from './event-bus.ts';

/** As NATS' default. */
const MAX_MESSAGE_BYTES = 2 ** 20;

interface Subscription {
  readonly pattern: readonly string[];
  readonly handler: (message: BusMessage) => void;
}

/** See {@link EventBus}. Messages arrive in a later turn of the event loop, as they would from another process. */
export class MemoryEventBus implements EventBus {
  readonly maxMessageBytes: number;
  readonly #subscriptions = new Set<Subscription>();
  readonly #listeners = new Set<(isConnected: boolean) => void>();
  #waiting: (() => void)[] = [];
  #isConnected = true;

  constructor(maxMessageBytes: number = MAX_MESSAGE_BYTES) {
    this.maxMessageBytes = maxMessageBytes;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Cuts all off, or lets them in again. */
  setConnected(isConnected: boolean): void {
    if (isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    this.#waiting = [];
    for (const listener of this.#listeners) listener(isConnected);
  }

  publish(subject: string, bytes: Uint8Array, replyTo?: string): void {
    requireSize(bytes, this.maxMessageBytes);
    if (!this.#isConnected) return;
    const copy = bytes.slice();
    this.#later(() => {
      const message = { subject, bytes: copy, replyTo: replyTo ?? null, undelivered: false };
      const isTaken = this.#deliver(message);
      if (isTaken || replyTo === undefined) return;
      this.#deliver({ subject: replyTo, bytes: new Uint8Array(0), replyTo: null, undelivered: true });
    });
  }

  subscribe(pattern: string, handler: (message: BusMessage) => void): () => void {
    const subscription = { pattern: pattern.split('.'), handler };
    this.#subscriptions.add(subscription);
    return () => void this.#subscriptions.delete(subscription);
  }

  async flush(): Promise<void> {
    if (!this.#isConnected) throw new ClusterError('UNREACHABLE', 'There is no connection.');
    await new Promise<void>((resolve) => {
      this.#later(resolve);
    });
  }

  listen(listener: (isConnected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #deliver(message: BusMessage): boolean {
    const tokens = message.subject.split('.');
    let isTaken = false;
    for (const { pattern, handler } of [...this.#subscriptions]) {
      if (pattern.length !== tokens.length) continue;
      if (!pattern.every((token, i) => token === '*' || token === tokens[i])) continue;
      isTaken = true;
      handler({ ...message, bytes: message.bytes.slice() });
    }
    return isTaken;
  }

  #later(run: () => void): void {
    this.#waiting.push(run);
    if (this.#waiting.length > 1) return;
    setImmediate(() => {
      const all = this.#waiting;
      this.#waiting = [];
      for (const one of all) one();
    });
  }
}

/** @throws ClusterError `TOO_LARGE` */
export function requireSize(bytes: Uint8Array, most: number): void {
  if (bytes.length <= most) return;
  throw new ClusterError('TOO_LARGE', `A message has ${bytes.length} bytes, and at most ${most} are taken.`);
}
