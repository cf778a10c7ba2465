/** Filters that count the events of pixels, whatever their times. As in remembering.ts, places become what is judged. */
import { Block } from './block';
import { keepNegative, nextGroup, whole } from './groups';
import { GROUP } from './places';

/** a: of so many events of a pixel, the last is kept. */
export function decimated(b: Block, n: usize): usize {
  const cells = b.table;
  const last = b.a;
  for (let from: usize = 0; from < n; from += GROUP) {
    const group = nextGroup(b, from, n);
    let at = b.places;
    for (const end = at + whole(group); at < end; at += 4) {
      const cell = cells + 4 * <usize>load<u32>(at);
      const count = load<i32>(cell) + 1;
      const stays = -i32(count == last);
      store<i32>(cell, count & ~stays);
      store<i32>(at, stays);
    }
    keepNegative(b, from, group);
  }
  return n;
}

/**
 * The table has where columns go, then where the rows of sums begin, then where rows go, each with one more entry; then the sums, and
 * one of events outside. a: the sum that makes an event, whatever its sign; b: the number of the sum outside.
 */
export function integrated(b: Block, n: usize): usize {
  const width = b.width;
  const height = b.height;
  const columns = b.table;
  const starts = columns + 4 * <usize>(width + 1);
  const rows = starts + 4 * <usize>(height + 1);
  const sums = rows + 4 * <usize>(height + 1);
  const limit = b.a;
  const outside = b.b;
  const waste = b.waste;
  let x = b.x;
  let y = b.y;
  let p = b.p;
  for (let from: usize = 0; from < n; from += GROUP) {
    const group = nextGroup(b, from, n);
    let at = b.places;
    for (const end = at + whole(group); at < end; at += 4) {
      const column = load<i32>(columns + 4 * <usize>min(<i32>load<u16>(x), width));
      const row = <usize>min(<i32>load<u16>(y), height);
      const sumAt = load<i32>(starts + 4 * row) + column;
      const cell = sums + 4 * <usize>select(outside, sumAt, load<i32>(at) == waste);
      const sum = load<i32>(cell) + 2 * <i32>load<u8>(p++) - 1;
      const fires = -(i32(sum == limit) | i32(sum == -limit));
      store<i32>(cell, sum & ~fires);
      store<i32>(at, fires);
      store<u16>(x, <u16>column);
      store<u16>(y, <u16>load<i32>(rows + 4 * row));
      x += 2;
      y += 2;
    }
    keepNegative(b, from, group);
  }
  return n;
}
