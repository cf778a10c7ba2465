/** How far apart the clocks of two processes are. */
import type { ClockExchange } from '../live/index.ts';

/** An estimate with bounds. */
export interface ClockEstimate {
  /** The other clock less our own at `atMs` of ours. */
  readonly offsetMs: number;
  /** The true offset at that time is no further away than this, if both clocks run evenly. */
  readonly uncertaintyMs: number;
  readonly atMs: number;
  /** How much faster the other clock goes, parts in a million, and how well that is known; `null` of one exchange. */
  readonly driftPpm: number | null;
  readonly driftUncertaintyPpm: number | null;
  /** The drift that was taken: 0 unless the exchanges cannot do without one. */
  readonly usedDriftPpm: number;
  /** Whether one straight line agrees with all exchanges: else a clock was set, or jumped. */
  readonly consistent: boolean;
  readonly exchanges: number;
  readonly rttMs: { readonly min: number; readonly median: number };
}

/** The run is cut into so many parts; the quickest exchange of each counts. */
const PARTS = 24;
/** Slopes that are tried between the flattest and the steepest. */
const SLOPES = 200;

/** What an exchange says: the offset lies between two bounds, as no message arrives before it was sent. */
interface Bound {
  readonly at: number;
  readonly low: number;
  readonly high: number;
}

interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * The offset between two clocks from questions and answers, as NTP asks: the quicker an exchange, the closer its bounds.
 * The bounds are strict, however unlike the ways there and back are: no distribution is assumed. For the drift, all
 * straight lines between the bounds are possible (the linear programme of Moon, Skelly and Towsley, INFOCOM 1999).
 *
 * @returns `null` without exchanges.
 */
export function estimateClock(exchanges: readonly ClockExchange[]): ClockEstimate | null {
  if (exchanges.length === 0) return null;
  const rtt = exchanges.map(roundTripMs).sort((a, b) => a - b);
  const bounds = quickest(exchanges).map(boundOf);
  const slopes = slopeRange(bounds);
  const constant = intersection(bounds, 0, 0);
  const possible = slopes.low <= slopes.high;
  const drift = constant === null && possible ? (slopes.low + slopes.high) / 2 : 0;
  const atMs = (bounds[0]!.at + bounds.at(-1)!.at) / 2;
  const range = possible ? offsetRange(bounds, slopes, atMs) : narrowest(bounds);
  const bounded = Number.isFinite(slopes.low) && possible;
  return {
    offsetMs: (range.low + range.high) / 2,
    uncertaintyMs: (range.high - range.low) / 2,
    atMs,
    driftPpm: bounded ? (1e6 * (slopes.low + slopes.high)) / 2 : null,
    driftUncertaintyPpm: bounded ? (1e6 * (slopes.high - slopes.low)) / 2 : null,
    usedDriftPpm: 1e6 * drift,
    consistent: possible,
    exchanges: exchanges.length,
    rttMs: { min: rtt[0]!, median: rtt[(rtt.length - 1) >> 1]! },
  };
}

/** A time of the other clock in ours; the same where there is one clock. */
export function toOwnClock(otherMs: number, clock: ClockEstimate | null): number {
  if (clock === null) return otherMs;
  const about = otherMs - clock.offsetMs;
  return about - (clock.usedDriftPpm / 1e6) * (about - clock.atMs);
}

function roundTripMs({ askedAtMs, receivedAtMs, sentAtMs, answeredAtMs }: ClockExchange): number {
  return answeredAtMs - askedAtMs - (sentAtMs - receivedAtMs);
}

function boundOf({ askedAtMs, receivedAtMs, sentAtMs, answeredAtMs }: ClockExchange): Bound {
  return {
    at: (askedAtMs + answeredAtMs) / 2,
    low: sentAtMs - answeredAtMs,
    high: receivedAtMs - askedAtMs,
  };
}

/** The quickest exchange of each part of the run, in order. */
function quickest(exchanges: readonly ClockExchange[]): ClockExchange[] {
  const ordered = [...exchanges].sort((a, b) => a.askedAtMs - b.askedAtMs);
  const from = ordered[0]!.askedAtMs;
  const span = ordered.at(-1)!.askedAtMs - from || 1;
  const best = new Map<number, ClockExchange>();
  for (const exchange of ordered) {
    const part = Math.min(PARTS - 1, Math.floor((PARTS * (exchange.askedAtMs - from)) / span));
    const other = best.get(part);
    if (other === undefined || roundTripMs(exchange) < roundTripMs(other)) best.set(part, exchange);
  }
  return [...best.values()];
}

/** Slopes of the lines that pass between all bounds. */
function slopeRange(bounds: readonly Bound[]): Range {
  let [low, high] = [-Infinity, Infinity];
  for (const [i, a] of bounds.entries()) {
    for (const b of bounds.slice(i + 1)) {
      low = Math.max(low, (b.low - a.high) / (b.at - a.at));
      high = Math.min(high, (b.high - a.low) / (b.at - a.at));
    }
  }
  return { low, high };
}

/** Offsets at a time that agree with all bounds, for a slope. */
function intersection(bounds: readonly Bound[], slope: number, atMs: number): Range | null {
  const low = Math.max(...bounds.map((bound) => bound.low - slope * (bound.at - atMs)));
  const high = Math.min(...bounds.map((bound) => bound.high - slope * (bound.at - atMs)));
  return low <= high ? { low, high } : null;
}

/** Offsets at a time of all lines that agree with all bounds; the region of such lines is convex. */
function offsetRange(bounds: readonly Bound[], slopes: Range, atMs: number): Range {
  if (!Number.isFinite(slopes.low)) return narrowest(bounds);
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i <= SLOPES; i++) {
    const range = intersection(bounds, slopes.low + ((slopes.high - slopes.low) * i) / SLOPES, atMs);
    if (range === null) continue;
    low = Math.min(low, range.low);
    high = Math.max(high, range.high);
  }
  return low <= high ? { low, high } : narrowest(bounds);
}

function narrowest(bounds: readonly Bound[]): Range {
  return bounds.reduce((best, bound) => (bound.high - bound.low < best.high - best.low ? bound : best));
}
