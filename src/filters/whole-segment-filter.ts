/**
 * The frame of filters that hold a time segment until it is over: not for live use. How much they may hold is bounded where they are
 * used: `FilterChainOptions.maxHeldEvents`, and a camera's share of `maxOpenBytes`.
 */
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

/** Room for events is made of as many as are held, between these. */
const LEAST_EVENTS = 256;
const ROOM_EVENTS = 65_536;

/** A subclass says which events of a segment are kept, or changes them when all are there, or both. */
export abstract class WholeSegmentFilter implements EventFilter {
  readonly sensor: SensorGeometry;
  readonly #id: string;
  readonly #reason: string;
  /** Events of the open segment: full, but for the last one. */
  #rooms: EventArrays[] = [];
  /** Events in the last one. */
  #filled = 0;
  #segment = 0;
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

  get held(): number {
    return this.#held;
  }

  get report(): FilterReport {
    const counts = { events: this.#events, kept: this.#kept, added: 0, held: this.#held };
    const left = this.#events - this.#kept - this.#held - this.#outside;
    const removed = countedReasons({ 'outside-sensor': this.#outside, [this.#reason]: left });
    return { filter: this.#id, ...counts, removed };
  }

  push(batch: EventBatch): EventBatch[] {
    if (batch.length === 0) return [];
    const ended = batch.segment === this.#segment ? [] : this.#endSegment();
    this.#segment = batch.segment;
    this.#hold(batch);
    this.#events += batch.length;
    return ended;
  }

  finish(): EventBatch[] {
    const ended = this.#endSegment();
    this.reset();
    return ended;
  }

  abandon(): number {
    const held = this.#held;
    this.#events -= held;
    this.#letGo();
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
    if (this.#held === 0) return [];
    const last = this.#rooms.length - 1;
    const segment = concatBatches(
      this.#rooms.map((room, i) =>
        batchOf(room, i === last ? this.#filled : room.t.length, this.sensor, this.#segment),
      ),
    );
    this.#letGo();
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

  /** Whoever pushes may use the batch's memory again. What is held takes as much in batches of one event as in large ones. */
  #hold({ t, x, y, p, length }: EventBatch): void {
    for (let from = 0; from < length;) {
      let room = this.#rooms.at(-1);
      if (room === undefined || this.#filled === room.t.length) {
        room = freshRoom(Math.min(ROOM_EVENTS, Math.max(LEAST_EVENTS, this.#held)));
        this.#rooms.push(room);
        this.#filled = 0;
      }
      const to = Math.min(length, from + room.t.length - this.#filled);
      room.t.set(t.subarray(from, to), this.#filled);
      room.x.set(x.subarray(from, to), this.#filled);
      room.y.set(y.subarray(from, to), this.#filled);
      room.p.set(p.subarray(from, to), this.#filled);
      this.#filled += to - from;
      this.#held += to - from;
      from = to;
    }
  }

  #letGo(): void {
    this.#rooms = [];
    this.#filled = 0;
    this.#held = 0;
  }
}
