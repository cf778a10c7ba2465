/** When to try again. */
import { retryOf } from './connection-error.ts';

/** The first wait is at most this. */
export const FIRST_BACKOFF_MS = 500;
/** No wait is longer. */
export const MAX_BACKOFF_MS = 30_000;
/** Whoever is told that it is too much comes back in the second half of this, at the earliest. */
const OVERLOADED_BACKOFF_MS = 4_000;

/**
 * A wait with full jitter, so that clients of a server that was lost do not come back all at once: anything from 0 up to
 * a bound that doubles with each attempt.
 *
 * @param attempt from 0.
 * @param random from 0 up to 1; default `Math.random()`.
 *
 * @example
 * ```ts
 * import { fullJitterMs } from 'saccade/live/client';
 * console.log(fullJitterMs(3, 500, 30_000, 0.5), fullJitterMs(20, 500, 30_000, 0.5)); // 2000 15000
 * ```
 */
export function fullJitterMs(
  attempt: number,
  firstMs: number = FIRST_BACKOFF_MS,
  longestMs: number = MAX_BACKOFF_MS,
  random: number = Math.random(),
): number {
  return random * Math.min(longestMs, firstMs * 2 ** attempt);
}

/** Bounds of a {@link Backoff}. */
export interface BackoffOptions {
  /** Bound of the first wait. Default 0.5 s; it doubles with every attempt. */
  readonly firstBackoffMs?: number;
  /** The longest wait. Default 30 s. */
  readonly maxBackoffMs?: number;
}

/**
 * The waits of a client that comes back, by how its connections end: see the close codes in PROTOCOL.md.
 *
 * @example
 * ```ts
 * import { Backoff, ConnectionError } from 'saccade/live/client';
 * const backoff = new Backoff();
 * const lost = new ConnectionError('gone', { closeCode: 1006, status: null });
 * const taken = new ConnectionError('the name is taken', { closeCode: 4409, status: null });
 * console.log(backoff.waitMs(lost)! <= 500, backoff.waitMs(lost)! <= 1000, backoff.waitMs(taken)); // true true null
 * ```
 */
export class Backoff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  #attempt = 0;
  /** Of these, those after which a server is back soon. */
  #restarts = 0;

  constructor({ firstBackoffMs = FIRST_BACKOFF_MS, maxBackoffMs = MAX_BACKOFF_MS }: BackoffOptions = {}) {
    this.#firstMs = firstBackoffMs;
    this.#longestMs = maxBackoffMs;
  }

  /** A connection was good for something: waits begin small again. */
  progress(): void {
    this.#attempt = 0;
    this.#restarts = 0;
  }

  /** Milliseconds until the next attempt; `null`: none makes sense. @param error what the last one ended with. */
  waitMs(error: unknown): number | null {
    const retry = retryOf(error);
    if (retry === 'never') return null;
    const attempt = this.#attempt++;
    // At once, whatever was in vain before; but not again and again.
    if (retry === 'restarting') return fullJitterMs(this.#restarts++, this.#firstMs, this.#longestMs);
    if (retry === 'later') return fullJitterMs(attempt, this.#firstMs, this.#longestMs);
    const bound = Math.min(this.#longestMs, Math.max(OVERLOADED_BACKOFF_MS, this.#firstMs * 2 ** attempt));
    return bound / 2 + fullJitterMs(0, bound / 2, this.#longestMs);
  }
}
