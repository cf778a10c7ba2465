/** Questions over a bus, and their answers. */
import type { EventBus } from '../../cluster/index.ts';
import { replySubject } from './subjects.ts';

/** Asks; answers come to one subject of this process. */
export class BusQuestions {
  readonly #bus: EventBus;
  readonly #id: string;
  readonly #open = new Map<string, (answer: Uint8Array | null) => void>();
  readonly #stop: () => void;
  #asked = 0;

  constructor(bus: EventBus, id: string) {
    this.#bus = bus;
    this.#id = id;
    this.#stop = bus.subscribe(replySubject(id, '*'), ({ subject, bytes, undelivered }) => {
      this.#open.get(subject)?.(undelivered ? null : bytes);
    });
  }

  /** @returns the answer, `null` if none came in time or nobody was asked. */
  ask(subject: string, bytes: Uint8Array, timeoutMs: number): Promise<Uint8Array | null> {
    const replyTo = replySubject(this.#id, this.#asked++);
    return new Promise((resolve) => {
      const settle = (answer: Uint8Array | null): void => {
        clearTimeout(timer);
        this.#open.delete(replyTo);
        resolve(answer);
      };
      const timer = setTimeout(settle, timeoutMs, null);
      this.#open.set(replyTo, settle);
      this.#bus.publish(subject, bytes, replyTo);
    });
  }

  stop(): void {
    this.#stop();
    for (const settle of [...this.#open.values()]) settle(null);
  }
}
