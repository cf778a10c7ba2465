/** EVT3: src/formats/evt3/scalar.ts in WebAssembly. */
import { Block } from './block';
import { countOther, Output, putMask } from './output';

/** The row of X words that are not pixel events. */
const NO_ROW: i32 = 0x1_0000;

/**
 * Decodes up to `count` words while there is room for a vector; stops before a word of a type to stop at.
 *
 * @returns how many words were consumed.
 */
export function decodeEvt3(b: Block, o: Output, input: usize, count: u32, room: i32): u32 {
  let row = b.row;
  let base = b.base;
  let polarity = b.polarity;
  let micros = b.micros;
  let previous = b.previous;
  let n = <usize>b.events;
  let on = 0;
  let done: u32 = 0;
  for (; done < count && <i32>n + 12 <= room; done++) {
    const word = <i32>load<u16>(input + 2 * <usize>done);
    const type = word >>> 12;
    if (type == 2) {
      const x = word & 0x7ff;
      if (x < b.width && row < b.height) {
        const p = (word >>> 11) & 1;
        if (micros < previous) b.backwardSteps++;
        previous = micros;
        on += p;
        store<f64>(o.t + 8 * n, micros);
        store<u16>(o.x + 2 * n, <u16>x);
        store<u16>(o.y + 2 * n, <u16>row);
        store<u8>(o.p + n, <u8>p);
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
      if (row == NO_ROW) b.notPixel += <i32>popcnt(mask);
      else {
        b.events = <i32>n;
        b.previous = previous;
        putMask(b, o, micros, base, pixels, mask, row, polarity);
        n = <usize>b.events;
        previous = b.previous;
      }
      base += pixels;
    } else if (type == 3) {
      base = word & 0x7ff;
      polarity = (word >>> 11) & 1;
    } else if (type == 6) {
      micros = b.highMicros + <f64>(word & 0xfff);
    } else if (type == 8) {
      const high = word & 0xfff;
      if (high != b.high) {
        if (b.high - high >= 0x800) b.loops++;
        b.high = high;
        b.highMicros = (<f64>b.loops * 4096.0 + <f64>high) * 4096.0;
        micros = b.highMicros;
      }
    } else if (type == 1) {
      row = NO_ROW;
    } else if (countOther(b, o, type)) {
      break;
    }
  }
  b.events = <i32>n;
  b.previous = previous;
  b.on += on;
  b.row = row;
  b.base = base;
  b.polarity = polarity;
  b.micros = micros;
  return done;
}
