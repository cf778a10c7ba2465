/** The time that a step's events are placed in. */
import type { EventSlice } from './types.ts';

/** Microseconds: the step's own beginning and end, or the times of its first and last event, in the order in which they came. */
export function spanOf(
  { startMicros, endMicros, batches }: EventSlice,
  span: 'step' | 'events',
): readonly [start: number, end: number] {
  if (span === 'step') return [startMicros, endMicros];
  const filled = batches.filter(({ length }) => length > 0);
  return [filled[0]?.t[0] ?? startMicros, filled.at(-1)?.t.at(-1) ?? startMicros];
}
