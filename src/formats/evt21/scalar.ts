/** The plain loop over EVT2.1 words: the oracle of the kernel, and what runs where there is no WebAssembly. */
import { setHigh, TIME_HIGH } from '../evt2/words.ts';
import { appendMask } from '../prophesee/append-mask.ts';
import type { DecodeRaw } from '../prophesee/words.ts';
import { startRun, trimmed } from '../records/run.ts';

/** Events of the densest word. */
export const EVT21_PIXELS = 32;

/** See {@link DecodeRaw}. */
export const decodeEvt21Scalar: DecodeRaw = (state, setting, bytes, from, to, capacity) => {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const run = startRun(Math.min(capacity, EVT21_PIXELS * (to - from)));
  const room = run.arrays.t.length - EVT21_PIXELS;
  const types = new Uint32Array(16);
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
      types[type]!++;
    }
  }
  return { ...run, arrays: trimmed(run), types, next };
};
