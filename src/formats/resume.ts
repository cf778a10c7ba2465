/** Going on in the middle of a recording: what a decoder knows at a place, so that another one can decode from there. */
import { EventFormatError } from './errors.ts';

/**
 * A place of a recording from which decoding can go on. All events in front of it come from the bytes before
 * `byteOffset`, all others from those behind. Plain numbers, so that it can be stored.
 */
export interface ResumePoint {
  /** Of the first byte that a decoder which goes on from here is to be given. */
  readonly byteOffset: number;
  /** The time segment there. */
  readonly segment: number;
  /** What the format's decoder must know there: its clock, a row that words refer to. Each format has its own. */
  readonly state: readonly number[];
}

/** What a decoder says of the place where it stands. */
export interface ResumePlace {
  /** Bytes that were pushed and wait until what they belong to is complete. */
  readonly pendingBytes: number;
  readonly state: readonly number[];
}

/**
 * The numbers of a state, if they are as many as the format has.
 *
 * @param mayHaveMore whether `count` are the least.
 * @throws EventFormatError `CORRUPT_DATA`, for states that come from a damaged index or another format's.
 */
export function resumeState(
  { state, byteOffset }: ResumePoint,
  count: number,
  mayHaveMore = false,
): readonly number[] {
  const isLong = mayHaveMore ? state.length >= count : state.length === count;
  if (isLong && state.every((value) => Number.isSafeInteger(value))) return state;
  throw impossiblePlace(byteOffset);
}

/** The state of a resume point cannot be. */
export function impossiblePlace(byteOffset: number): EventFormatError {
  return new EventFormatError(
    'CORRUPT_DATA',
    byteOffset,
    'The place to go on from is not one of this format. Build the index of the recording again.',
  );
}
