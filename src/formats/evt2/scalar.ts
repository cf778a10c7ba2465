/** The plain loop over EVT2 words: the oracle of the kernel, and what runs where there is no WebAssembly. */
import type { DecodeRaw } from '../prophesee/words.ts';
import { setHigh, TIME_HIGH } from './words.ts';

/** See {@link DecodeRaw}. */
export const decodeEvt2Scalar: DecodeRaw = (state, { width, height, stopTypes }, bytes, from, to, run) => {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { arrays, capacity, types } = run;
  const { t, x, y, p } = arrays;
  const end = Math.min(to, from + capacity);
  let next = from;
  for (; next < end; next++) {
    const word = words.getUint32(4 * next, true);
    const type = word >>> 28;
    if (type === TIME_HIGH) {
      setHigh(state, word & 0xfff_ffff);
      continue;
    }
    if (type > 1) {
      if (((stopTypes >>> type) & 1) === 1) break;
      types[type]!++;
      continue;
    }
    const column = (word >>> 11) & 0x7ff;
    const row = word & 0x7ff;
    if (column >= width || row >= height) {
      run.outside++;
      continue;
    }
    const time = state.highMicros + ((word >>> 22) & 0x3f);
    if (time < run.previous) run.backwardSteps++;
    run.previous = time;
    run.on += type;
    const n = run.length++;
    t[n] = time;
    x[n] = column;
    y[n] = row;
    p[n] = type;
  }
  return next;
};
