/** How a filter tells which events of a batch are kept, in plain loops or in WebAssembly. */
import type { EventArrays, EventBatch } from '../../events/index.ts';

/** Events that are looked at together, at most. */
export const RUN_EVENTS = 16_384;

/** What became of the first events of a batch. */
export interface Selected {
  /** How many they are: all, or those in front of one that something else has to happen before. */
  readonly events: number;
  /** Those that lie at the beginning of the room now. */
  readonly kept: number;
  /** Those outside the sensor. */
  readonly outside: number;
}

/** State of one camera, and how it decides about its events. */
export interface Selection {
  /** A time segment begins, with an event of this time. @returns whether there is memory for it. */
  begin(micros: number): boolean;
  /**
   * Writes the events that are kept to the beginning of `room`.
   *
   * @param batch at most {@link RUN_EVENTS} events; its arrays may be longer.
   * @param room may be the batch's own arrays, or begin in front of them in the same memory.
   */
  select(batch: EventBatch, room: EventArrays): Selected;
  /** The stream is over: memory may go. */
  end(): void;
}

/** A column of events. */
export type Column = keyof EventArrays;

export const COLUMNS: readonly Column[] = ['t', 'x', 'y', 'p'];

/** Entries of a column; a view costs as much as copying a hundred events. */
export function entries<Numbers extends EventArrays[Column]>(
  column: Numbers,
  from: number,
  to: number,
): Numbers {
  return from === 0 && to === column.length ? column : (column.subarray(from, to) as Numbers);
}

/** Copies a column, of which `events` entries count. */
export function copyColumn(name: Column, from: EventArrays, to: EventArrays, events: number): void {
  const source = from[name];
  const target = to[name];
  if (source.buffer === target.buffer && source.byteOffset === target.byteOffset) return;
  target.set(entries(source, 0, events));
}
