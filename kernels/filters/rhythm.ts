/** Filters that judge by when events come, in double precision. As in remembering.ts, places become what is judged. */
import { Block } from './block';
import { keepNegative, nextGroup, whole } from './groups';
import { GROUP } from './places';

/**
 * The table has when each pixel last turned from OFF to ON, in double precision; the flags, how many periods in a row were in the band, times
 * two, and the polarity of the last event. epoch to end: the periods of the band; a: so many in a row are left out.
 */
export function flicker(b: Block, n: usize): usize {
  const turns = b.table;
  const flags = b.flags;
  const shortest = b.epoch;
  const longest = b.end;
  const periods = b.a;
  for (let from: usize = 0; from < n; from += GROUP) {
    const group = nextGroup(b, from, n);
    let t = b.t + 8 * from;
    let p = b.p + from;
    let at = b.places;
    for (const end = at + whole(group); at < end; at += 4) {
      const place = <usize>load<u32>(at);
      const turn = turns + 8 * place;
      const time = load<f64>(t);
      const last = load<f64>(turn);
      const since = time - last;
      const sign = <i32>load<u8>(p++);
      const state = <i32>load<u8>(flags + place);
      const count = state >> 1;
      const rises = sign > (state & 1);
      const further = select(min(count + 1, periods), 0, i32(since >= shortest) & i32(since <= longest));
      const next = select(further, select(0, count, since > longest), rises);
      store<f64>(turn, select(time, last, rises));
      store<u8>(flags + place, (next << 1) | sign);
      store<i32>(at, -i32(next < periods));
      t += 8;
    }
    keepNegative(b, from, group);
  }
  return n;
}

/**
 * epoch: where the open window begins; end: how long it is; a: most events of a window; b: 1 where a share of a window is kept; c: its
 * events that came, d: those of them that are kept; e: of so many, one is kept.
 */
export function rateLimited(b: Block, n: usize): usize {
  const length = b.end;
  const most = b.a;
  const waste = b.waste;
  let start = b.epoch;
  let came = b.c;
  let stayed = b.d;
  let share = b.e;
  let phase = came % share;
  for (let from: usize = 0; from < n; from += GROUP) {
    const group = nextGroup(b, from, n);
    let t = b.t + 8 * from;
    let at = b.places;
    for (const end = at + 4 * group; at < end; at += 4) {
      const time = load<f64>(t);
      t += 8;
      if (load<i32>(at) == waste) continue;
      if (time >= start + length) {
        const windows = floor((time - start) / length);
        share = b.b && windows == 1 ? <i32>max(1, ceil(<f64>came / <f64>most)) : 1;
        start += windows * length;
        came = stayed = phase = 0;
      }
      const stays = i32(phase == 0) & i32(stayed < most);
      stayed += stays;
      came++;
      phase = phase + 1 == share ? 0 : phase + 1;
      store<i32>(at, -stays);
    }
    keepNegative(b, from, group);
  }
  b.epoch = start;
  b.c = came;
  b.d = stayed;
  b.e = share;
  return n;
}
