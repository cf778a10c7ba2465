/** What writes events in a layout. A layout that can be written is one file here and one line in `encoder.ts`. */
import type { SensorGeometry } from '../../../events/index.ts';

/** Events that were checked. */
export interface EventColumns {
  readonly t: Float64Array;
  readonly x: Uint16Array;
  readonly y: Uint16Array;
  readonly p: Uint8Array;
}

/** Writes chunks of events, and what leads to them. */
export interface EventWriter {
  /** Why an event cannot be written; `null` if it can. @param previous time of the event before. */
  problem(t: number, x: number, y: number, previous: number): string | null;
  /** Writes the next {@link CHUNK_EVENTS} events, or fewer at the end. */
  write(events: EventColumns, count: number): void;
  /** Writes the rest; returns the address of the root group. */
  finish(geometry: SensorGeometry | null): number;
}

/** Events of a chunk, as OpenEB has them. */
export const CHUNK_EVENTS = 16_384;
