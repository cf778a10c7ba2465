/**
 * Lines of plain numbers: four columns with one separator between them, whole numbers but for a time with a point, and
 * polarities 1, 0 and -1. What lines mean is stated by the loop in src/formats/csv/lines.ts, which reads all others.
 */
import { Block } from './block';

const LF: i32 = 0x0a;
const CR: i32 = 0x0d;
const MINUS: i32 = 0x2d;
const DOT: i32 = 0x2e;
const ZERO: i32 = 0x30;
/** Longer lines are not read. */
const WINDOW: usize = 48;
/** Whole numbers up to here are exact in doubles. */
const MOST: i64 = 9007199254740991;

/**
 * Reads lines from `at` on; stops at one that is not plain, is not whole before `end`, or has no room. The 64 bytes
 * behind `end` must be readable.
 *
 * @returns where the next line begins.
 */
export function readLines(
  b: Block,
  at: usize,
  end: usize,
  times: usize,
  columns: usize,
  rows: usize,
  polarities: usize,
): usize {
  const ends = changetype<usize>(b) + offsetof<Block>('ends');
  const separator = b.separator;
  const tEnds = ends + 4 * b.t;
  const xEnds = ends + 4 * b.x;
  const yEnds = ends + 4 * b.y;
  const pEnds = ends + 4 * b.p;
  const isUsual = b.t == 0 && b.x == 1 && b.y == 2 && b.p == 3;
  const scale = <i64>b.scale;
  const most = MOST / scale;
  const shift = <usize>b.shift;
  const width = b.width;
  const height = b.height;
  const capacity = b.capacity;
  let previous = b.previous;
  let n = b.events;
  let on = 0;
  let outside = 0;
  let backwardSteps = 0;
  let points = 0;
  let line = at;
  while (line < end && n < capacity) {
    // A bit for each byte that is no digit.
    let mask = others(line) | (others(line + 16) << 16) | (others(line + 32) << 32);
    let point: usize = 0;
    let wrong = 0;
    let sign = 0;
    let tStart = line;
    let tEnd = line + <usize>ctz(mask);
    let xStart: usize;
    let xEnd: usize;
    let yStart: usize;
    let yEnd: usize;
    let pStart: usize;
    let pEnd: usize;
    let stop: usize;
    if (isUsual) {
      mask &= mask - 1;
      if (load<u8>(tEnd) == DOT) {
        point = tEnd;
        tEnd = line + <usize>ctz(mask);
        mask &= mask - 1;
      }
      wrong = (<i32>load<u8>(tEnd)) ^ separator;
      xStart = tEnd + 1;
      xEnd = line + <usize>ctz(mask);
      mask &= mask - 1;
      wrong |= (<i32>load<u8>(xEnd)) ^ separator;
      yStart = xEnd + 1;
      yEnd = line + <usize>ctz(mask);
      mask &= mask - 1;
      wrong |= (<i32>load<u8>(yEnd)) ^ separator;
      pStart = yEnd + 1;
      pEnd = line + <usize>ctz(mask);
      if (load<u8>(pStart) == MINUS && pEnd == pStart) {
        sign = 1;
        mask &= mask - 1;
        pEnd = line + <usize>ctz(mask);
      }
      stop = pEnd;
    } else {
      stop = line - 1;
      store<usize>(ends, stop);
      let byte = separator;
      for (let field = ends; field < ends + 16; field += 4) {
        wrong |= byte ^ separator;
        const start = stop + 1;
        stop = line + <usize>ctz(mask);
        mask &= mask - 1;
        byte = <i32>load<u8>(stop);
        if ((field == tEnds && byte == DOT) || (field == pEnds && byte == MINUS && stop == start)) {
          if (byte == DOT) point = stop;
          else sign = 1;
          stop = line + <usize>ctz(mask);
          mask &= mask - 1;
          byte = <i32>load<u8>(stop);
        }
        store<usize>(field, stop, 4);
      }
      tStart = load<usize>(tEnds) + 1;
      tEnd = load<usize>(tEnds, 4);
      xStart = load<usize>(xEnds) + 1;
      xEnd = load<usize>(xEnds, 4);
      yStart = load<usize>(yEnds) + 1;
      yEnd = load<usize>(yEnds, 4);
      pStart = load<usize>(pEnds) + 1;
      pEnd = load<usize>(pEnds, 4);
    }
    let next = stop + 1;
    if (load<u8>(stop) == CR) next++;
    if (stop - line >= WINDOW || next > end) {
      // Cut here, or too long.
      b.odd = <i32>(end - line > WINDOW);
      break;
    }
    const whole = (point == 0 ? tEnd : point) - tStart;
    const xDigits = xEnd - xStart;
    const yDigits = yEnd - yStart;
    const polarity = <i32>load<u8>(pEnd - 1) - ZERO;
    wrong |=
      ((<i32>load<u8>(next - 1)) ^ LF) |
      (polarity & ~1) |
      (<i32>(((xDigits - 1) | (yDigits - 1)) > 3)) |
      (<i32>(pEnd - pStart - <usize>sign != 1)) |
      (<i32>(whole - 1 > 15));
    const tStop = tStart + whole;
    let micros = whole <= 8 ? eight(tStop, whole) : eight(tStop - 8, whole - 8) * 100000000 + eight(tStop, 8);
    wrong |= <i32>(micros > most);
    micros *= scale;
    if (point != 0) {
      const digits = tEnd - point - 1;
      const first = min(digits, shift);
      if (first > 0) {
        let fraction = eight(point + 1 + first, first);
        for (let i = first; i < shift; i++) fraction *= 10;
        micros += fraction;
      }
      if (digits > shift) {
        const rest = eight(tEnd, digits - shift);
        let half: i64 = 5;
        for (let i = shift + 1; i < digits; i++) half *= 10;
        // Halves to the even one.
        micros += (<i64>(rest > half)) | ((<i64>(rest == half)) & micros & 1);
      }
      wrong |= b.pointless | (<i32>(digits > shift + 8)) | (<i32>(micros > MOST));
    }
    if (wrong != 0) {
      b.odd = 1;
      break;
    }
    const places = pair(xEnd, xDigits, yEnd, yDigits);
    const x = (<u32>places) & 0xffff;
    const y = <u32>(places >> 32);
    line = next;
    points |= <i32>(point != 0);
    if (x >= width || y >= height) {
      outside++;
      continue;
    }
    const time = <f64>micros;
    const bit = polarity & (sign ^ 1);
    store<f64>(times + 8 * n, time);
    store<u16>(columns + 2 * n, <u16>x);
    store<u16>(rows + 2 * n, <u16>y);
    store<u8>(polarities + n, <u8>bit);
    backwardSteps += <i32>(time < previous);
    on += bit;
    previous = time;
    n++;
  }
  b.previous = previous;
  b.lines = <i32>(n - b.events) + outside;
  b.events = n;
  b.on = on;
  b.outside = outside;
  b.backwardSteps = backwardSteps;
  b.points = points;
  return line;
}

/** Bits of those of 16 bytes that are no digit. */
function others(at: usize): i64 {
  const bytes = i8x16.sub(v128.load(at), i8x16.splat(<i8>ZERO));
  return <i64>i8x16.bitmask(i8x16.gt_u(bytes, i8x16.splat(9)));
}

/** The number of up to eight digits before `end`. */
function eight(end: usize, digits: usize): i64 {
  const unused = (8 - digits) << 3;
  let value = ((load<u64>(end - 8) & 0x0f0f0f0f0f0f0f0f) >> unused) << unused;
  value = ((value * 2561) >> 8) & 0x00ff00ff00ff00ff;
  value = ((value * 6553601) >> 16) & 0x0000ffff0000ffff;
  return <i64>((value * 42949672960001) >> 32);
}

/** Two numbers of up to four digits each, before their ends, in 32 bits each. */
function pair(end0: usize, digits0: usize, end1: usize, digits1: usize): u64 {
  const unused0 = (<u32>(4 - digits0)) << 3;
  const unused1 = (<u32>(4 - digits1)) << 3;
  const low = (load<u32>(end0 - 4) >> unused0) << unused0;
  const high = (load<u32>(end1 - 4) >> unused1) << unused1;
  let value = ((<u64>low) | ((<u64>high) << 32)) & 0x0f0f0f0f0f0f0f0f;
  value = ((value * 2561) >> 8) & 0x00ff00ff00ff00ff;
  return ((value * 6553601) >> 16) & 0x0000ffff0000ffff;
}
