/** EVT2: src/formats/evt2/scalar.ts in WebAssembly, eight plain events at a time. */
import { Block } from './block';
import { countOther, Output, putPixel } from './output';

const TIME_HIGH: u32 = 8;

/** Moves the clock of EVT2 and EVT2.1. */
export function setHigh(b: Block, high: i32): void {
  if (b.high - high > 0x800_0000) b.loops++;
  b.high = high;
  b.highMicros = (<f64>b.loops * 268435456.0 + <f64>high) * 64.0;
}

/**
 * Decodes up to `count` words while there is room; stops before a word of a type to stop at.
 *
 * @returns how many words were consumed.
 */
export function decodeEvt2(b: Block, o: Output, input: usize, count: u32, room: i32): u32 {
  const typeBits = i32x4.splat(0xe000_0000);
  const coordinate = i32x4.splat(0x7ff);
  const lowBits = i32x4.splat(0x3f);
  const width = i32x4.splat(b.width);
  const height = i32x4.splat(b.height);
  const one = i32x4.splat(1);
  let on = i32x4.splat(0);
  let done: u32 = 0;
  while (done < count && b.events + 8 <= room) {
    const at = input + 4 * <usize>done;
    if (done + 8 <= count) {
      const w0 = v128.load(at);
      const w1 = v128.load(at, 16);
      const x0 = v128.and(i32x4.shr_u(w0, 11), coordinate);
      const x1 = v128.and(i32x4.shr_u(w1, 11), coordinate);
      const y0 = v128.and(w0, coordinate);
      const y1 = v128.and(w1, coordinate);
      const t0 = v128.and(i32x4.shr_u(w0, 22), lowBits);
      const t1 = v128.and(i32x4.shr_u(w1, 22), lowBits);
      // The time of the event before, as low bits: none of these may be before it unseen.
      const bound = i32x4.splat(<i32>max(-1.0, min(64.0, b.previous - b.highMicros)));
      const odd = v128.or(
        v128.and(v128.or(w0, w1), typeBits),
        v128.or(
          v128.or(
            v128.or(i32x4.ge_s(x0, width), i32x4.ge_s(x1, width)),
            v128.or(i32x4.ge_s(y0, height), i32x4.ge_s(y1, height)),
          ),
          v128.or(
            i32x4.gt_s(v128.shuffle<i32>(bound, t0, 3, 4, 5, 6), t0),
            i32x4.gt_s(v128.shuffle<i32>(t0, t1, 3, 4, 5, 6), t1),
          ),
        ),
      );
      if (!v128.any_true(odd)) {
        const n = <usize>b.events;
        const p0 = v128.and(i32x4.shr_u(w0, 28), one);
        const p1 = v128.and(i32x4.shr_u(w1, 28), one);
        on = i32x4.add(on, i32x4.add(p0, p1));
        v128.store(o.x + 2 * n, i16x8.narrow_i32x4_u(x0, x1));
        v128.store(o.y + 2 * n, i16x8.narrow_i32x4_u(y0, y1));
        const p = i16x8.narrow_i32x4_u(p0, p1);
        v128.store64_lane(o.p + n, i8x16.narrow_i16x8_u(p, p), 0);
        const high = f64x2.splat(b.highMicros);
        const t = o.t + 8 * n;
        v128.store(t, f64x2.add(f64x2.convert_low_i32x4_u(t0), high));
        v128.store(t, f64x2.add(f64x2.convert_low_i32x4_u(v128.shuffle<i64>(t0, t0, 1, 1)), high), 16);
        v128.store(t, f64x2.add(f64x2.convert_low_i32x4_u(t1), high), 32);
        v128.store(t, f64x2.add(f64x2.convert_low_i32x4_u(v128.shuffle<i64>(t1, t1, 1, 1)), high), 48);
        b.previous = load<f64>(t, 56);
        b.events += 8;
        done += 8;
        continue;
      }
    }
    for (let end = min(done + 8, count); done < end; done++) {
      const word = load<u32>(input + 4 * <usize>done);
      const type = word >>> 28;
      if (type <= 1) {
        const time = b.highMicros + <f64>((word >>> 22) & 0x3f);
        putPixel(b, o, time, (word >>> 11) & 0x7ff, word & 0x7ff, type);
      } else if (type == TIME_HIGH) {
        setHigh(b, word & 0xfff_ffff);
      } else if (countOther(b, o, type)) {
        b.on += sum(on);
        return done;
      }
    }
  }
  b.on += sum(on);
  return done;
}

function sum(v: v128): i32 {
  return (
    i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
  );
}
