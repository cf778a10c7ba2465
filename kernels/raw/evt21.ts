/** EVT2.1: src/formats/evt21/scalar.ts in WebAssembly. */
import { Block } from './block';
import { setHigh } from './evt2';
import { countOther, Output, putMask, putPixel } from './output';

const TIME_HIGH: u32 = 8;

/** As decodeEvt2; a word holds up to 32 events. */
export function decodeEvt21(b: Block, o: Output, input: usize, count: u32, room: i32): u32 {
  let done: u32 = 0;
  for (; done < count && b.events + 32 <= room; done++) {
    const word = rotr<u64>(load<u64>(input + 8 * <usize>done), b.rotation);
    const upper = <u32>(word >>> 32);
    const type = upper >>> 28;
    if (type <= 1) {
      const time = b.highMicros + <f64>((upper >>> 22) & 0x3f);
      const mask = <u32>word;
      const x = (upper >>> 11) & 0x7ff;
      if (mask == 1) putPixel(b, o, time, x, upper & 0x7ff, type);
      else putMask(b, o, time, x, 32, mask, upper & 0x7ff, type);
    } else if (type == TIME_HIGH) {
      setHigh(b, upper & 0xfff_ffff);
    } else if (countOther(b, o, type)) {
      return done;
    }
  }
  return done;
}
