/** The time segments of a recording. */
import type { EventBatch } from './event-batch.ts';
import { firstStepBack } from './time-order.ts';

/** Segments that are kept; more are only counted. */
const MAX_SEGMENTS = 1000;

/** One time segment. Its first event need not be its earliest. */
export interface SegmentSummary {
  readonly segment: number;
  events: number;
  readonly tFirst: number;
  tLast: number;
  tEarliest: number;
  tLatest: number;
}

/** Notes events and times of each segment that has events. */
export class SegmentAccount {
  /** The first 1,000. */
  readonly segments: SegmentSummary[] = [];
  #current: SegmentSummary | undefined;

  /** @param inOrder as for `RateHistogram.push`. */
  push({ t, length, segment }: EventBatch, inOrder: number = firstStepBack(t, 0, length)): void {
    if (length === 0) return;
    if (this.#current?.segment !== segment) {
      const first = t[0]!;
      this.#current = { segment, events: 0, tFirst: first, tLast: first, tEarliest: first, tLatest: first };
      if (this.segments.length < MAX_SEGMENTS) this.segments.push(this.#current);
    }
    const summary = this.#current;
    summary.events += length;
    summary.tLast = t[length - 1]!;
    let tEarliest = Math.min(summary.tEarliest, t[0]!);
    let tLatest = Math.max(summary.tLatest, t[inOrder - 1]!);
    for (let i = inOrder; i < length; i++) {
      const time = t[i]!;
      if (time < tEarliest) tEarliest = time;
      else if (time > tLatest) tLatest = time;
    }
    summary.tEarliest = tEarliest;
    summary.tLatest = tLatest;
  }
}
