/** Times of events that were sent without one. */

/** Tells the time in microseconds. */
export type ArrivalClock = () => number;

/** Options of forms whose events may have no timestamps. */
export interface ArrivalClockOptions {
  /** Gives events without a timestamp the time of their datagram. Default: Unix time. */
  readonly now?: ArrivalClock;
}

/** The computer's clock. */
export const unixMicros: ArrivalClock = () => 1000 * Date.now();
