/** When to try again. */

/** The first wait is at most this. */
export const FIRST_BACKOFF_MS = 500;
/** No wait is longer. */
export const MAX_BACKOFF_MS = 30_000;

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
