/** EVT3: src/formats/evt3/scalar.ts in WebAssembly. */
import { Block, NO_ROW } from './block';
import { countOther, Output, putOneByOne, putVector } from './output';
import { decodeEvt3Singles, setEvt3High, TIME_HIGH } from './evt3-singles';

/** Single events after which more of them are expected. */
const SINGLES: u32 = 3;
/** Type bits of two words, and those of ADDR_Y, ADDR_X. */
const PAIR_TYPES: u32 = 0xf000_f000;
const ROW_AND_COLUMN: u32 = 0x2000_0000;
/** Type bits of three words, and those of ADDR_Y, VECT_BASE_X, VECT_12. */
const TRIPLE_TYPES: u64 = 0xf000_f000_f000;
const ROW_AND_VECTOR: u64 = 0x4000_3000_0000;
const TYPE: u32 = 0xf000;
const TIME_LOW: u32 = 0x6000;
/** A bit for each type that may begin a single event: ADDR_Y and TIME_LOW. */
const TIME_OR_ROW: u32 = 0x41;

/**
 * Decodes up to `count` words while there is room for a vector; stops before a word of a type to stop at.
 *
 * @returns how many words were consumed.
 */
export function decodeEvt3(b: Block, o: Output, input: usize, count: u32, room: i32): u32 {
  const width = b.width;
  const height = b.height;
  const times = o.t;
  const columns = o.x;
  const rows = o.y;
  const polarities = o.p;
  let row = b.row;
  let base = b.base;
  let polarity = b.polarity;
  let highMicros = b.highMicros;
  let low = <i32>(b.micros - highMicros);
  let previous = b.previous;
  let n = b.events;
  let on = 0;
  let singles: u32 = 0;
  let done: u32 = 0;
  while (done < count && n + 12 <= room) {
    if (singles === SINGLES) {
      singles = 0;
      b.events = n;
      b.previous = previous;
      b.row = row;
      b.micros = highMicros + <f64>low;
      b.highMicros = highMicros;
      done += decodeEvt3Singles(b, o, input + 2 * <usize>done, count - done, room);
      n = b.events;
      previous = b.previous;
      row = b.row;
      highMicros = b.highMicros;
      low = <i32>(b.micros - highMicros);
      continue;
    }
    const at = input + 2 * <usize>done;
    const first = <u32>load<u16>(at);
    if (((TIME_OR_ROW >>> (first >>> 12)) & 1) != 0 && done + 4 <= count) {
      // An event, or a vector of them, is a time or not, a row, columns: whether a time stands there is not worth a
      // branch.
      const timed = <i32>((first & TYPE) == TIME_LOW);
      const words = load<u64>(at + 2 * <usize>timed);
      const pair = <u32>words;
      const x = <i32>((pair >>> 16) & 0x7ff);
      const y = <i32>(pair & 0x7ff);
      if ((pair & PAIR_TYPES) == ROW_AND_COLUMN && x < width && y < height) {
        low ^= (low ^ (<i32>(first & 0xfff))) & -timed;
        row = y;
        const micros = highMicros + <f64>low;
        const p = <i32>((pair >>> 27) & 1);
        const slot = <usize>n;
        store<f64>(times + 8 * slot, micros);
        store<u16>(columns + 2 * slot, <u16>x);
        store<u16>(rows + 2 * slot, <u16>y);
        store<u8>(polarities + slot, <u8>p);
        if (micros < previous) b.backwardSteps++;
        previous = micros;
        on += p;
        n++;
        done += 2 + timed;
        singles++;
        continue;
      }
      const column = <i32>((words >>> 16) & 0x7ff);
      const mask = (<u32>(words >>> 32)) & 0xfff;
      if ((words & TRIPLE_TYPES) == ROW_AND_VECTOR && mask != 0 && column + 12 <= width && y < height) {
        low ^= (low ^ (<i32>(first & 0xfff))) & -timed;
        row = y;
        polarity = <i32>((pair >>> 27) & 1);
        const micros = highMicros + <f64>low;
        b.backwardSteps += <i32>(micros < previous);
        previous = micros;
        const next = putVector(o, n, micros, column, mask, row, polarity);
        on += polarity * (next - n);
        n = next;
        base = column + 12;
        done += 3 + timed;
        singles = 0;
        continue;
      }
    }
    singles = 0;
    const word = <i32>first;
    const type = word >>> 12;
    if (type == 2) {
      const x = word & 0x7ff;
      if (x < width && row < height) {
        const p = (word >>> 11) & 1;
        const micros = highMicros + <f64>low;
        if (micros < previous) b.backwardSteps++;
        previous = micros;
        on += p;
        const slot = <usize>n;
        store<f64>(times + 8 * slot, micros);
        store<u16>(columns + 2 * slot, <u16>x);
        store<u16>(rows + 2 * slot, <u16>row);
        store<u8>(polarities + slot, <u8>p);
        n++;
      } else if (row == NO_ROW) {
        b.notPixel++;
      } else {
        b.outside++;
      }
    } else if (type == 0) {
      row = word & 0x7ff;
    } else if (type == 4 || type == 5) {
      const pixels = type == 4 ? 12 : 8;
      const mask = (<u32>word) & ((1 << pixels) - 1);
      const micros = highMicros + <f64>low;
      if (row == NO_ROW) {
        b.notPixel += <i32>popcnt(mask);
      } else if (base + pixels > width || row >= height) {
        b.events = n;
        b.previous = previous;
        putOneByOne(b, o, micros, base, mask, row, polarity);
        n = b.events;
        previous = b.previous;
      } else if (mask != 0) {
        b.backwardSteps += <i32>(micros < previous);
        previous = micros;
        const next = putVector(o, n, micros, base, mask, row, polarity);
        on += polarity * (next - n);
        n = next;
      }
      base += pixels;
    } else if (type == 3) {
      base = word & 0x7ff;
      polarity = (word >>> 11) & 1;
    } else if (type == 6) {
      low = word & 0xfff;
    } else if (type == TIME_HIGH) {
      if (setEvt3High(b, word & 0xfff)) {
        highMicros = b.highMicros;
        low = 0;
      }
    } else if (type == 1) {
      row = NO_ROW;
    } else if (countOther(b, o, type)) {
      break;
    }
    done++;
  }
  b.events = n;
  b.previous = previous;
  b.on += on;
  b.row = row;
  b.base = base;
  b.polarity = polarity;
  b.highMicros = highMicros;
  b.micros = highMicros + <f64>low;
  return done;
}
