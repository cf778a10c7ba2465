/**
 * Counting events per pixel. What this does is stated by the plain loops in src/frames/count-plain.ts, which it must
 * equal. Places are computed eight at a time; counts are cut at their maximum as they grow, so that no pass over the
 * frame is needed behind the events.
 */
import { Block } from './block';
import { GROUP, mappedPlaces, places } from './places';

/** One more event at a place; returns 1 if its count is full, and stays as it is. */
// @ts-ignore: decorator
@inline
function add<T>(counts: usize, at: i32): i32 {
  const count = counts + <usize>at * sizeof<T>();
  const next = <i32>load<T>(count) + 1;
  const over = sizeof<T>() == 4 ? 0 : next >>> (8 * <i32>sizeof<T>());
  store<T>(count, <T>(next - over));
  return over;
}

// @ts-ignore: decorator
@inline
function count<T>(b: Block, n: usize): void {
  const counts = b.counts;
  const listed = b.places;
  const waste = counts + <usize>b.waste * sizeof<T>();
  let saturated = 0;
  for (let from: usize = 0; from < n; from += GROUP) {
    const group = min(GROUP, n - from);
    if (b.columns == 0) places(b, from, group);
    else mappedPlaces(b, from, group);
    let at = listed;
    for (const end = listed + 4 * (group & ~7); at < end; at += 32) {
      saturated += add<T>(counts, load<i32>(at));
      saturated += add<T>(counts, load<i32>(at, 4));
      saturated += add<T>(counts, load<i32>(at, 8));
      saturated += add<T>(counts, load<i32>(at, 12));
      saturated += add<T>(counts, load<i32>(at, 16));
      saturated += add<T>(counts, load<i32>(at, 20));
      saturated += add<T>(counts, load<i32>(at, 24));
      saturated += add<T>(counts, load<i32>(at, 28));
      // Or it would be full some time.
      store<T>(waste, 0);
    }
    for (const end = listed + 4 * group; at < end; at += 4) saturated += add<T>(counts, load<i32>(at));
    store<T>(waste, 0);
  }
  b.saturated += saturated;
}

/** Counts `n` events in bytes. */
export function count8(b: Block, n: usize): void {
  count<u8>(b, n);
}

export function count16(b: Block, n: usize): void {
  count<u16>(b, n);
}

export function count32(b: Block, n: usize): void {
  count<u32>(b, n);
}
