/** EVT2.1 words of one event each, four at a time. What this does is stated by src/formats/evt21/scalar.ts. */
import { pin } from '../pin';
import { Block } from './block';
import { Output } from './output';

const WORDS: u32 = 4;
/** Events of the densest word, for which decoding of one word asks for room. */
const PIXELS: i32 = 32;

/**
 * Decodes words as long as four in a row hold one event each, none before the one in front of it, all inside the
 * sensor. State and account in the block are up to date, before and after.
 *
 * @returns how many words were consumed, a multiple of four.
 */
export function decodeEvt21Singles(b: Block, o: Output, input: usize, count: u32, room: i32): u32 {
  const scratch = o.t + 8 * <usize>b.events;
  const high = pin(f64x2.splat(b.highMicros), scratch);
  const width = pin(i32x4.splat(b.width), scratch);
  const height = pin(i32x4.splat(b.height), scratch);
  const typeBits = pin(i32x4.splat(0xe000_0000), scratch);
  const coordinate = pin(i32x4.splat(0x7ff), scratch);
  const lowBits = pin(i32x4.splat(0x3f), scratch);
  const exponent = pin(i32x4.splat(0xff), scratch);
  const one = pin(i32x4.splat(1), scratch);
  const bias = pin(i32x4.splat(127), scratch);
  const upperFirst = pin(i32x4.splat(b.rotation === 0 ? 0 : -1), scratch);
  let before = i32x4.splat(<i32>max(-1.0, min(64.0, b.previous - b.highMicros)));
  let n = b.events;
  let on: u32 = 0;
  let done: u32 = 0;
  while (done + WORDS <= count && n + <i32>WORDS - 1 + PIXELS <= room) {
    const at = input + 8 * <usize>done;
    const w0 = v128.load(at);
    const w1 = v128.load(at, 16);
    const even = v128.shuffle<i32>(w0, w1, 0, 2, 4, 6);
    const odd = v128.shuffle<i32>(w0, w1, 1, 3, 5, 7);
    const uppers = v128.bitselect(even, odd, upperFirst);
    const masks = v128.bitselect(odd, even, upperFirst);
    // The number of a single bit is the exponent of the mask as a number.
    const bit = i32x4.sub(v128.and(i32x4.shr_u(f32x4.convert_i32x4_s(masks), 23), exponent), bias);
    const x = i32x4.add(v128.and(i32x4.shr_u(uppers, 11), coordinate), bit);
    const y = v128.and(uppers, coordinate);
    const lows = v128.and(i32x4.shr_u(uppers, 22), lowBits);
    const others = v128.or(
      v128.or(v128.and(uppers, typeBits), v128.and(masks, i32x4.sub(masks, one))),
      v128.or(
        v128.or(i32x4.ge_s(x, width), i32x4.ge_s(y, height)),
        v128.or(
          i32x4.eq(masks, i32x4.splat(0)),
          i32x4.gt_s(v128.shuffle<i32>(before, lows, 3, 4, 5, 6), lows),
        ),
      ),
    );
    if (v128.any_true(others)) break;
    const slot = <usize>n;
    v128.store64_lane(o.x + 2 * slot, i16x8.narrow_i32x4_u(x, x), 0);
    v128.store64_lane(o.y + 2 * slot, i16x8.narrow_i32x4_u(y, y), 0);
    const polarities = i32x4.shr_u(uppers, 28);
    const p = i16x8.narrow_i32x4_u(polarities, polarities);
    v128.store32_lane(o.p + slot, i8x16.narrow_i16x8_u(p, p), 0);
    on += <u32>popcnt(<u32>i32x4.bitmask(i32x4.shl(uppers, 3)));
    const t = o.t + 8 * slot;
    v128.store(t, f64x2.add(f64x2.convert_low_i32x4_s(lows), high));
    v128.store(t, f64x2.add(f64x2.convert_low_i32x4_s(v128.shuffle<i64>(lows, lows, 1, 1)), high), 16);
    before = lows;
    n += WORDS;
    done += WORDS;
  }
  if (done > 0) b.previous = load<f64>(o.t + 8 * <usize>(n - 1));
  b.events = n;
  b.on += on;
  return done;
}
