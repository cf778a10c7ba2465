/** EVT2 words, which EVT2.1 repeats in halves of its own. Bits 31 to 28 are the type; 0 and 1 are events. */
import type { RawState } from '../prophesee/words.ts';
import type { Trigger } from '../side-channels.ts';

export const TIME_HIGH = 0x8;
export const EXT_TRIGGER = 0xa;
/** IMU samples, their continuation, monitoring: types that Prophesee names, without pixel events. */
export const MONITORING: readonly number[] = [0x5, 0xd, 0xe, 0xf];

/** TIME_HIGH has 28 bits, the events 6 more. */
export const TIME_HIGH_RANGE: number = 2 ** 28;
export const LOW_MICROS = 64;

/** A TIME_HIGH word: a fall by more than half its range is a wrap, any other one a step back. */
export function setHigh(state: RawState, high: number): void {
  if (state.high - high > TIME_HIGH_RANGE / 2) state.loops++;
  state.high = high;
  state.highMicros = (state.loops * TIME_HIGH_RANGE + high) * LOW_MICROS;
}

/** What a trigger word says. */
export function triggerFrom(word: number, { highMicros }: RawState): Trigger {
  return {
    tMicros: highMicros + ((word >>> 22) & 0x3f),
    channel: (word >>> 8) & 0x1f,
    edge: (word & 1) === 1 ? 'rising' : 'falling',
  };
}
