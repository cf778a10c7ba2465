/**
 * Records of an address word and a time word, turned into events eight at a time. What this does is stated by the
 * plain loop in src/formats/records/scalar.ts, which it must equal bit for bit.
 */
import { pin } from '../pin';
import { Block } from './block';

/**
 * Decodes up to `count` records from `input` on; stops before a marker. The 16 bytes after the input must be
 * readable, the 16 bytes after each output writable.
 *
 * @returns how many records were consumed; the rest of the account is in the block.
 */
export function decodeRecords(
  b: Block,
  input: usize,
  count: u32,
  times: usize,
  columns: usize,
  rows: usize,
  polarities: usize,
): u32 {
  const swizzle = v128.load(changetype<usize>(b));
  const recordBytes = <usize>b.recordBytes;
  const xMask = pin(i32x4.splat(b.xMask), times);
  const xFlip = pin(i32x4.splat(b.xFlip), times);
  const xBase = pin(i32x4.splat(b.xBase), times);
  const xLast = pin(i32x4.splat(b.xLast), times);
  const yMask = pin(i32x4.splat(b.yMask), times);
  const yFlip = pin(i32x4.splat(b.yFlip), times);
  const yBase = pin(i32x4.splat(b.yBase), times);
  const yLast = pin(i32x4.splat(b.yLast), times);
  const polarityMask = pin(i32x4.splat(b.polarityMask), times);
  const invert = pin(i32x4.splat(b.polarityInvert), times);
  const one = pin(i32x4.splat(1), times);
  const pixelMask = pin(i32x4.splat(b.pixelMask), times);
  const pixelValue = pin(i32x4.splat(b.pixelValue), times);
  const markerMask = pin(i32x4.splat(b.markerMask), times);
  const markerValue = pin(i32x4.splat(b.markerValue), times);
  const timeMask = pin(i32x4.splat(b.timeMask), times);
  const timeXor = pin(i32x4.splat(b.timeXor), times);
  const nowhere = i32x4.splat(0);

  b.events = 0;
  b.on = 0;
  b.backwardSteps = 0;
  b.notPixel = 0;
  b.outside = 0;
  b.marker = 0;
  let on = nowhere;
  // The last lane is a time that none of the next records may be before without being looked at one by one.
  let bound = i32x4.splat(max(b.last, b.lastEvent));
  let offset = f64x2.splat(b.offset);
  const xShift = b.xShift;
  const yShift = b.yShift;
  const polarityShift = b.polarityShift;
  // The account of the vectors stays out of the block until something must be looked at one by one.
  let n: usize = 0;
  let done: u32 = 0;
  let at = input;
  while (done < count) {
    if (done + 8 <= count) {
      const r0 = v128.swizzle(v128.load(at), swizzle);
      const r1 = v128.swizzle(v128.load(at + 2 * recordBytes), swizzle);
      const r2 = v128.swizzle(v128.load(at + 4 * recordBytes), swizzle);
      const r3 = v128.swizzle(v128.load(at + 6 * recordBytes), swizzle);
      const a0 = v128.shuffle<i64>(r0, r1, 0, 2);
      const a1 = v128.shuffle<i64>(r2, r3, 0, 2);
      const t0 = v128.xor(v128.and(v128.shuffle<i64>(r0, r1, 1, 3), timeMask), timeXor);
      const t1 = v128.xor(v128.and(v128.shuffle<i64>(r2, r3, 1, 3), timeMask), timeXor);
      const x0 = v128.and(i32x4.shr_u(a0, xShift), xMask);
      const x1 = v128.and(i32x4.shr_u(a1, xShift), xMask);
      const y0 = v128.and(i32x4.shr_u(a0, yShift), yMask);
      const y1 = v128.and(i32x4.shr_u(a1, yShift), yMask);
      const backward = v128.or(
        i32x4.gt_s(v128.shuffle<i32>(bound, t0, 3, 4, 5, 6), t0),
        i32x4.gt_s(v128.shuffle<i32>(t0, t1, 3, 4, 5, 6), t1),
      );
      const other = v128.or(
        v128.and(v128.xor(a0, pixelValue), pixelMask),
        v128.and(v128.xor(a1, pixelValue), pixelMask),
      );
      const outside = v128.or(
        v128.or(i32x4.gt_s(x0, xLast), i32x4.gt_s(x1, xLast)),
        v128.or(i32x4.gt_s(y0, yLast), i32x4.gt_s(y1, yLast)),
      );
      const marker = v128.or(
        i32x4.eq(v128.and(a0, markerMask), markerValue),
        i32x4.eq(v128.and(a1, markerMask), markerValue),
      );
      if (!v128.any_true(v128.or(v128.or(backward, other), v128.or(outside, marker)))) {
        v128.store(
          columns + 2 * n,
          i16x8.narrow_i32x4_u(i32x4.add(v128.xor(x0, xFlip), xBase), i32x4.add(v128.xor(x1, xFlip), xBase)),
        );
        v128.store(
          rows + 2 * n,
          i16x8.narrow_i32x4_u(i32x4.add(v128.xor(y0, yFlip), yBase), i32x4.add(v128.xor(y1, yFlip), yBase)),
        );
        const p0 = polarity(a0, polarityShift, polarityMask, invert, one);
        const p1 = polarity(a1, polarityShift, polarityMask, invert, one);
        on = i32x4.add(on, i32x4.add(p0, p1));
        const p = i16x8.narrow_i32x4_u(p0, p1);
        v128.store64_lane(polarities + n, i8x16.narrow_i16x8_u(p, p), 0);
        const t = times + 8 * n;
        v128.store(t, f64x2.add(f64x2.convert_low_i32x4_s(t0), offset));
        v128.store(t, f64x2.add(f64x2.convert_low_i32x4_s(upper(t0)), offset), 16);
        v128.store(t, f64x2.add(f64x2.convert_low_i32x4_s(t1), offset), 32);
        v128.store(t, f64x2.add(f64x2.convert_low_i32x4_s(upper(t1)), offset), 48);
        bound = t1;
        n += 8;
        done += 8;
        at += 8 * recordBytes;
        continue;
      }
    }
    if (n > <usize>b.events) settle(b, times, n, bound);
    for (let end = min(done + 8, count); done < end; done++, at += recordBytes) {
      if (!decodeOne(b, at, times, columns, rows, polarities)) {
        b.marker = 1;
        b.on += sum(on);
        return done;
      }
    }
    n = b.events;
    bound = i32x4.splat(max(b.last, b.lastEvent));
    offset = f64x2.splat(b.offset);
  }
  if (n > <usize>b.events) settle(b, times, n, bound);
  b.on += sum(on);
  return done;
}

/** Brings the account up to the last events that the vectors gave; `bound` are their stamps. */
function settle(b: Block, times: usize, n: usize, bound: v128): void {
  b.events = <i32>n;
  b.last = i32x4.extract_lane(bound, 3);
  b.lastEvent = b.last;
  b.previous = load<f64>(times + 8 * (n - 1));
}

/** Decodes one record with every check; false at a marker. */
function decodeOne(b: Block, at: usize, times: usize, columns: usize, rows: usize, polarities: usize): bool {
  const record = v128.swizzle(v128.load(at), v128.load(changetype<usize>(b)));
  const address = i32x4.extract_lane(record, 0);
  if ((address & b.markerMask) == b.markerValue) return false;
  const stamp = (i32x4.extract_lane(record, 2) & b.timeMask) ^ b.timeXor;
  if (<f64>b.last - <f64>stamp > b.wrapAbove) {
    b.offset += b.wrapBy;
    b.wraps++;
  }
  b.last = stamp;
  if ((address & b.pixelMask) != b.pixelValue) {
    b.notPixel++;
    return true;
  }
  const column = (address >>> b.xShift) & b.xMask;
  const row = (address >>> b.yShift) & b.yMask;
  if (column > b.xLast || row > b.yLast) {
    b.outside++;
    return true;
  }
  const n = <usize>b.events;
  const time = <f64>stamp + b.offset;
  if (time < b.previous) b.backwardSteps++;
  b.previous = time;
  b.lastEvent = stamp;
  const p = (<i32>(((address >>> b.polarityShift) & b.polarityMask) != 0)) ^ b.polarityInvert;
  b.on += p;
  store<f64>(times + 8 * n, time);
  store<u16>(columns + 2 * n, <u16>((column ^ b.xFlip) + b.xBase));
  store<u16>(rows + 2 * n, <u16>((row ^ b.yFlip) + b.yBase));
  store<u8>(polarities + n, <u8>p);
  b.events++;
  return true;
}

/** 1 where a bit of the field is set; `inverted` is 1 where that means OFF. */
function polarity(words: v128, shift: i32, mask: v128, inverted: v128, one: v128): v128 {
  const unset = i32x4.eq(v128.and(i32x4.shr_u(words, shift), mask), i32x4.splat(0));
  return v128.xor(v128.andnot(one, unset), inverted);
}

function upper(v: v128): v128 {
  return v128.shuffle<i64>(v, v, 1, 1);
}

function sum(v: v128): i32 {
  return (
    i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
  );
}
