/** Events into lines of text. What lines are is stated by the loop in src/formats/csv/write-lines.ts. */

const LF: u8 = 0x0a;
const COMMA: u8 = 0x2c;
const DOT: u8 = 0x2e;
const ZEROS: u64 = 0x3030303030303030;
const EIGHT_DIGITS: u64 = 100000000;
const MOST: f64 = 9007199254740991.0;

/**
 * Writes `count` events; stops before a time that is negative or no whole number below 2^53.
 *
 * @param order of the columns, two bits each from the last one on: 0 t, 1 x, 2 y, 3 p.
 * @param shift places of the decimal point: 0, 3 or 6.
 * @param done receives how many events were written.
 * @returns the end of what was written.
 */
export function writeLines(
  order: i32,
  shift: u32,
  times: usize,
  columns: usize,
  rows: usize,
  polarities: usize,
  count: usize,
  output: usize,
  done: usize,
): usize {
  const unit: u64 = shift == 6 ? 1000000 : shift == 3 ? 1000 : 1;
  let out = output;
  let i: usize = 0;
  for (; i < count; i++) {
    const time = load<f64>(times + 8 * i);
    if (!(time >= 0 && time <= MOST && floor(time) == time)) break;
    for (let left = 6; left >= 0; left -= 2) {
      const column = (order >> left) & 3;
      if (column == 0) {
        const micros = <u64>time;
        if (shift == 0) {
          out = writeWhole(out, micros);
        } else {
          const whole = micros / unit;
          out = writeWhole(out, whole);
          store<u8>(out, DOT);
          store<u64>(out, (digits(micros - whole * unit) + ZEROS) >> (8 * (8 - shift)), 1);
          out += shift + 1;
        }
      } else if (column == 3) {
        out = writeShort(out, <u64>load<u8>(polarities + i));
      } else {
        out = writeShort(out, <u64>load<u16>((column == 1 ? columns : rows) + 2 * i));
      }
      store<u8>(out++, left == 0 ? LF : COMMA);
    }
  }
  store<usize>(done, i);
  return out;
}

function writeWhole(out: usize, value: u64): usize {
  if (value < EIGHT_DIGITS) return writeShort(out, value);
  const high = value / EIGHT_DIGITS;
  const end = writeShort(out, high);
  store<u64>(end, digits(value - high * EIGHT_DIGITS) + ZEROS);
  return end + 8;
}

/** Of up to eight digits; eight bytes are written. */
function writeShort(out: usize, value: u64): usize {
  const all = digits(value);
  const zeros = ctz(all | (1 << 56)) & 0x38;
  store<u64>(out, (all + ZEROS) >> zeros);
  return out + 8 - ((<usize>zeros) >> 3);
}

/** Eight digits, the first one in the lowest byte. */
function digits(value: u64): u64 {
  const high = value / 10000;
  let all = high | ((value - 10000 * high) << 32);
  const hundreds = ((all * 10486) >> 20) & 0x0000007f0000007f;
  all = hundreds | ((all - 100 * hundreds) << 16);
  const tens = ((all * 103) >> 10) & 0x000f000f000f000f;
  return tens | ((all - 10 * tens) << 8);
}
