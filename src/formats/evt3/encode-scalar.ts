/** The plain loop from events to EVT3 words: the oracle of the kernel, and what runs where there is no WebAssembly. */
import type { EventBatch } from '../../events/index.ts';
import { canHold, type EncodeRaw } from '../prophesee/encode-words.ts';
import { reachesHigh } from './time-high.ts';
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

/** From so many pixels on a triplet of vectors is shorter than single events. */
const MIN_VECTOR_PIXELS = 5;
const VECTOR_PIXELS = 32;
const MAX_EVENT_BYTES = 8;

/** See {@link EncodeRaw}. Stops where TIME_HIGH must step more than once. */
export const encodeEvt3Scalar: EncodeRaw = (state, batch, from, output) => {
  const { length, t, x, y, p } = batch;
  output.reserve(MAX_EVENT_BYTES * (length - from));
  const { view } = output;
  // OpenEB leaves out vectors that reach beyond the sensor.
  const lastBase = state.width - VECTOR_PIXELS;
  let at = output.length;
  const put = (type: number, value: number): void => {
    view.setUint16(at, (type << 12) | value, true);
    at += 2;
  };
  let i = from;
  while (i < length && canHold(batch, i, state.last, state)) {
    const time = t[i]!;
    if (time !== state.micros) {
      const high = Math.floor(time / TIME_PART_RANGE);
      if (!reachesHigh(state.high, high)) break;
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
    const end = vectorEnd(batch, i, state.width);
    if (end - i < MIN_VECTOR_PIXELS || lastBase < 0) {
      for (; i < end; i++) put(ADDR_X, (p[i]! << 11) | x[i]!);
      continue;
    }
    const base = Math.min(x[i]!, lastBase);
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

/** The end of the events from `start` on that one triplet of vectors could hold. */
function vectorEnd({ length, t, x, y, p }: EventBatch, start: number, width: number): number {
  const limit = Math.min(width, x[start]! + VECTOR_PIXELS);
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
