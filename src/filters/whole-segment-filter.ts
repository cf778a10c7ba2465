/** The frame of filters that hold a time segment until it is over: not for live use. */
import {
  batchOf,
  concatBatches,
  type EventArrays,
  type EventBatch,
  type SensorGeometry,
} from '../events/index.ts';
import type { EventFilter, FilterReport } from './event-filter.ts';
import { countedReasons, freshRoom } from './eventwise-filter.ts';
import { compact } from './selection/plain-selection.ts';

/** A subclass says which events of a segment are kept, or changes them when all are there, or both. */
export abstract class WholeSegmentFilter implements EventFilter {
  readonly sensor: SensorGeometry;
  readonly #id: string;
  readonly #reason: string;
  #waiting: EventBatch[] = [];
  #held = 0;
  #events = 0;
  #kept = 0;
  #outside = 0;

  /** @param reason why events are left out that are inside the sensor. */
  constructor(id: string, sensor: SensorGeometry, reason: string) {
    this.#id = id;
    this.sensor = sensor;
    this.#reason = reason;
  }

  get report(): FilterReport {
    const counts = { events: this.#events, kept: this.#kept, added: 0, held: this.#held };
    const left = this.#events - this.#kept - this.#held - this.#outside;
    const removed = countedReasons({ 'outside-sensor': this.#outside, [this.#reason]: left });
    return { filter: this.#id, ...counts, removed };
  }

  push(batch: EventBatch): EventBatch[] {
    if (batch.length === 0) return [];
    const last = this.#waiting.at(-1);
    const ended = last !== undefined && last.segment !== batch.segment ? this.#endSegment() : [];
    this.#waiting.push(this.#copied(batch));
    this.#events += batch.length;
    this.#held += batch.length;
    return ended;
  }

  finish(): EventBatch[] {
    const ended = this.#endSegment();
    this.reset();
    return ended;
  }

  abandon(): number {
    const held = this.#held;
    this.#waiting = [];
    this.#events -= held;
    this.#held = 0;
    return held;
  }

  /** Takes `keeps` from events of a segment that are left out; those outside the sensor have none. */
  protected judge(_segment: EventBatch, _keeps: Uint8Array): void {
    // All are kept.
  }

  /** Changes the events that are kept, where they are. */
  protected change(_events: EventArrays, _length: number): void {
    // As they are.
  }

  /** The stream is over. */
  protected reset(): void {
    // Most remember nothing from one segment to the next.
  }

  #endSegment(): EventBatch[] {
    if (this.#waiting.length === 0) return [];
    const segment = concatBatches(this.#waiting);
    this.#waiting = [];
    this.#held = 0;
    const { x, y, length } = segment;
    const { width, height } = this.sensor;
    const keeps = new Uint8Array(length);
    for (let i = 0; i < length; i++) keeps[i] = x[i]! < width && y[i]! < height ? 1 : 0;
    const outside = keeps.reduce((sum, keep) => sum - keep, length);
    this.#outside += outside;
    if (outside < length) this.judge(segment, keeps);
    const kept = compact(segment, { length, keeps }, segment);
    this.#kept += kept;
    if (kept === 0) return [];
    this.change(segment, kept);
    return [batchOf(segment, kept, this.sensor, segment.segment)];
  }

  /** Whoever pushes may use the batch's memory again. */
  #copied(batch: EventBatch): EventBatch {
    const copy = freshRoom(batch.length);
    for (const name of ['t', 'x', 'y', 'p'] as const) copy[name].set(batch[name].subarray(0, batch.length));
    return { ...copy, length: batch.length, geometry: this.sensor, segment: batch.segment };
  }
}
