/** Filters without memory: of polarities, of columns and rows, and by a table of pixels. */
import { pin } from '../pin';
import { Block } from './block';
import { keep, nextGroup } from './groups';
import { GROUP } from './places';

/** Marks those of eight events that are inside the sensor, and counts those that are not; `left` are still to come. */
// @ts-ignore: decorator
@inline
function markInside(b: Block, marks: usize, out: v128, left: usize): void {
  const events = left < 8 ? (1 << (<i32>left)) - 1 : 0xff;
  const outside = i16x8.bitmask(out) & events;
  b.outside += popcnt(outside);
  store<u8>(marks, outside ^ events);
}

/** a: -1 where OFF is kept, else 0; b: the same of ON; c: 1 where the polarity changes. */
export function polarity(b: Block, n: usize): usize {
  const scratch = b.masks;
  const right = pin(i16x8.splat(<i16>(b.width - 1)), scratch);
  const bottom = pin(i16x8.splat(<i16>(b.height - 1)), scratch);
  const off = pin(i16x8.splat(<i16>b.a), scratch);
  const on = pin(i16x8.splat(<i16>b.b), scratch);
  const flip = pin(i8x16.splat(<i8>b.c), scratch);
  let x = b.x;
  let y = b.y;
  let p = b.p;
  let marks = b.marks;
  for (let i: usize = 0; i < n; i += 8) {
    const out = v128.or(i16x8.gt_u(v128.load(x), right), i16x8.gt_u(v128.load(y), bottom));
    const sign = v128.load64_zero(p);
    const isOff = i16x8.eq(i16x8.extend_low_i8x16_u(sign), i16x8.splat(0));
    markInside(b, marks, out, n - i);
    keep(b, marks++, i16x8.bitmask(v128.bitselect(off, on, isOff)));
    v128.store64_lane(p, v128.xor(sign, flip), 0);
    x += 16;
    y += 16;
    p += 8;
  }
  return n;
}

/**
 * a to b: columns that are kept; c to d: rows. e and f: what is added to columns and rows, which are first reversed where bit
 * 16 is set. Whoever calls exchanges the axes.
 */
export function axes(b: Block, n: usize): usize {
  const scratch = b.masks;
  const right = pin(i16x8.splat(<i16>(b.width - 1)), scratch);
  const bottom = pin(i16x8.splat(<i16>(b.height - 1)), scratch);
  const left = pin(i16x8.splat(<i16>b.a), scratch);
  const across = pin(i16x8.splat(<i16>(b.b - b.a)), scratch);
  const top = pin(i16x8.splat(<i16>b.c), scratch);
  const down = pin(i16x8.splat(<i16>(b.d - b.c)), scratch);
  const moveX = pin(i16x8.splat(<i16>b.e), scratch);
  const moveY = pin(i16x8.splat(<i16>b.f), scratch);
  const turnX = pin(i16x8.splat(<i16>-((b.e >> 16) & 1)), scratch);
  const turnY = pin(i16x8.splat(<i16>-((b.f >> 16) & 1)), scratch);
  let x = b.x;
  let y = b.y;
  let marks = b.marks;
  for (let i: usize = 0; i < n; i += 8) {
    const column = v128.load(x);
    const row = v128.load(y);
    markInside(b, marks, v128.or(i16x8.gt_u(column, right), i16x8.gt_u(row, bottom)), n - i);
    const gone = v128.or(i16x8.gt_u(i16x8.sub(column, left), across), i16x8.gt_u(i16x8.sub(row, top), down));
    keep(b, marks++, ~i16x8.bitmask(gone));
    v128.store(x, i16x8.add(v128.xor(column, turnX), moveX));
    v128.store(y, i16x8.add(v128.xor(row, turnY), moveY));
    x += 16;
    y += 16;
  }
  return n;
}

/** The table has the place that a pixel's events go to, x in the lower half, y above it, negative for none. */
export function table(b: Block, n: usize): usize {
  const cells = b.table;
  let x = b.x;
  let y = b.y;
  for (let from: usize = 0; from < n; from += GROUP) {
    const group = nextGroup(b, from, n);
    let marks = b.marks + (from >>> 3);
    let at = b.places;
    for (const end = at + 4 * group; at < end; at += 32) {
      const low = four(cells, at);
      const high = four(cells, at + 16);
      keep(b, marks++, ~(i32x4.bitmask(low) | (i32x4.bitmask(high) << 4)));
      v128.store(x, i8x16.shuffle(low, high, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29));
      v128.store(y, i8x16.shuffle(low, high, 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31));
      x += 16;
      y += 16;
    }
  }
  return n;
}

/** What a table has for four places. */
// @ts-ignore: decorator
@inline
function four(cells: usize, at: usize): v128 {
  let found = v128.load32_zero(cells + 4 * <usize>load<u32>(at));
  found = v128.load32_lane(cells + 4 * <usize>load<u32>(at, 4), found, 1);
  found = v128.load32_lane(cells + 4 * <usize>load<u32>(at, 8), found, 2);
  return v128.load32_lane(cells + 4 * <usize>load<u32>(at, 12), found, 3);
}
