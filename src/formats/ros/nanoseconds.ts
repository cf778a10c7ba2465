/** Nanoseconds in whole microseconds: to the nearest, halves to the even one, as everywhere in saccade. */

import { MessageError } from './message-reader.ts';

const NANOS = 1000;
/** Words, and counters that run over, add less. */
const MOST_ADDED_MICROS = 2 ** 52;

/** A time in nanoseconds beyond 2^53. */
export interface NanosecondBase {
  readonly micros: number;
  /** What is left, 0 to 999. */
  readonly nanos: number;
}

/** Parts a time to which more is added. @throws MessageError for one beyond what times can be. */
export function nanosecondBase(nanos: bigint): NanosecondBase {
  const micros = Number(nanos / 1000n);
  if (micros > Number.MAX_SAFE_INTEGER - MOST_ADDED_MICROS)
    throw new MessageError('has a time that cannot be');
  return { micros, nanos: Number(nanos % 1000n) };
}

/** The same in whole microseconds. */
export function baseMicros(nanos: bigint): number {
  const base = nanosecondBase(nanos);
  return roundedMicros(base.micros, base.nanos);
}

/** `micros` and `nanos` together. */
export function roundedMicros(micros: number, nanos: number): number {
  const whole = micros + Math.floor(nanos / NANOS);
  const left = nanos % NANOS;
  return whole + (left > 500 || (left === 500 && whole % 2 !== 0) ? 1 : 0);
}
