/** EVT3 words of single events, eight at a time. What this does is stated by src/formats/evt3/scalar.ts. */
import { pin } from '../pin';
import { Block, NO_ROW } from './block';
import { orderOf, Output } from './output';

const WORDS: u32 = 8;
/** Events of the densest word, for which decoding of one word asks for room. */
const PIXELS: i32 = 12;
/** A row outside every sensor. */
const NOWHERE: i32 = 0x7fff;
const COORDINATES: i32 = 0x800;
export const TIME_HIGH: i32 = 8;

/** Moves the clock of EVT3; false where that is the TIME_HIGH that stood. */
export function setEvt3High(b: Block, high: i32): bool {
  if (high == b.high) return false;
  if (b.high - high >= 0x800) b.loops++;
  b.high = high;
  b.highMicros = (<f64>b.loops * 4096.0 + <f64>high) * 4096.0;
  return true;
}

/**
 * The values that words are given by their numbers in `last`, `before` where that is 0. `bytes` are the lanes of
 * `last`, twice each.
 */
function valuesOf(values: v128, last: v128, bytes: v128, toIndex: v128, before: i32): v128 {
  const numbers = v128.swizzle(last, bytes);
  const found = v128.swizzle(values, i8x16.add(i8x16.add(numbers, numbers), toIndex));
  const none = i16x8.eq(numbers, i32x4.splat(0));
  return v128.or(found, v128.and(none, i16x8.splat(<i16>before)));
}

function storeTimes(lows: v128, high: v128, to: usize): void {
  v128.store(to, f64x2.add(f64x2.convert_low_i32x4_s(lows), high));
  v128.store(to, f64x2.add(f64x2.convert_low_i32x4_s(v128.shuffle<i64>(lows, lows, 1, 1)), high), 16);
}

/**
 * Decodes words of ADDR_Y, TIME_LOW, ADDR_X and TIME_HIGH, as long as no other one is among the next eight and all events
 * lie inside the sensor. State and account in the block are up to date, before and after.
 *
 * @returns how many words were consumed.
 */
export function decodeEvt3Singles(b: Block, o: Output, input: usize, count: u32, room: i32): u32 {
  const scratch = o.t + 8 * <usize>b.events;
  let high = f64x2.splat(b.highMicros);
  const width = pin(i16x8.splat(<i16>min(b.width, COORDINATES)), scratch);
  const height = pin(i16x8.splat(<i16>min(b.height, COORDINATES)), scratch);
  const ones = pin(i16x8.splat(1), scratch);
  const twos = pin(i16x8.splat(2), scratch);
  const sixes = pin(i16x8.splat(6), scratch);
  const elevenBits = pin(i16x8.splat(0x7ff), scratch);
  const twelveBits = pin(i16x8.splat(0xfff), scratch);
  const toIndex = pin(i16x8.splat(-2), scratch);
  const lower = pin(i16x8(0, 0x0101, 0x0202, 0x0303, 0x0404, 0x0505, 0x0606, 0x0707), scratch);
  const upper = pin(i8x16.add(lower, i8x16.splat(8)), scratch);
  const numbers = pin(i64x2.splat(0x0807_0605_0403_0201), scratch);
  let row = b.row === NO_ROW ? NOWHERE : b.row;
  let low = <i32>(b.micros - b.highMicros);
  let n = b.events;
  let done: u32 = 0;
  while (done + WORDS <= count && n + <i32>WORDS - 1 + PIXELS <= room) {
    const words = v128.load(input + 2 * <usize>done);
    const types = i16x8.shr_u(words, 12);
    const isX = i16x8.eq(types, twos);
    const isRow = i16x8.eq(types, i32x4.splat(0));
    const isTime = i16x8.eq(types, sixes);
    const others = 0xff ^ (<u32>i16x8.bitmask(v128.or(isX, v128.or(isRow, isTime))));
    // Words up to the first other one, which may be a TIME_HIGH.
    const usual = ctz<u32>(others | 0x100);
    if (others != 0 && load<u16>(input + 2 * <usize>(done + usual)) >>> 12 != TIME_HIGH) break;
    const taken = (1 << usual) - 1;
    // For each word, the number of the last row up to it, counted from 1; behind them those of the last times.
    let last = v128.and(i8x16.narrow_i16x8_s(isRow, isTime), numbers);
    last = i8x16.max_u(last, i64x2.shl(last, 8));
    last = i8x16.max_u(last, i64x2.shl(last, 16));
    last = i8x16.max_u(last, i64x2.shl(last, 32));
    const columns = v128.and(words, elevenBits);
    const rows = valuesOf(columns, last, lower, toIndex, row);
    const lows = valuesOf(v128.and(words, twelveBits), last, upper, toIndex, low);
    const outside = v128.or(i16x8.ge_s(columns, width), i16x8.ge_s(rows, height));
    const mask = (<u32>i16x8.bitmask(isX)) & taken;
    if (((<u32>i16x8.bitmask(outside)) & mask) != 0) break;
    const events = <i32>popcnt(mask);
    const order = orderOf(o, mask);
    const at = <usize>n;
    v128.store(o.x + 2 * at, v128.swizzle(columns, order));
    v128.store(o.y + 2 * at, v128.swizzle(rows, order));
    const polarities = v128.and(v128.swizzle(i16x8.shr_u(words, 11), order), ones);
    v128.store64_lane(o.p + at, i8x16.narrow_i16x8_u(polarities, polarities), 0);
    const ofEvents = v128.swizzle(lows, order);
    storeTimes(i32x4.extend_low_i16x8_u(ofEvents), high, o.t + 8 * at);
    storeTimes(i32x4.extend_high_i16x8_u(ofEvents), high, o.t + 8 * at + 32);
    b.on += <i32>popcnt((<u32>i16x8.bitmask(i16x8.shl(words, 4))) & mask);
    if (events > 0) {
      const before = v128.shuffle<i16>(ofEvents, ofEvents, 0, 0, 1, 2, 3, 4, 5, 6);
      const backward = <u32>i16x8.bitmask(i16x8.lt_s(ofEvents, before));
      b.backwardSteps += <i32>popcnt(backward & ((1 << events) - 1));
      b.backwardSteps += <i32>(load<f64>(o.t + 8 * at) < b.previous);
      n += events;
      b.previous = load<f64>(o.t + 8 * <usize>(n - 1));
    }
    if (others == 0) {
      row = i16x8.extract_lane_u(rows, 7);
      low = i16x8.extract_lane_u(lows, 7);
      done += WORDS;
      continue;
    }
    if (usual > 0) {
      const free = o.t + 8 * <usize>n;
      v128.store(free, rows);
      v128.store(free, lows, 16);
      row = load<u16>(free + 2 * <usize>(usual - 1));
      low = load<u16>(free + 2 * <usize>(usual - 1), 16);
    }
    if (setEvt3High(b, load<u16>(input + 2 * <usize>(done + usual)) & 0xfff)) {
      low = 0;
      high = f64x2.splat(b.highMicros);
    }
    done += usual + 1;
  }
  b.row = row === NOWHERE ? NO_ROW : row;
  b.micros = b.highMicros + <f64>low;
  b.events = n;
  return done;
}
