/** A run of events being filled from records, with its account. */
import { allocateEvents, type EventArrays } from '../../events/index.ts';

/** Events so far are the first `length` entries of `arrays`. */
export interface RecordRun {
  readonly arrays: EventArrays;
  length: number;
  on: number;
  backwardSteps: number;
  /** Time of the last event, -Infinity before the first. */
  previous: number;
  notPixel: number;
  outside: number;
}

/** An empty run with room for `capacity` events. */
export function startRun(capacity: number): RecordRun {
  return {
    arrays: allocateEvents(capacity),
    length: 0,
    on: 0,
    backwardSteps: 0,
    previous: -Infinity,
    notPixel: 0,
    outside: 0,
  };
}

/** The arrays of a run, copied if they are mostly empty, so that a batch does not hold memory that nobody sees. */
export function trimmed({ arrays, length }: RecordRun): EventArrays {
  if (2 * length >= arrays.t.length) return arrays;
  return {
    t: arrays.t.slice(0, length),
    x: arrays.x.slice(0, length),
    y: arrays.y.slice(0, length),
    p: arrays.p.slice(0, length),
  };
}
