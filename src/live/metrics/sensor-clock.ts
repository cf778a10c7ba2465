/** How far decisions are behind the clock of a sensor. */
import type { DecisionMessage, SegmentInfo } from '../protocol/index.ts';

/** The least delay is looked for over so long: clocks drift apart by a few milliseconds in that time. */
const WINDOW_MS = 60_000;
/** In so many parts, of which the oldest is forgotten. */
const PARTS = 6;

/**
 * A sensor's clock begins anywhere. What took least from the sensor to here, of the last minute, counts as no delay;
 * everything else is behind that by its age. So what waits in sockets, networks and the camera's own program counts, what
 * is always the same does not. A recording that is replayed slower than it was made falls behind by that.
 */
export class SensorClock {
  #segment: SegmentInfo | null | undefined;
  #clockSegment = 0;
  /** The least of each part, newest last: arrival minus the sensor's time. */
  #least: number[] = [];
  #partBegan = 0;

  /**
   * The age of a decision's newest data, milliseconds.
   *
   * @param now when the decision was made.
   */
  ageOf({ segment, clockSegment, endMicros, latencyMs }: DecisionMessage, now: number): number {
    if (segment !== this.#segment || clockSegment !== this.#clockSegment) {
      this.#segment = segment;
      this.#clockSegment = clockSegment;
      this.#least = [];
    }
    const sensor = endMicros / 1000;
    const arrived = now - latencyMs;
    this.#note(arrived - sensor, arrived);
    return Math.max(0, now - sensor - Math.min(...this.#least));
  }

  #note(delay: number, at: number): void {
    if (this.#least.length === 0 || at - this.#partBegan > WINDOW_MS / PARTS) {
      this.#least.push(delay);
      this.#partBegan = at;
      if (this.#least.length > PARTS) this.#least.shift();
      return;
    }
    const newest = this.#least.length - 1;
    this.#least[newest] = Math.min(this.#least[newest]!, delay);
  }
}
