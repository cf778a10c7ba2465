/** The plain loop from events to EVT3 words: the oracle of the kernel, and what runs where there is no WebAssembly. */
import type { EventBatch } from '../../events/index.ts';
import { canHold, type EncodeRaw, type RawEncodeState, type WordOutput } from '../prophesee/encode-words.ts';
import {
  ADDR_X,
  ADDR_Y,
  TIME_HIGH,
  TIME_LOW,
  TIME_PART_RANGE,
  VECT_12,
  VECT_8,
  VECT_BASE_X,
} from './words.ts';

/** TIME_HIGH never steps by more than this, or readers would take a long silence for a wrap or lose one. */
const MAX_HIGH_STEP = 2 ** 10;
/** From so many pixels on a triplet of vectors is shorter than single events. */
const MIN_VECTOR_PIXELS = 5;
const VECTOR_PIXELS = 32;
const MAX_EVENT_BYTES = 8;

/** See {@link EncodeRaw}. Stops before the first event of all, and where TIME_HIGH must step more than once. */
export const encodeEvt3Scalar: EncodeRaw = (state, batch, from, output) => {
  const { length, t, x, y, p } = batch;
  output.reserve(MAX_EVENT_BYTES * (length - from));
  const { view } = output;
  let at = output.length;
  const put = (type: number, value: number): void => {
    view.setUint16(at, (type << 12) | value, true);
    at += 2;
  };
  let i = from;
  while (i < length && canHold(batch, i, state.last)) {
    const time = t[i]!;
    if (time !== state.micros) {
      const high = Math.floor(time / TIME_PART_RANGE);
      if (state.high < 0 || high - state.high > MAX_HIGH_STEP) break;
      if (high !== state.high) put(TIME_HIGH, high % TIME_PART_RANGE);
      put(TIME_LOW, time % TIME_PART_RANGE);
      state.high = high;
      state.micros = time;
    }
    state.last = time;
    if (y[i] !== state.row) {
      state.row = y[i]!;
      put(ADDR_Y, state.row);
    }
    const end = vectorEnd(batch, i);
    if (end - i < MIN_VECTOR_PIXELS) {
      for (; i < end; i++) put(ADDR_X, (p[i]! << 11) | x[i]!);
      continue;
    }
    const base = x[i]!;
    put(VECT_BASE_X, (p[i]! << 11) | base);
    let mask = 0;
    for (; i < end; i++) mask |= 1 << (x[i]! - base);
    put(VECT_12, mask & 0xfff);
    put(VECT_12, (mask >>> 12) & 0xfff);
    put(VECT_8, mask >>> 24);
  }
  output.length = at;
  return i;
};

/** TIME_HIGH words up to a time from which one more step reaches it. */
export function bridgeEvt3(state: RawEncodeState, time: number, output: WordOutput): void {
  const high = Math.floor(time / TIME_PART_RANGE);
  output.reserve(2 * (2 + high / MAX_HIGH_STEP));
  const put = (): void => {
    output.view.setUint16(output.length, (TIME_HIGH << 12) | (state.high % TIME_PART_RANGE), true);
    output.length += 2;
  };
  if (state.high < 0) {
    state.high = 0;
    put();
  }
  while (high - state.high > MAX_HIGH_STEP) {
    state.high += MAX_HIGH_STEP;
    put();
  }
}

/** The end of the events from `start` on that one triplet of vectors could hold. */
function vectorEnd({ length, t, x, y, p }: EventBatch, start: number): number {
  const limit = x[start]! + VECTOR_PIXELS;
  let end = start + 1;
  while (
    end < length &&
    x[end]! > x[end - 1]! &&
    x[end]! < limit &&
    t[end] === t[start] &&
    y[end] === y[start] &&
    p[end] === p[start]
  )
    end++;
  return end;
}
