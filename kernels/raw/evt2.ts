/** EVT2: src/formats/evt2/scalar.ts in WebAssembly. */
import { Block } from './block';
import { decodeEvt2Singles, setHigh, TIME_HIGH, WORDS } from './evt2-singles';
import { countOther, Output, putPixel } from './output';

/**
 * Decodes up to `count` words while there is room; stops before a word of a type to stop at.
 *
 * @returns how many words were consumed.
 */
export function decodeEvt2(b: Block, o: Output, input: usize, count: u32, room: i32): u32 {
  let done: u32 = 0;
  while (done < count && b.events + <i32>WORDS <= room) {
    done += decodeEvt2Singles<u32>(b, o, input + 4 * <usize>done, count - done, room - <i32>WORDS);
    for (let end = min(done + WORDS, count); done < end && b.events < room; done++) {
      const word = load<u32>(input + 4 * <usize>done);
      const type = word >>> 28;
      if (type <= 1) {
        const time = b.highMicros + <f64>((word >>> 22) & 0x3f);
        putPixel(b, o, time, (word >>> 11) & 0x7ff, word & 0x7ff, type);
      } else if (type == TIME_HIGH) {
        setHigh(b, word & 0xfff_ffff);
      } else if (countOther(b, o, type)) {
        return done;
      }
    }
  }
  return done;
}
