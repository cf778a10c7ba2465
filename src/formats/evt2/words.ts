/** EVT2 words, which EVT2.1 repeats in the upper halves of its own. Bits 31 to 28 are the type. */

export const CD_OFF = 0x0;
export const CD_ON = 0x1;
export const TIME_HIGH = 0x8;
export const EXT_TRIGGER = 0xa;
/** IMU samples, their continuation, monitoring: of types that Prophesee names but that hold no pixel events. */
export const MONITORING: readonly number[] = [0x5, 0xd, 0xe, 0xf];

/** TIME_HIGH has 28 bits, the events 6 more. */
export const TIME_HIGH_RANGE: number = 2 ** 28;
export const LOW_MICROS = 64;
/** Microseconds that a file's times must stay below. */
export const TIME_RANGE: number = TIME_HIGH_RANGE * LOW_MICROS;

/** The clock that TIME_HIGH words set. */
export interface HighClock {
  /** Microseconds of the last TIME_HIGH, wraps included; -1 before the first. */
  micros: number;
  high: number;
  wraps: number;
}

/** A TIME_HIGH word: a fall by more than half its range is a wrap, any other one a step back. */
export function setHigh(clock: HighClock, high: number): void {
  if (clock.high - high > TIME_HIGH_RANGE / 2) clock.wraps++;
  clock.high = high;
  clock.micros = (clock.wraps * TIME_HIGH_RANGE + high) * LOW_MICROS;
}
