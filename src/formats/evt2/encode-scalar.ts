/** The plain loop from events to EVT2 words: the oracle of the kernel, and what runs where there is no WebAssembly. */
import { canHold, type EncodeRaw, type LeadRaw } from '../prophesee/encode-words.ts';
import { LOW_MICROS, TIME_HIGH } from './words.ts';

const MAX_EVENT_BYTES = 8;

/** See {@link EncodeRaw}. */
export const encodeEvt2Scalar: EncodeRaw = (state, batch, from, output) => {
  const { length, t, x, y, p } = batch;
  output.reserve(MAX_EVENT_BYTES * (length - from));
  const { view } = output;
  let { last, high } = state;
  let at = output.length;
  let i = from;
  for (; i < length && canHold(batch, i, last, state); i++) {
    last = t[i]!;
    const timeHigh = (last / LOW_MICROS) | 0;
    if (timeHigh !== high) {
      high = timeHigh;
      view.setInt32(at, (TIME_HIGH << 28) | high, true);
      at += 4;
    }
    view.setInt32(at, (p[i]! << 28) | ((last & (LOW_MICROS - 1)) << 22) | (x[i]! << 11) | y[i]!, true);
    at += 4;
  }
  Object.assign(state, { last, high });
  output.length = at;
  return i;
};

/** A percent sign, which begins header lines. */
const PERCENT = 0x25;

/**
 * Where the first TIME_HIGH has a percent sign for its first byte, the one before it comes first: some readers
 * (expelliarmus) do not know the end marker, and skip what looks like one line more.
 */
export const leadEvt2: LeadRaw = (state, time, output) => {
  const high = Math.floor(time / LOW_MICROS);
  if (state.high >= 0 || (high & 0xff) !== PERCENT) return;
  state.high = high - 1;
  output.put32((TIME_HIGH << 28) | state.high);
};
