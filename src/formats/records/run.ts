/** A run of events being filled from records, with its account. */
import type { EventArrays } from '../../events/index.ts';
import { giveSpace, RUN_EVENTS, takeSpace, type RunSpace } from './run-space.ts';

/** Events so far are the first `length` entries of `arrays`, which have more room than the run. */
export interface RecordRun {
  readonly space: RunSpace;
  arrays: EventArrays;
  /** Most events that it is to hold. */
  readonly capacity: number;
  length: number;
  on: number;
  backwardSteps: number;
  /** Time of the last event, -Infinity before the first. */
  previous: number;
  notPixel: number;
  outside: number;
}

/**
 * An empty run with room for `capacity` events, at most {@link RUN_EVENTS}. End it with `endRun`. More fields are added
 * by `Object.assign`: those of an object made by spreading are slow to write to.
 */
export function startRun(capacity: number): RecordRun {
  const space = takeSpace();
  return {
    space,
    arrays: space.arrays,
    capacity: Math.min(capacity, RUN_EVENTS),
    length: 0,
    on: 0,
    backwardSteps: 0,
    previous: -Infinity,
    notPixel: 0,
    outside: 0,
  };
}

/**
 * A place of so many bytes in the run's memory, as a byte offset; see `RunSpace.room`.
 *
 * @throws RangeError where there is not so much memory.
 */
export function roomInRun(run: RecordRun, bytes: number): number {
  const at = run.space.room(bytes);
  run.arrays = run.space.arrays;
  return at;
}

/** The events of a run, which must not be used afterwards, in arrays of their own. */
export function endRun({ space, length }: RecordRun): EventArrays {
  const arrays = space.copy(length);
  giveSpace(space);
  return arrays;
}
