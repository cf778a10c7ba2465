/**
 * Event Stream's dvs events, up to eight at a time: those in front of the next byte that is none. What this does is
 * stated by the plain loop in src/formats/es/pixels.ts, which it must equal bit for bit.
 */
import { pin } from '../pin';
import { Block } from './block';

const BYTES: usize = 5;
/** First bytes from here on are no event. */
const PADDING: i32 = 0xfe;
const OVERFLOW: i32 = 0xff;
const OVERFLOW_MICROS: f64 = 127.0;
/** Sums of eight deltas are exact below, in any order. */
const EXACT: f64 = 4503599627370496.0;

/** Decodes whole events and the bytes between from `start` to `end`; the 16 bytes after it must be readable. */
export function decodeDvs(
  b: Block,
  start: usize,
  end: usize,
  times: usize,
  columns: usize,
  rows: usize,
  polarities: usize,
): usize {
  let n: usize = b.events;
  const scratch = times + 8 * n;
  const right = pin(i32x4.splat(b.right), scratch);
  const bottom = pin(i32x4.splat(b.bottom), scratch);
  const padding = pin(i32x4.splat(PADDING), scratch);
  const low16 = pin(i32x4.splat(0xffff), scratch);
  const one = pin(i32x4.splat(1), scratch);
  // The places of two events, then their first bytes; an index past 15 makes the byte 0.
  const apart = pin(i8x16(1, 2, 3, 4, 6, 7, 8, 9, 0, -1, -1, -1, 5, -1, -1, -1), scratch);
  const partial = changetype<usize>(b) + offsetof<Block>('sums');
  let time = b.time;
  let on: u32 = 0;
  let at = start;
  while (at < end) {
    if (at + 8 * BYTES + sizeof<u64>() <= end && time < EXACT) {
      const r0 = v128.swizzle(v128.load(at), apart);
      const r1 = v128.swizzle(v128.load(at, 10), apart);
      const r2 = v128.swizzle(v128.load(at, 20), apart);
      const r3 = v128.swizzle(v128.load(at, 30), apart);
      const place0 = v128.shuffle<i64>(r0, r1, 0, 2);
      const place1 = v128.shuffle<i64>(r2, r3, 0, 2);
      const first0 = v128.shuffle<i64>(r0, r1, 1, 3);
      const first1 = v128.shuffle<i64>(r2, r3, 1, 3);
      const x0 = v128.and(place0, low16);
      const x1 = v128.and(place1, low16);
      const y0 = i32x4.sub(bottom, i32x4.shr_u(place0, 16));
      const y1 = i32x4.sub(bottom, i32x4.shr_u(place1, 16));
      const odd0 = v128.or(v128.or(i32x4.ge_s(first0, padding), i32x4.gt_s(x0, right)), y0);
      const odd1 = v128.or(v128.or(i32x4.ge_s(first1, padding), i32x4.gt_s(x1, right)), y1);
      const sum0 = sums(i32x4.shr_u(first0, 1));
      const sum1 = i32x4.add(sums(i32x4.shr_u(first1, 1)), v128.shuffle<i32>(sum0, sum0, 3, 3, 3, 3));
      const base = f64x2.splat(time);
      // Events from the first odd one on are written over by the next.
      const t = times + 8 * n;
      v128.store(t, f64x2.add(f64x2.convert_low_i32x4_s(sum0), base));
      v128.store(t, f64x2.add(f64x2.convert_low_i32x4_s(v128.shuffle<i64>(sum0, sum0, 1, 1)), base), 16);
      v128.store(t, f64x2.add(f64x2.convert_low_i32x4_s(sum1), base), 32);
      v128.store(t, f64x2.add(f64x2.convert_low_i32x4_s(v128.shuffle<i64>(sum1, sum1, 1, 1)), base), 48);
      v128.store(columns + 2 * n, i16x8.narrow_i32x4_u(x0, x1));
      v128.store(rows + 2 * n, i16x8.narrow_i32x4_u(y0, y1));
      const p = i16x8.narrow_i32x4_u(v128.and(first0, one), v128.and(first1, one));
      v128.store64_lane(polarities + n, i8x16.narrow_i16x8_u(p, p), 0);
      const ons = <u32>i16x8.bitmask(i16x8.shl(p, 15));
      const odd = (<u32>i32x4.bitmask(odd0)) | ((<u32>i32x4.bitmask(odd1)) << 4);
      if (odd == 0) {
        on += popcnt<u32>(ons);
        n += 8;
        at += 8 * BYTES;
        time += <f64>i32x4.extract_lane(sum1, 3);
        continue;
      }
      const usual = ctz<u32>(odd);
      on += popcnt<u32>(ons & ((1 << usual) - 1));
      n += <usize>usual;
      at += BYTES * <usize>usual;
      // Some or none: no branch, as it could not be foretold.
      const overflows = (<u32>ctz(~load<u64>(at) | 0xff00_0000_0000_0000)) >>> 3;
      at += <usize>overflows;
      b.overflows += <i32>overflows;
      v128.store(partial, sum0, 4);
      v128.store(partial, sum1, 20);
      time += <f64>(load<i32>(partial + ((<usize>usual) << 2)) + 127 * <i32>overflows);
      if (overflows > 0) continue;
    }
    const first = <i32>load<u8>(at);
    if (first >= PADDING) {
      if (first == OVERFLOW) {
        time += OVERFLOW_MICROS;
        b.overflows++;
      }
      at++;
      continue;
    }
    if (end - at < BYTES) break;
    time += <f64>(first >> 1);
    const x = <i32>load<u16>(at, 1);
    const y = b.bottom - <i32>load<u16>(at, 3);
    at += BYTES;
    if (x > b.right || y < 0) {
      b.outside++;
      continue;
    }
    on += first & 1;
    store<f64>(times + 8 * n, time);
    store<u16>(columns + 2 * n, <u16>x);
    store<u16>(rows + 2 * n, <u16>y);
    store<u8>(polarities + n, <u8>(first & 1));
    n++;
  }
  b.time = time;
  b.events = <i32>n;
  b.on += <i32>on;
  return at;
}

/** Each lane plus those before it. */
function sums(v: v128): v128 {
  const zero = i32x4.splat(0);
  const pairs = i32x4.add(v, v128.shuffle<i32>(zero, v, 0, 4, 5, 6));
  return i32x4.add(pairs, v128.shuffle<i32>(zero, pairs, 0, 1, 4, 5));
}
