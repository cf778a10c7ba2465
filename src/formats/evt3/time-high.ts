/** How TIME_HIGH goes from one event to the next, so that every reader counts the same wraps. */
import type { LeadRaw } from '../prophesee/encode-words.ts';
import { TIME_HIGH, TIME_PART_RANGE } from './words.ts';

/** TIME_HIGH rises by no more at once: readers take longer steps for faults. */
const MAX_HIGH_STEP = 2 ** 10;
/** The last TIME_HIGH before a wrap. */
const LAST_HIGH: number = TIME_PART_RANGE - 1;
/** faery takes no later one for the first: it begins at 0, and leaves out what rises by more. */
const LAST_FIRST_HIGH = TIME_PART_RANGE - 3;
/** The first byte of such a TIME_HIGH is a percent sign, which begins header lines; not all readers know the end marker. */
const PERCENT = 0x25;

/**
 * Whether one TIME_HIGH word may lead from one time to another, both with their wraps and neither before the other.
 * Only a fall from 0xFFF to 0 is a wrap to every reader: OpenEB calls others discontinuities, faery ignores them, and
 * Prophesee's plain decoder misses those from below 0xFF5.
 */
export function reachesHigh(from: number, to: number): boolean {
  return to === from + 1 || (to - from <= MAX_HIGH_STEP && (to & ~LAST_HIGH) === (from & ~LAST_HIGH));
}

/** Microseconds from the first word of a file to its first event, at this time. */
export function silenceBeforeFirst(time: number): number {
  return Math.max(0, time - TIME_PART_RANGE * LAST_FIRST_HIGH);
}

/**
 * TIME_HIGH words up to one from which {@link reachesHigh} the time's own. The first word of all is the time's own too
 * where no wrap lies before it, else one shortly before the first wrap: OpenEB counts time from the first word.
 */
export const leadEvt3: LeadRaw = (state, time, output) => {
  const high = Math.floor(time / TIME_PART_RANGE);
  const put = (): void => {
    output.put16((TIME_HIGH << 12) | (state.high % TIME_PART_RANGE));
  };
  if (state.high < 0) {
    state.high = Math.min(high, LAST_FIRST_HIGH);
    if ((state.high & 0xff) === PERCENT) state.high--;
    put();
  }
  while (!reachesHigh(state.high, high)) {
    const isLast = state.high % TIME_PART_RANGE === LAST_HIGH;
    state.high = isLast ? state.high + 1 : Math.min(state.high + MAX_HIGH_STEP, state.high | LAST_HIGH);
    put();
  }
};
