/** The time segments of a recording. */
import type { EventBatch } from '../events/index.ts';

/** Segments that are kept; more are only counted. */
const MAX_SEGMENTS = 1000;

/** One time segment. */
export interface SegmentSummary {
  readonly segment: number;
  events: number;
  readonly tFirst: number;
  tLast: number;
}

/** Notes events and times of each segment that has events. */
export class SegmentAccount {
  /** The first 1,000. */
  readonly segments: SegmentSummary[] = [];
  #current: SegmentSummary | undefined;

  push({ t, length, segment }: EventBatch): void {
    if (length === 0) return;
    if (this.#current?.segment !== segment) {
      this.#current = { segment, events: 0, tFirst: t[0]!, tLast: t[0]! };
      if (this.segments.length < MAX_SEGMENTS) this.segments.push(this.#current);
    }
    this.#current.events += length;
    this.#current.tLast = t[length - 1]!;
  }
}
