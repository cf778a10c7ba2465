/** The plain loop from events to EVT2 words: the oracle of the kernel, and what runs where there is no WebAssembly. */
import { canHold, type EncodeRaw } from '../prophesee/encode-words.ts';
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
  for (; i < length && canHold(batch, i, last); i++) {
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
