/** What is known of events without looking at them. */

/** Events that follow each other in a recording. */
export interface EventStretch {
  readonly events: number;
  /** The least and the greatest time, of all segments; of no events they mean nothing. */
  readonly tEarliest: number;
  readonly tLatest: number;
  /** The time segments of its first and its last event. */
  readonly segment: number;
  readonly lastSegment: number;
  /** Time of the first event of `segment`, which may lie in front of these. */
  readonly tOrigin: number;
}
