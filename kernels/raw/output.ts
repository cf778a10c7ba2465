/** Where events go. Vectors of pixels are written eight at a time, so each array has room for some more. */
import { Block } from './block';

/**
 * The arrays of a run; `table` lists for each byte which of its bits are set, 8 bytes an entry, and `orders` where the
 * bytes of 16-bit lanes of these numbers are, 16 bytes an entry; behind them the last is repeated.
 */
@unmanaged
export class Output {
  t: usize;
  x: usize;
  y: usize;
  p: usize;
  table: usize;
  orders: usize;
  /** Counts of words by type, of those that are neither events nor time. */
  types: usize;
}

/** Counts such a word; true where it is of a type to stop at, which is not counted. */
export function countOther(b: Block, o: Output, type: u32): bool {
  if ((b.stopTypes >>> type) & 1) return true;
  const at = o.types + 4 * <usize>type;
  store<u32>(at, load<u32>(at) + 1);
  return false;
}

/** What `v128.swizzle` brings the lanes of a mask to the front with. */
export function orderOf(o: Output, lanes: u32): v128 {
  return v128.load(o.orders + ((<usize>lanes) << 4));
}

/** Writes eight events behind the first `n`; the times are told from `origin`. */
export function storeEvents(
  o: Output,
  n: i32,
  x: v128,
  y: v128,
  p: v128,
  t0: v128,
  t1: v128,
  origin: v128,
): void {
  const at = <usize>n;
  v128.store(o.x + 2 * at, x);
  v128.store(o.y + 2 * at, y);
  v128.store64_lane(o.p + at, i8x16.narrow_i16x8_u(p, p), 0);
  const t = o.t + 8 * at;
  v128.store(t, f64x2.add(f64x2.convert_low_i32x4_s(t0), origin));
  v128.store(t, f64x2.add(f64x2.convert_low_i32x4_s(v128.shuffle<i64>(t0, t0, 1, 1)), origin), 16);
  v128.store(t, f64x2.add(f64x2.convert_low_i32x4_s(t1), origin), 32);
  v128.store(t, f64x2.add(f64x2.convert_low_i32x4_s(v128.shuffle<i64>(t1, t1, 1, 1)), origin), 48);
}

/** Appends one event if it lies inside the sensor. */
export function putPixel(b: Block, o: Output, time: f64, x: i32, y: i32, p: i32): void {
  if (x >= b.width || y >= b.height) {
    b.outside++;
    return;
  }
  const n = <usize>b.events;
  b.events++;
  if (time < b.previous) b.backwardSteps++;
  b.previous = time;
  b.on += p;
  store<f64>(o.t + 8 * n, time);
  store<u16>(o.x + 2 * n, <u16>x);
  store<u16>(o.y + 2 * n, <u16>y);
  store<u8>(o.p + n, <u8>p);
}

/** Appends an event for each set bit of a mask, those inside the sensor. */
export function putOneByOne(b: Block, o: Output, time: f64, base: i32, mask: u32, y: i32, p: i32): void {
  for (let bits = mask; bits != 0; bits &= bits - 1) putPixel(b, o, time, base + <i32>ctz(bits), y, p);
}

/** Writes an event for each set bit of a byte behind the first `end`, and what is not needed behind them. */
function putByte(
  o: Output,
  end: usize,
  times: v128,
  column: i32,
  byte: u32,
  rows: v128,
  polarities: v128,
): void {
  const places = i16x8.extend_low_i8x16_u(v128.load64_zero(o.table + ((<usize>byte) << 3)));
  v128.store(o.x + 2 * end, i16x8.add(places, i16x8.splat(<i16>column)));
  v128.store(o.y + 2 * end, rows);
  v128.store64_lane(o.p + end, polarities, 0);
  const t = o.t + 8 * end;
  v128.store(t, times);
  v128.store(t, times, 16);
  v128.store(t, times, 32);
  v128.store(t, times, 48);
}

/**
 * Writes an event for each set bit of a mask behind the first `n`; all lie inside the sensor.
 *
 * @returns how many events there are then.
 */
export function putPixels(o: Output, n: i32, time: f64, base: i32, mask: u32, y: i32, p: i32): i32 {
  const times = f64x2.splat(time);
  const rows = i16x8.splat(<i16>y);
  const polarities = i8x16.splat(<i8>p);
  let end = <usize>n;
  const skipped = ctz(mask);
  let column = base + <i32>skipped;
  for (let bits = mask >>> skipped; bits != 0; bits >>= 8, column += 8) {
    const byte = bits & 0xff;
    putByte(o, end, times, column, byte, rows, polarities);
    end += <usize>popcnt(byte);
  }
  return <i32>end;
}

/** The same for a mask of at most 16 bits, without a branch. */
export function putVector(o: Output, n: i32, time: f64, base: i32, mask: u32, y: i32, p: i32): i32 {
  const times = f64x2.splat(time);
  const rows = i16x8.splat(<i16>y);
  const polarities = i8x16.splat(<i8>p);
  const low = mask & 0xff;
  putByte(o, <usize>n, times, base, low, rows, polarities);
  putByte(o, <usize>n + <usize>popcnt(low), times, base + 8, mask >>> 8, rows, polarities);
  return n + <i32>popcnt(mask);
}
