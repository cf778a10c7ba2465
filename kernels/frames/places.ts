/** Where events go in a frame. */
import { Block } from './block';

/** Events at a time: their places stay in the nearest cache until they are counted. */
export const GROUP: usize = 256;

/** Writes the places of the events [from, from + n), n at most GROUP; up to seven more are read and written behind them. */
export function places(b: Block, from: usize, n: usize): void {
  const width = i16x8.splat(<i16>b.width);
  const right = i16x8.splat(<i16>(b.width - 1));
  const bottom = i16x8.splat(<i16>(b.height - 1));
  const plane = i32x4.splat(b.plane);
  const waste = i32x4.splat(b.waste);
  const x = b.x + 2 * from;
  const y = b.y + 2 * from;
  const p = b.p + from;
  let outside = 0;
  for (let i: usize = 0; i < n; i += 8) {
    const column = v128.load(x + 2 * i);
    const row = v128.load(y + 2 * i);
    const on = i16x8.neg(i16x8.extend_low_i8x16_u(v128.load64_zero(p + i)));
    const out = v128.or(i16x8.gt_u(column, right), i16x8.gt_u(row, bottom));
    const low = i32x4.add(
      i32x4.add(i32x4.extmul_low_i16x8_u(row, width), i32x4.extend_low_i16x8_u(column)),
      v128.and(i32x4.extend_low_i16x8_s(on), plane),
    );
    const high = i32x4.add(
      i32x4.add(i32x4.extmul_high_i16x8_u(row, width), i32x4.extend_high_i16x8_u(column)),
      v128.and(i32x4.extend_high_i16x8_s(on), plane),
    );
    const to = b.places + 4 * i;
    v128.store(to, v128.bitselect(waste, low, i32x4.extend_low_i16x8_s(out)));
    v128.store(to, v128.bitselect(waste, high, i32x4.extend_high_i16x8_s(out)), 16);
    // Not what lies behind the last event.
    const events = n - i < 8 ? (1 << (<i32>(n - i))) - 1 : 0xff;
    outside += popcnt(i16x8.bitmask(out) & events);
  }
  b.outside += outside;
}

/** The same by the tables of a map, which have one more entry, for what lies outside: the sum is then negative. */
export function mappedPlaces(b: Block, from: usize, n: usize): void {
  const width = b.width;
  const height = b.height;
  const columns = b.columns;
  const rows = b.rows;
  const plane = b.plane;
  const flip = b.flip;
  const waste = b.waste;
  const x = b.x + 2 * from;
  const y = b.y + 2 * from;
  const p = b.p + from;
  let outside = 0;
  for (let i: usize = 0; i < n; i++) {
    const column = min(<i32>load<u16>(x + 2 * i), width);
    const row = min(<i32>load<u16>(y + 2 * i), height);
    const pixel = load<i32>(columns + ((<usize>column) << 2)) + load<i32>(rows + ((<usize>row) << 2));
    const on = -((<i32>load<u8>(p + i)) ^ flip) & plane;
    outside += pixel >>> 31;
    store<i32>(b.places + 4 * i, select(waste, on + pixel, pixel < 0));
  }
  b.outside += outside;
}
