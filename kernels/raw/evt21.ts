/** EVT2.1: src/formats/evt21/scalar.ts in WebAssembly. */
import { Block } from './block';
import { decodeEvt2Singles, setHigh, TIME_HIGH } from './evt2-singles';
import { countOther, Output, putOneByOne, putPixels } from './output';

const PIXELS: i32 = 32;
/** Words of one event after which more of them are expected. */
const SINGLES: u32 = 3;

/** As decodeEvt2; a word holds up to 32 events. */
export function decodeEvt21(b: Block, o: Output, input: usize, count: u32, room: i32): u32 {
  const width = b.width;
  const height = b.height;
  const rotation = b.rotation;
  const times = o.t;
  const columns = o.x;
  const rows = o.y;
  const polarities = o.p;
  let high = b.highMicros;
  let previous = b.previous;
  let n = b.events;
  let on = 0;
  let singles: u32 = 0;
  let done: u32 = 0;
  for (; done < count && n + PIXELS <= room; done++) {
    if (singles === SINGLES) {
      singles = 0;
      b.events = n;
      b.previous = previous;
      const more = decodeEvt2Singles<u64>(b, o, input + 8 * <usize>done, count - done, room - PIXELS);
      n = b.events;
      previous = b.previous;
      high = b.highMicros;
      if (more > 0) {
        done += more - 1;
        continue;
      }
    }
    const word = rotr<u64>(load<u64>(input + 8 * <usize>done), rotation);
    const upper = <u32>(word >>> 32);
    const type = upper >>> 28;
    if (type <= 1) {
      const time = high + <f64>((upper >>> 22) & 0x3f);
      const mask = <u32>word;
      const x = <i32>((upper >>> 11) & 0x7ff);
      const y = <i32>(upper & 0x7ff);
      const column = x + <i32>ctz(mask);
      if ((mask & (mask - 1)) == 0 && mask != 0 && column < width && y < height) {
        const at = <usize>n;
        store<f64>(times + 8 * at, time);
        store<u16>(columns + 2 * at, <u16>column);
        store<u16>(rows + 2 * at, <u16>y);
        store<u8>(polarities + at, <u8>type);
        if (time < previous) b.backwardSteps++;
        previous = time;
        on += type;
        n++;
        singles++;
      } else if (mask != 0 && x + PIXELS <= width && y < height) {
        if (time < previous) b.backwardSteps++;
        previous = time;
        const next = putPixels(o, n, time, x, mask, y, type);
        on += type * (next - n);
        n = next;
        singles = 0;
      } else {
        b.events = n;
        b.previous = previous;
        putOneByOne(b, o, time, x, mask, y, type);
        n = b.events;
        previous = b.previous;
      }
    } else if (type == TIME_HIGH) {
      setHigh(b, upper & 0xfff_ffff);
      high = b.highMicros;
    } else if (countOther(b, o, type)) {
      break;
    }
  }
  b.events = n;
  b.previous = previous;
  b.on += on;
  return done;
}
