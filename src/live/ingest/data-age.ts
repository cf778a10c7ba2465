/** How old is what a camera sends when it is read? Buffers on the way hold seconds, and say nothing of it. */
import type { WebSocket } from 'ws';

/** Between two pings: as exact as that the age is known. */
const PING_MS = 250;
/** A peer that answers none is not asked more often. */
const MAX_ASKED = 64;

/** See {@link DataAge}. */
export interface DataAgeOptions {
  /** Default 250 ms. */
  readonly intervalMs?: number;
  /** Milliseconds of a clock that never steps. Default `performance.now`. */
  readonly now?: () => number;
}

/**
 * Asks by pings. What comes behind the answer left the peer after the ping left here, so it is at most as old as that ping;
 * the half of the shortest round trip is taken off, as the ping's own way. A peer that has never answered is of unknown age.
 */
export class DataAge {
  readonly #socket: Pick<WebSocket, 'ping' | 'readyState' | 'OPEN'>;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  /** Pings without an answer, and when they left. */
  readonly #asked = new Map<string, number>();
  #count = 0;
  /** When the newest ping left that was answered. */
  #answered: number | undefined;
  #shortest = Infinity;
  #newest: number | null = null;

  constructor(
    socket: Pick<WebSocket, 'ping' | 'readyState' | 'OPEN' | 'on'>,
    { intervalMs = PING_MS, now = () => performance.now() }: DataAgeOptions = {},
  ) {
    this.#socket = socket;
    this.#now = now;
    socket.on('pong', (data: Buffer) => {
      this.#answer(data.toString('latin1'));
    });
    this.#ask();
    this.#timer = setInterval(() => {
      this.#ask();
    }, intervalMs);
  }

  /** Age of what was read last, milliseconds; `null` where it is not known. */
  get ageMs(): number | null {
    if (this.#newest === null) return null;
    const [oldest] = this.#asked.values();
    return oldest === undefined ? this.#newest : Math.max(this.#newest, this.#since(oldest, this.#now()));
  }

  /** What is read at `at` is not older than this, milliseconds; 0 where it is not known. */
  atMost(at: number): number {
    return this.#answered === undefined ? 0 : this.#since(this.#answered, at);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #since(asked: number, at: number): number {
    return Math.max(0, at - asked - this.#shortest / 2);
  }

  #ask(): void {
    if (this.#asked.size >= MAX_ASKED || this.#socket.readyState !== this.#socket.OPEN) return;
    const token = `age ${this.#count++}`;
    this.#asked.set(token, this.#now());
    this.#socket.ping(token);
  }

  #answer(token: string): void {
    const asked = this.#asked.get(token);
    if (asked === undefined) return;
    // A peer may answer only the newest of several.
    for (const earlier of this.#asked.keys()) {
      this.#asked.delete(earlier);
      if (earlier === token) break;
    }
    const at = this.#now();
    this.#answered = asked;
    this.#shortest = Math.min(this.#shortest, at - asked);
    this.#newest = this.#since(asked, at);
  }
}
