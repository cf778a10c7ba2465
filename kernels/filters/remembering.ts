/**
 * Filters that remember what a pixel did. An event's place is replaced by what is judged of it, negative where it is kept:
 * one loop, of which V8 makes more than of eight events in a row (80 and 56 million a second with counted neighbours).
 */
import { Block } from './block';
import { keepNegative, nextGroup, nextTimes, nextUntilEnd, TIME_OFFSET, whole } from './groups';
import { GROUP } from './places';

/** a: twice the time that is enough; b: -1 where every event begins the period, else 0. @returns how many were judged. */
export function refractory(b: Block, n: usize): usize {
  const cells = b.table;
  const enough = b.a;
  const everyEvent = b.b;
  for (let from: usize = 0; from < n; ) {
    const group = nextTimes(b, from, n);
    let at = b.places;
    for (const end = at + whole(group); at < end; at += 4) {
      const cell = cells + 4 * <usize>load<u32>(at);
      const now = load<i32>(at, TIME_OFFSET);
      const last = load<i32>(cell);
      // All ones where the event is too near.
      const near = (now - last - enough) >> 31;
      const stays = near & ~everyEvent;
      store<i32>(cell, (last & stays) | (now & ~stays));
      store<i32>(at, ~near);
    }
    keepNegative(b, from, group);
    if (group < min(GROUP, n - from)) return from + group;
    from += group;
  }
  return n;
}

/** Where the mask of the neighbours in the event's own row is, behind that of the rows above and below. */
const OWN_ROW: usize = 16;

/**
 * Neighbours are looked at a row at a time, from the one to the left to the second to the right.
 *
 * a: twice the window, less one; b: 1 for eight neighbours, 0 for four. @returns how many were judged.
 */
export function anyNeighbour(b: Block, n: usize): usize {
  const cells = b.table;
  const row = 4 * <usize>b.stride;
  const back = b.a;
  const masks = b.masks;
  v128.store(masks, i32x4(-b.b, -1, -b.b, 0));
  v128.store(masks, i32x4(-1, 0, -1, 0), OWN_ROW);
  for (let from: usize = 0; from < n; ) {
    const group = nextTimes(b, from, n);
    let at = b.places;
    for (const end = at + whole(group); at < end; at += 4) {
      const cell = cells + 4 * <usize>load<u32>(at);
      const now = load<i32>(at, TIME_OFFSET);
      const late = i32x4.splat(now - back);
      const others = v128.or(
        i32x4.gt_s(v128.load(cell - row - 4), late),
        i32x4.gt_s(v128.load(cell + row - 4), late),
      );
      const own = i32x4.gt_s(v128.load(cell - 4), late);
      const near = v128.or(v128.and(others, v128.load(masks)), v128.and(own, v128.load(masks, OWN_ROW)));
      store<i32>(cell, now);
      store<i32>(at, -i32(v128.any_true(near)));
    }
    keepNegative(b, from, group);
    if (group < min(GROUP, n - from)) return from + group;
    from += group;
  }
  return n;
}

/** NEVER in src/filters/pixel-times.ts. */
const NEVER: i32 = -(1 << 30);

/** Negative are those of four times that are near enough and of the sign, where `polarities` is all ones. */
// @ts-ignore: decorator
@inline
function near(address: usize, late: v128, sign: v128, polarities: v128): v128 {
  const times = v128.load(address);
  const differs = v128.and(i32x4.shl(v128.xor(times, sign), 31), polarities);
  return v128.andnot(i32x4.gt_s(times, late), differs);
}

/**
 * a: twice the window, less one; b: -1 where polarities are compared, else 0; c: bits of the neighbours that count, four for
 * a row; d to e: so many are asked for; f: -1 where a pixel's first event is kept, else 0. @returns how many were judged.
 */
export function countedNeighbours(b: Block, n: usize): usize {
  const cells = b.table;
  const row = 4 * <usize>b.stride;
  const back = b.a;
  const counting = b.c;
  const below = b.d - 1;
  const above = b.e + 1;
  const keepsFirst = b.f;
  const masks = b.masks;
  v128.store(masks, i32x4.splat(b.b));
  for (let from: usize = 0; from < n; ) {
    const group = nextTimes(b, from, n);
    let at = b.places;
    let p = b.p + from;
    for (const end = at + whole(group); at < end; at += 4) {
      const cell = cells + 4 * <usize>load<u32>(at);
      const now = load<i32>(at, TIME_OFFSET);
      const polarity = <i32>load<u8>(p++);
      const late = i32x4.splat(now - back);
      const sign = i32x4.splat(polarity);
      const polarities = v128.load(masks);
      const upper = i16x8.narrow_i32x4_s(
        near(cell - row - 4, late, sign, polarities),
        near(cell - 4, late, sign, polarities),
      );
      const lower = near(cell + row - 4, late, sign, polarities);
      const signs = i8x16.bitmask(i8x16.narrow_i16x8_s(upper, i16x8.narrow_i32x4_s(lower, lower)));
      const count = popcnt(signs & counting);
      const first = select(keepsFirst, 0, load<i32>(cell) == NEVER);
      store<i32>(cell, now | polarity);
      store<i32>(at, ((below - count) & (count - above)) | first);
    }
    keepNegative(b, from, group);
    if (group < min(GROUP, n - from)) return from + group;
    from += group;
  }
  return n;
}

/** Leaves out pixels whose flag is 1. */
export function flagged(b: Block, n: usize): usize {
  const flags = b.flags;
  for (let from: usize = 0; from < n; from += GROUP) {
    const group = nextGroup(b, from, n);
    let at = b.places;
    for (const end = at + whole(group); at < end; at += 4)
      store<i32>(at, <i32>load<u8>(flags + <usize>load<u32>(at)) - 1);
    keepNegative(b, from, group);
  }
  return n;
}

/** The same, and counts the events of each pixel until the end of the period. @returns how many were judged. */
export function countedUntilEnd(b: Block, n: usize): usize {
  const counts = b.table;
  const flags = b.flags;
  for (let from: usize = 0; from < n; ) {
    const group = nextUntilEnd(b, from, n);
    let at = b.places;
    for (const end = at + whole(group); at < end; at += 4) {
      const place = <usize>load<u32>(at);
      const count = counts + 4 * place;
      store<i32>(count, load<i32>(count) + 1);
      store<i32>(at, <i32>load<u8>(flags + place) - 1);
    }
    keepNegative(b, from, group);
    if (group < min(GROUP, n - from)) return from + group;
    from += group;
  }
  return n;
}
