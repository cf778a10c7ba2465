/** How long a camera may say nothing. */

/** See {@link ConnectionDeadlines}. */
export interface ConnectionDeadlinesOptions {
  readonly helloMs: number;
  readonly onNoHello: () => void;
  readonly idleMs: number;
  readonly onIdle: () => void;
}

/** The hello must come soon, and something now and then. */
export class ConnectionDeadlines {
  readonly #hello: NodeJS.Timeout;
  readonly #idle: NodeJS.Timeout;

  constructor({ helloMs, onNoHello, idleMs, onIdle }: ConnectionDeadlinesOptions) {
    this.#hello = setTimeout(onNoHello, helloMs);
    this.#idle = setTimeout(onIdle, idleMs);
  }

  /** The hello came. */
  greeted(): void {
    clearTimeout(this.#hello);
  }

  /** Something came. */
  heard(): void {
    this.#idle.refresh();
  }

  stop(): void {
    clearTimeout(this.#hello);
    clearTimeout(this.#idle);
  }
}
