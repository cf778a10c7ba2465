/** The frame of filters that judge or move one event after the other. */
import {
  allocateEvents,
  batchOf,
  type EventArrays,
  type EventBatch,
  type SensorGeometry,
} from '../events/index.ts';
import { CANONICAL_RECORD_BYTES } from '../events/index.ts';
import { noteFreshMemory } from '../events/fresh-memory.ts';
import type { EventFilter, FilterReport } from './event-filter.ts';

/** Memory for the events of a filter. */
export function freshRoom(events: number): EventArrays {
  noteFreshMemory(events * CANONICAL_RECORD_BYTES);
  return allocateEvents(events);
}

/** Counts of removed events by reason, as a report shows them. */
export function countedReasons(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/**
 * A filter that hands on every event at once or not at all. A subclass has a plain loop over the arrays, which writes each
 * event that it reads to the next free place and goes on to the place behind it if the event is kept: without a branch, as
 * what is kept is as good as random. In place, no event is overwritten before it was read.
 */
export abstract class EventwiseFilter implements EventFilter {
  readonly sensor: SensorGeometry;
  readonly #id: string;
  #segment: number | null = null;
  #events = 0;
  #kept = 0;
  /** Removed events by reason. */
  protected readonly removed: Record<string, number> = {};

  constructor(id: string, sensor: SensorGeometry) {
    this.#id = id;
    this.sensor = sensor;
  }

  get report(): FilterReport {
    const removed = countedReasons(this.removed);
    return { filter: this.#id, events: this.#events, kept: this.#kept, added: 0, held: 0, removed };
  }

  push(batch: EventBatch, room: EventArrays = freshRoom(batch.length)): EventBatch[] {
    const { length, segment } = batch;
    if (length === 0) return [];
    if (segment !== this.#segment) {
      this.#segment = segment;
      this.begin(batch.t[0]!);
    }
    this.#events += length;
    const kept = this.select(batch, room);
    this.#kept += kept;
    return kept === 0 ? [] : [batchOf(room, kept, this.sensor, segment)];
  }

  finish(): EventBatch[] {
    this.#segment = null;
    return [];
  }

  abandon(): number {
    return 0;
  }

  protected remove(reason: string, events: number): void {
    this.removed[reason] = (this.removed[reason] ?? 0) + events;
  }

  /** A time segment begins, with an event of this time. */
  protected begin(_micros: number): void {
    // Most remember nothing.
  }

  /** Writes the events that are left to the beginning of `room`. @returns how many they are. */
  protected abstract select(batch: EventBatch, room: EventArrays): number;
}
