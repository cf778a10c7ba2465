/** The plain loop over EVT3 words: the oracle of the kernel, and what runs where there is no WebAssembly. */
import { appendMask, popCount } from '../prophesee/append-mask.ts';
import type { DecodeRaw, RawState } from '../prophesee/words.ts';
import {
  ADDR_X,
  ADDR_Y,
  ADDR_Y_EM,
  TIME_HIGH,
  TIME_LOW,
  TIME_PART_RANGE,
  VECT_12,
  VECT_8,
  VECT_BASE_X,
} from './words.ts';

/** Events of the densest word. */
export const EVT3_PIXELS = 12;
/** The row of X words that are not pixel events: outside every sensor. */
const NO_ROW = 0x1_0000;

/** See {@link DecodeRaw}. */
export const decodeEvt3Scalar: DecodeRaw = (state, setting, bytes, from, to, run) => {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const room = run.capacity - EVT3_PIXELS;
  let next = from;
  for (; next < to && run.length <= room; next++) {
    const word = words.getUint16(2 * next, true);
    const type = word >>> 12;
    if (type === ADDR_X) {
      const column = word & 0x7ff;
      if (state.row === NO_ROW) run.notPixel++;
      // The mask's first pixel.
      else appendMask(run, setting, state.micros, column, 1, state.row, (word >>> 11) & 1);
    } else if (type === VECT_12 || type === VECT_8) {
      const pixels = type === VECT_12 ? 12 : 8;
      const mask = word & ((1 << pixels) - 1);
      if (state.row === NO_ROW) run.notPixel += popCount(mask);
      else appendMask(run, setting, state.micros, state.base, mask, state.row, state.polarity);
      state.base += pixels;
    } else if (!setState(state, word)) {
      if (((setting.stopTypes >>> type) & 1) === 1) break;
      run.types[type]!++;
    }
  }
  return next;
};

/** Words that change the state only; false for others. */
export function setState(state: RawState, word: number): boolean {
  switch (word >>> 12) {
    case ADDR_Y:
      state.row = word & 0x7ff;
      return true;
    case ADDR_Y_EM:
      state.row = NO_ROW;
      return true;
    case VECT_BASE_X:
      state.base = word & 0x7ff;
      state.polarity = (word >>> 11) & 1;
      return true;
    case TIME_LOW:
      state.micros = state.highMicros + (word & 0xfff);
      return true;
    case TIME_HIGH:
      setHigh(state, word & 0xfff);
      return true;
    default:
      return false;
  }
}

function setHigh(state: RawState, high: number): void {
  if (high === state.high) return;
  if (state.high - high >= TIME_PART_RANGE / 2) state.loops++;
  state.high = high;
  state.highMicros = (state.loops * TIME_PART_RANGE + high) * TIME_PART_RANGE;
  // The low part of the time before would run ahead until the next TIME_LOW.
  state.micros = state.highMicros;
}
