/**
 * Events turned into RAW words. What these do is stated by the plain loops in src/formats/evt2/encode-scalar.ts,
 * evt21/encode-scalar.ts and evt3/encode-scalar.ts, which they must equal bit for bit.
 */
import { EncodeBlock } from './encode-block';

const TIME_RANGE: f64 = 17179869184.0;
const EVT2_TIME_HIGH: i32 = 0x8000_0000;
const EVT3_ROW: u32 = 0;
const EVT3_COLUMN: u32 = 0x2000;
const EVT3_BASE: u32 = 0x3000;
const EVT3_VECTOR_12: u32 = 0x4000;
const EVT3_VECTOR_8: u32 = 0x5000;
const EVT3_TIME_LOW: u32 = 0x6000;
const EVT3_TIME_HIGH: u32 = 0x8000;
const MAX_HIGH_STEP: i32 = 1024;
const MIN_VECTOR_PIXELS: u32 = 5;
const VECTOR_PIXELS: u32 = 32;
/** The bits of EVT3's TIME_HIGH that count its wraps. */
const WRAPS: i32 = ~0xfff;

function time(t: usize, i: u32): f64 {
  return load<f64>(t + 8 * <usize>i);
}

function half(values: usize, i: u32): u32 {
  return <u32>load<u16>(values + 2 * <usize>i);
}

function byte(values: usize, i: u32): u32 {
  return <u32>load<u8>(values + <usize>i);
}

function holds(now: f64, last: f64): bool {
  return now >= last && now < TIME_RANGE;
}

/** How many events there are before the first outside the sensor; looked for at once, which costs loops less. */
function eventsInside(b: EncodeBlock, x: usize, y: usize, count: u32): u32 {
  const width = i16x8.splat(<i16>b.width);
  const height = i16x8.splat(<i16>b.height);
  let i: u32 = 0;
  for (; i + 8 <= count; i += 8) {
    const beyondX = i16x8.ge_u(v128.load(x + 2 * <usize>i), width);
    const beyondY = i16x8.ge_u(v128.load(y + 2 * <usize>i), height);
    if (v128.any_true(v128.or(beyondX, beyondY))) break;
  }
  while (i < count && half(x, i) < <u32>b.width && half(y, i) < <u32>b.height) i++;
  return i;
}

/** Encodes up to `count` events; stops before one that cannot be held. @returns how many were encoded. */
export function encodeEvt2(
  b: EncodeBlock,
  t: usize,
  x: usize,
  y: usize,
  p: usize,
  count: u32,
  output: usize,
): u32 {
  const inside = eventsInside(b, x, y, count);
  let last = b.last;
  let high = b.high;
  let at = output;
  let i: u32 = 0;
  for (; i < inside; i++) {
    const now = time(t, i);
    const column = half(x, i);
    const row = half(y, i);
    if (!holds(now, last)) break;
    last = now;
    const ticks = <i64>now;
    if (<i32>(ticks >> 6) != high) {
      high = <i32>(ticks >> 6);
      store<i32>(at, EVT2_TIME_HIGH | high);
      at += 4;
    }
    store<u32>(at, (byte(p, i) << 28) | (((<u32>ticks) & 63) << 22) | (column << 11) | row);
    at += 4;
  }
  b.last = last;
  b.high = high;
  b.bytes = <i32>(at - output);
  return i;
}

/** As encodeEvt2; stops also before events that may share a word with what follows. */
export function encodeEvt21(
  b: EncodeBlock,
  t: usize,
  x: usize,
  y: usize,
  p: usize,
  count: u32,
  output: usize,
): u32 {
  const inside = eventsInside(b, x, y, count);
  const goesOn = b.goesOn != 0 && inside == count;
  let last = b.last;
  let high = b.high;
  let at = output;
  let i: u32 = 0;
  while (i < inside) {
    const now = time(t, i);
    const row = half(y, i);
    const column = half(x, i);
    const polarity = byte(p, i);
    if (!holds(now, last)) break;
    const base = column & ~31;
    let bit = column & 31;
    let mask: u32 = 1 << bit;
    let end = i + 1;
    while (end < inside && half(y, end) == row && time(t, end) == now && byte(p, end) == polarity) {
      const next = half(x, end) - base;
      if (next <= bit || next >= 32) break;
      bit = next;
      mask |= 1 << bit;
      end++;
    }
    if (end == inside && goesOn) break;
    last = now;
    const ticks = <i64>now;
    if (<i32>(ticks >> 6) != high) {
      high = <i32>(ticks >> 6);
      store<i32>(at, 0);
      store<i32>(at, EVT2_TIME_HIGH | high, 4);
      at += 8;
    }
    store<u32>(at, mask);
    store<u32>(at, (polarity << 28) | (((<u32>ticks) & 63) << 22) | (base << 11) | row, 4);
    at += 8;
    i = end;
  }
  b.last = last;
  b.high = high;
  b.bytes = <i32>(at - output);
  return i;
}

/** Whether one TIME_HIGH word may lead from one time to another: see reachesHigh in src/formats/evt3/time-high.ts. */
function reachesHigh(from: i32, to: i32): bool {
  return to == from + 1 || (to - from <= MAX_HIGH_STEP && (to & WRAPS) == (from & WRAPS));
}

/** As encodeEvt21; stops also where one TIME_HIGH word does not reach a time. */
export function encodeEvt3(
  b: EncodeBlock,
  t: usize,
  x: usize,
  y: usize,
  p: usize,
  count: u32,
  output: usize,
): u32 {
  const inside = eventsInside(b, x, y, count);
  const goesOn = b.goesOn != 0 && inside == count;
  let last = b.last;
  let micros = b.micros;
  let high = b.high;
  let lastRow = b.row;
  const lastBase = b.width - <i32>VECTOR_PIXELS;
  let at = output;
  let i: u32 = 0;
  while (i < inside) {
    const now = time(t, i);
    const row = half(y, i);
    const column = half(x, i);
    if (!holds(now, last)) break;
    let end = i + 1;
    if (end < inside && half(y, end) == row) end = vectorEnd(t, x, y, p, inside, i);
    if (end == inside && goesOn) break;
    const ticks = <i64>now;
    const nowHigh = <i32>(ticks >> 12);
    if (nowHigh != high && now != micros) {
      if (!reachesHigh(high, nowHigh)) break;
      high = nowHigh;
      store<u16>(at, EVT3_TIME_HIGH | ((<u32>high) & 0xfff));
      at += 2;
    }
    last = now;
    // Written anyway, and overwritten where nothing changed.
    store<u16>(at, EVT3_TIME_LOW | ((<u32>ticks) & 0xfff));
    at += 2 * <usize>(now != micros);
    micros = now;
    store<u16>(at, EVT3_ROW | row);
    at += 2 * <usize>(<i32>row != lastRow);
    lastRow = <i32>row;
    const polarity = byte(p, i) << 11;
    if (end - i < MIN_VECTOR_PIXELS || lastBase < 0) {
      for (; i < end; i++, at += 2) store<u16>(at, EVT3_COLUMN | polarity | half(x, i));
      continue;
    }
    const base = <u32>min(<i32>column, lastBase);
    let mask: u32 = 0;
    for (; i < end; i++) mask |= 1 << (half(x, i) - base);
    store<u16>(at, EVT3_BASE | polarity | base);
    store<u16>(at, EVT3_VECTOR_12 | (mask & 0xfff), 2);
    store<u16>(at, EVT3_VECTOR_12 | ((mask >>> 12) & 0xfff), 4);
    store<u16>(at, EVT3_VECTOR_8 | (mask >>> 24), 6);
    at += 8;
  }
  b.last = last;
  b.micros = micros;
  b.high = high;
  b.row = lastRow;
  b.bytes = <i32>(at - output);
  return i;
}

/** The end of the events from `start` on that one triplet of vectors could hold. */
function vectorEnd(t: usize, x: usize, y: usize, p: usize, count: u32, start: u32): u32 {
  const limit = half(x, start) + VECTOR_PIXELS;
  const now = time(t, start);
  const row = half(y, start);
  const polarity = byte(p, start);
  let before = half(x, start);
  let end = start + 1;
  while (end < count && half(y, end) == row && time(t, end) == now && byte(p, end) == polarity) {
    const column = half(x, end);
    if (column <= before || column >= limit) break;
    before = column;
    end++;
  }
  return end;
}
