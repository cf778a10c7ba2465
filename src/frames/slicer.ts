/** What every slicer of a stream provides. */
import { integerOption, OptionError, type EventBatch } from '../events/index.ts';
import type { EventSlice } from './types.ts';

/**
 * What happens to the window that is open when a time segment or the recording ends: left out, closed with empty steps, or
 * closed only if it is the segment's first (`pad-first`: a recording a little shorter than a window still counts, the
 * short rest behind a whole window does not).
 */
export type RemainderPolicy = 'drop' | 'pad' | 'pad-first';

/** All policies. */
export const REMAINDER_POLICIES: readonly RemainderPolicy[] = ['drop', 'pad', 'pad-first'];

/** Whether the open window is closed at the end. */
export function padsAtEnd(policy: RemainderPolicy, window: number): boolean {
  return policy === 'pad' || (policy === 'pad-first' && window === 0);
}

/** A duration that was given as an option. @throws OptionError for what is not above 0. */
export function positiveMicros(option: string, micros: number): number {
  if (micros > 0 && Number.isFinite(micros)) return micros;
  throw new OptionError(option, `must be above 0, got ${micros}`);
}

/** More steps than this are a wrong unit, not a wish. */
export const MAX_STEPS = 1_000_000;

/** T, given as an option. @throws OptionError for what is no whole number from 1 to a million. */
export function stepsOption(steps: number): number {
  return integerOption('steps', steps, 1, MAX_STEPS);
}

/** What a slicer left out. */
export interface SliceReport {
  /** Events before the step that was open when they came: left out. */
  readonly lateEvents: number;
  /** Events of windows that a segment's end left incomplete, dropped; those in another window are none. */
  readonly remainderEvents: number;
  /** Windows without events that were passed over. */
  readonly emptyWindows: number;
  /** Events that windows, or steps of a window, share: one for each further one that has an event. */
  readonly repeatedEvents: number;
}

/**
 * Cuts a stream into windows of T time steps. Where batches are cut never changes the slices: a recording
 * as a whole and the same events live give the same.
 *
 * A batch of another time segment (`EventBatch.segment`) ends the one before as the end of the recording would: no window
 * reaches over a reset of the clock. Windows are numbered on.
 */
export interface EventSlicer {
  /** Takes the next events and returns the time steps they closed. */
  push(batch: EventBatch): EventSlice[];
  /**
   * Closes the open window now, its remaining steps empty: for a camera that fell silent. What comes later
   * for this window is late. Slices of recordings have no use for it and return nothing.
   */
  flush(): EventSlice[];
  /** Ends the recording. The slicer is then as new, but for its report. */
  finish(): EventSlice[];
  /**
   * Lets the open window go, and begins the next one with the next event: for a stream that has a gap. Windows are numbered
   * on.
   *
   * @returns events that were not handed out, and now never are.
   */
  abandon(): number;
  /**
   * Events of the open window so far, those of closed steps too; 0 between two windows. Where windows overlap, and no step
   * of the open one has left yet, those that no window has.
   */
  readonly windowEvents: number;
  /** Events that are still to be handed out. */
  readonly openEvents: number;
  /** Batches, or parts of them, that are still to be handed out, in the order in which they came. */
  readonly held: readonly EventBatch[];
  readonly report: SliceReport;
}

/** A report that can be written to. */
export type MutableSliceReport = { -readonly [Key in keyof SliceReport]: number };

/** A report of nothing. */
export function emptySliceReport(): MutableSliceReport {
  return { lateEvents: 0, remainderEvents: 0, emptyWindows: 0, repeatedEvents: 0 };
}
