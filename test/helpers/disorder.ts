/** Streams of events out of order, and what sorting them should give. */
import * as fc from 'fast-check';
import { allocateEvents, batchOf, type EventBatch } from '../../src/events/index.ts';

/** An event of a time segment; `x` and `y` number it, so that equal times can be told apart. */
export interface NumberedEvent {
  readonly t: number;
  readonly segment: number;
  readonly number: number;
}

/** Segments with times in any order, ties among them. */
export const disorderly: fc.Arbitrary<NumberedEvent[]> = fc
  .array(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 60 }), { maxLength: 4 })
  .map((segments) =>
    segments
      .flatMap((times, segment) => times.map((t) => ({ t, segment })))
      .map((event, number) => ({ ...event, number })),
  );

/** Batches of at most `size` events; a segment begins a new one. */
export function batchesOf(events: readonly NumberedEvent[], size: number): EventBatch[] {
  const batches: EventBatch[] = [];
  for (let from = 0; from < events.length;) {
    const { segment } = events[from]!;
    let to = from;
    while (to < events.length && to - from < size && events[to]!.segment === segment) to++;
    const arrays = allocateEvents(to - from);
    for (let i = from; i < to; i++) {
      arrays.t[i - from] = events[i]!.t;
      arrays.x[i - from] = events[i]!.number & 0xff;
      arrays.y[i - from] = events[i]!.number >> 8;
      arrays.p[i - from] = events[i]!.number & 1;
    }
    batches.push(batchOf(arrays, to - from, { width: 256, height: 256 }, segment));
    from = to;
  }
  return batches;
}

/** What is in batches. */
export function eventsOf(batches: readonly EventBatch[]): NumberedEvent[] {
  return batches.flatMap(({ t, x, y, segment }) =>
    Array.from(t, (time, i) => ({ t: time, segment, number: x[i]! + 256 * y[i]! })),
  );
}

/** Each segment sorted by the engine's own stable sort. */
export function sortedOracle(events: readonly NumberedEvent[]): NumberedEvent[] {
  return [...events].sort((a, b) => a.segment - b.segment || a.t - b.t);
}
