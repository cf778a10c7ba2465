/** What comes in front of judging a group of events, and behind it. */
import { Block } from './block';
import { GROUP, due, places, times } from './places';

/** Bytes from an event's place to its time. */
export const TIME_OFFSET: usize = 4 * GROUP + 32;

/** Places of so many events and up to seven more, which are at the place that is waste. */
// @ts-ignore: decorator
@inline
export function whole(events: usize): usize {
  return 4 * ((events + 7) & ~7);
}

/** The places of the next events, at most GROUP. @returns how many they are. */
// @ts-ignore: decorator
@inline
export function nextGroup(b: Block, from: usize, n: usize): usize {
  const group = min(GROUP, n - from);
  b.outside += <i32>group - places(b, from, group);
  return group;
}

/** The same, and their times, up to an event inside the sensor that is too far from the epoch. */
// @ts-ignore: decorator
@inline
export function nextTimes(b: Block, from: usize, n: usize): usize {
  const group = min(GROUP, n - from);
  const inside = places(b, from, group);
  return cut(b, from, group, times(b, from, group), inside);
}

/** The same up to an event inside the sensor at or behind the end of a period. */
// @ts-ignore: decorator
@inline
export function nextUntilEnd(b: Block, from: usize, n: usize): usize {
  const group = min(GROUP, n - from);
  const inside = places(b, from, group);
  return cut(b, from, group, due(b, from, group), inside);
}

function cut(b: Block, from: usize, group: usize, reached: usize, inside: i32): usize {
  b.outside += <i32>reached - (reached < group ? places(b, from, reached) : inside);
  return reached;
}

/** Of the eight events whose marks are at an address, only those with a bit here stay. */
// @ts-ignore: decorator
@inline
export function keep(b: Block, marks: usize, bits: i32): void {
  const kept = bits & <i32>load<u8>(marks);
  store<u8>(marks, kept);
  b.kept += popcnt(kept);
}

/** Of the events [from, from + group), those stay for which something negative was put into the place. */
export function keepNegative(b: Block, from: usize, group: usize): void {
  let marks = b.marks + (from >>> 3);
  let at = b.places;
  for (const end = at + 4 * group; at < end; at += 32)
    keep(b, marks++, i32x4.bitmask(v128.load(at)) | (i32x4.bitmask(v128.load(at, 16)) << 4));
}
