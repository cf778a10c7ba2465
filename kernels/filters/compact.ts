/** Moves the events that are kept to the front. */
import { Block } from './block';

/** Writes the lanes that come first for every eight marks: see Block. */
export function listLanes(lanes: usize): void {
  for (let marks = 0; marks < 256; marks++) {
    let n = 0;
    for (let lane = 0; lane < 8; lane++) {
      if (!((marks >> lane) & 1)) continue;
      const at = <usize>(16 * marks + 2 * n);
      store<u8>(lanes + at, 2 * lane);
      store<u8>(lanes + at, 2 * lane + 1, 1);
      store<u8>(lanes + <usize>(8 * marks + n), lane, 4096);
      n++;
    }
  }
}

/** One time; the next one goes behind it if it is kept. */
// @ts-ignore: decorator
@inline
function time(from: usize, to: usize, marks: usize, lane: usize): usize {
  store<f64>(to, load<f64>(from + 8 * lane));
  return to + (((marks >>> lane) & 1) << 3);
}

/**
 * Of `n` events. Without a branch, as what is kept is as good as random; no event is overwritten before it was read. Up to
 * seven behind the last one are read and written too.
 */
export function compact(b: Block, n: usize): void {
  const lanes = b.lanes;
  const signs = lanes + 4096;
  let t = b.t;
  let x = b.x;
  let y = b.y;
  let p = b.p;
  let toT = t;
  let toX = x;
  let toY = y;
  let toP = p;
  const end = b.marks + ((n + 7) >>> 3);
  for (let at = b.marks; at < end; at++) {
    const marks = <usize>load<u8>(at);
    const kept = <usize>popcnt(<i32>marks);
    const order = v128.load(lanes + 16 * marks);
    v128.store(toX, i8x16.swizzle(v128.load(x), order));
    v128.store(toY, i8x16.swizzle(v128.load(y), order));
    v128.store64_lane(toP, i8x16.swizzle(v128.load64_zero(p), v128.load64_zero(signs + 8 * marks)), 0);
    toT = time(t, toT, marks, 0);
    toT = time(t, toT, marks, 1);
    toT = time(t, toT, marks, 2);
    toT = time(t, toT, marks, 3);
    toT = time(t, toT, marks, 4);
    toT = time(t, toT, marks, 5);
    toT = time(t, toT, marks, 6);
    toT = time(t, toT, marks, 7);
    toX += 2 * kept;
    toY += 2 * kept;
    toP += kept;
    t += 64;
    x += 16;
    y += 16;
    p += 8;
  }
}
