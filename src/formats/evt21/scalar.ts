/** The plain loop over EVT2.1 words: the oracle of the kernel, and what runs where there is no WebAssembly. */
import { setHigh, TIME_HIGH } from '../evt2/words.ts';
import { appendMask } from '../prophesee/append-mask.ts';
import type { DecodeRaw } from '../prophesee/words.ts';

/** Events of the densest word. */
export const EVT21_PIXELS = 32;

/** See {@link DecodeRaw}. */
export const decodeEvt21Scalar: DecodeRaw = (state, setting, bytes, from, to, run) => {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const room = run.capacity - EVT21_PIXELS;
  const upperAt = setting.swapped ? 0 : 4;
  let next = from;
  for (; next < to && run.length <= room; next++) {
    const word = words.getUint32(8 * next + upperAt, true);
    const type = word >>> 28;
    if (type === TIME_HIGH) {
      setHigh(state, word & 0xfff_ffff);
    } else if (type <= 1) {
      const mask = words.getUint32(8 * next + 4 - upperAt, true);
      const time = state.highMicros + ((word >>> 22) & 0x3f);
      appendMask(run, setting, time, (word >>> 11) & 0x7ff, mask, word & 0x7ff, type);
    } else {
      if (((setting.stopTypes >>> type) & 1) === 1) break;
      run.types[type]!++;
    }
  }
  return next;
};
