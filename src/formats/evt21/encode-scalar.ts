/** The plain loop from events to EVT2.1 words: the oracle of the kernel, and what runs where there is no WebAssembly. */
import { LOW_MICROS, TIME_HIGH } from '../evt2/words.ts';
import { canHold, type EncodeRaw } from '../prophesee/encode-words.ts';

const MAX_EVENT_BYTES = 16;

/** See {@link EncodeRaw}. */
export const encodeEvt21Scalar: EncodeRaw = (state, batch, from, output) => {
  const { length, t, x, y, p } = batch;
  output.reserve(MAX_EVENT_BYTES * (length - from));
  const { view } = output;
  let { last, high } = state;
  let at = output.length;
  let i = from;
  while (i < length && canHold(batch, i, last, state)) {
    const row = y[i]!;
    const polarity = p[i]!;
    last = t[i]!;
    const timeHigh = (last / LOW_MICROS) | 0;
    if (timeHigh !== high) {
      high = timeHigh;
      view.setInt32(at, 0, true);
      view.setInt32(at + 4, (TIME_HIGH << 28) | high, true);
      at += 8;
    }
    // Readers that take whole groups of pixels want the base to be a multiple of 32.
    const base = x[i]! & ~31;
    const pixels = Math.min(32, state.width - base);
    let mask = 0;
    let before = -1;
    for (; i < length && y[i] === row && t[i] === last && p[i] === polarity; i++) {
      const bit = x[i]! - base;
      if (bit <= before || bit >= pixels) break;
      mask |= 1 << bit;
      before = bit;
    }
    view.setInt32(at, mask, true);
    view.setInt32(at + 4, (polarity << 28) | ((last & (LOW_MICROS - 1)) << 22) | (base << 11) | row, true);
    at += 8;
  }
  Object.assign(state, { last, high });
  output.length = at;
  return i;
};
