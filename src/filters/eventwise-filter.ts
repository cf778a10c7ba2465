/** The frame of filters that judge or move one event after the other. */
import {
  allocateEvents,
  batchOf,
  CANONICAL_RECORD_BYTES,
  sliceBatch,
  type EventArrays,
  type EventBatch,
  type SensorGeometry,
} from '../events/index.ts';
import { noteFreshMemory } from '../events/fresh-memory.ts';
import type { EventFilter, FilterReport } from './event-filter.ts';
import { RUN_EVENTS, type Selection } from './selection/selection.ts';

/** Memory for the events of a filter. */
export function freshRoom(events: number): EventArrays {
  noteFreshMemory(events * CANONICAL_RECORD_BYTES);
  return allocateEvents(events);
}

/** Counts of removed events by reason, as a report shows them. */
export function countedReasons(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** See {@link EventwiseFilter}. */
export interface EventwiseFilterOptions {
  readonly id: string;
  /** That of the events that come out. */
  readonly sensor: SensorGeometry;
  /** Why events are left out that are inside the sensor of those that come. */
  readonly reason: string;
  /** How events are judged where nothing is faster. */
  readonly plain: () => Selection;
  /** How they are where there is WebAssembly; the same, bit for bit. `null`: in no other way. */
  readonly kernel: Selection | null;
}

/** A filter that hands on every event at once or not at all. */
export class EventwiseFilter implements EventFilter {
  readonly sensor: SensorGeometry;
  readonly #options: EventwiseFilterOptions;
  #plain: Selection | undefined;
  #selection: Selection | undefined;
  #segment: number | null = null;
  #events = 0;
  #kept = 0;
  #outside = 0;

  constructor(options: EventwiseFilterOptions) {
    this.#options = options;
    this.sensor = options.sensor;
    // Tables that are too large are known before the first event.
    if (options.kernel === null) this.#plain = options.plain();
  }

  /** None waits. */
  get held(): number {
    return 0;
  }

  get report(): FilterReport {
    const { id, reason } = this.#options;
    const counts = { 'outside-sensor': this.#outside, [reason]: this.#events - this.#outside - this.#kept };
    const removed = countedReasons(counts);
    return { filter: id, events: this.#events, kept: this.#kept, added: 0, held: 0, removed };
  }

  push(batch: EventBatch, room: EventArrays = freshRoom(batch.length)): EventBatch[] {
    const { length, segment } = batch;
    if (length === 0) return [];
    if (segment !== this.#segment) {
      this.#segment = segment;
      this.#selection = this.#begin(batch.t[0]!);
    }
    const kept = this.#select(this.#selection!, batch, room);
    this.#events += length;
    this.#kept += kept;
    return kept === 0 ? [] : [batchOf(room, kept, this.sensor, segment)];
  }

  finish(): EventBatch[] {
    this.#segment = null;
    this.#selection?.end();
    this.#selection = undefined;
    return [];
  }

  abandon(): number {
    return 0;
  }

  #begin(micros: number): Selection {
    const { kernel, plain } = this.#options;
    if (kernel?.begin(micros)) return kernel;
    this.#plain ??= plain();
    this.#plain.begin(micros);
    return this.#plain;
  }

  #select(selection: Selection, batch: EventBatch, room: EventArrays): number {
    const { length } = batch;
    let kept = 0;
    for (let from = 0; from < length;) {
      const part = sliceBatch(batch, from, Math.min(length, from + RUN_EVENTS));
      const selected = selection.select(part, kept === 0 ? room : roomFrom(room, kept));
      this.#outside += selected.outside;
      kept += selected.kept;
      from += selected.events;
    }
    return kept;
  }
}

function roomFrom({ t, x, y, p }: EventArrays, at: number): EventArrays {
  return { t: t.subarray(at), x: x.subarray(at), y: y.subarray(at), p: p.subarray(at) };
}
