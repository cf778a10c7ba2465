/** How old is what a camera sends when it is read? Buffers on the way hold seconds, and say nothing of it. */
import type { WebSocket } from 'ws';

/** Between two pings: as exact as that the age is known. */
const PING_MS = 250;
/** A peer that answers none is not asked more often. */
const MAX_ASKED = 64;
/** An answer says nothing of what comes so much later. */
const ANSWER_HOLDS_MS = 4 * PING_MS;

/** What is asked of a socket. */
export type PingedSocket = Pick<WebSocket, 'ping' | 'readyState' | 'OPEN' | 'on'>;

/**
 * Two ways to know, and what is older counts.
 *
 * What a ping's answer took is the age of what came with it: buffers of the camera and a slow link are in that.
 *
 * Where this side is too slow, answers wait behind the data, so what came in the meantime is at most as old as the newest ping
 * that was answered (the half of the shortest round trip is taken off, as the ping's own way), and at most as old as the
 * moment when nothing was left to read: that needs no answers, which a camera that never reads does not give.
 */
export class DataAge {
  readonly #socket: PingedSocket;
  readonly #timer: NodeJS.Timeout;
  /** Pings without an answer, and when they left. */
  readonly #asked = new Map<string, number>();
  #count = 0;
  /** When the newest ping left that was answered, and when its answer came. */
  #answered = { askedAt: -Infinity, at: -Infinity };
  #shortest = Infinity;
  /** There may be more to read. */
  #flowing = false;
  #heard = false;
  /** When nothing was left to read. */
  #emptyAt = -Infinity;

  constructor(socket: PingedSocket, intervalMs: number = PING_MS) {
    this.#socket = socket;
    socket.on('pong', (data: Buffer) => {
      this.#answer(data.toString('latin1'));
    });
    this.#ask();
    this.#timer = setInterval(() => {
      this.#ask();
    }, intervalMs);
  }

  /** Age of what is read now, milliseconds; `null` where no answer has come yet. */
  get ageMs(): number | null {
    return Number.isFinite(this.#shortest) ? this.atMost(performance.now()) : null;
  }

  /** A message was read. @param at when, `performance.now()`. */
  heard(at: number): void {
    this.#heard = true;
    if (this.#flowing) return;
    this.#flowing = true;
    this.#emptyAt = at;
    this.#look();
  }

  /** What is read at `at` is not older than this, milliseconds. */
  atMost(at: number): number {
    const { askedAt, at: answeredAt } = this.#answered;
    const tripMs = at - answeredAt <= ANSWER_HOLDS_MS ? this.#less(answeredAt - askedAt) : 0;
    const here = this.#flowing ? Math.min(at - this.#emptyAt, this.#less(at - askedAt)) : 0;
    return Math.max(tripMs, here);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Without the ping's own way. */
  #less(ms: number): number {
    return Number.isFinite(ms) ? Math.max(0, ms - this.#shortest / 2) : ms;
  }

  /** Sockets are read between two immediates: where nothing came, nothing is left. */
  #look(): void {
    setImmediate(() => {
      this.#flowing = this.#heard;
      this.#heard = false;
      if (this.#flowing) this.#look();
    });
  }

  #ask(): void {
    if (this.#asked.size >= MAX_ASKED || this.#socket.readyState !== this.#socket.OPEN) return;
    const token = `age ${this.#count++}`;
    this.#asked.set(token, performance.now());
    this.#socket.ping(token);
  }

  #answer(token: string): void {
    const askedAt = this.#asked.get(token);
    if (askedAt === undefined) return;
    // A peer may answer only the newest of several.
    for (const earlier of this.#asked.keys()) {
      this.#asked.delete(earlier);
      if (earlier === token) break;
    }
    const at = performance.now();
    this.#answered = { askedAt, at };
    this.#shortest = Math.min(this.#shortest, at - askedAt);
  }
}
