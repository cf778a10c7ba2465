/**
 * ECF chunks that are whole into records, as src/formats/hdf5/ecf/scalar.ts states it, which reads what is not. Records lie
 * 16 bytes apart; runs are written some at once, so there must be room for eight records behind the last one, and for 16
 * bytes behind the chunk, which are zero.
 */
import { pin } from '../pin';

const HEADER: usize = 12;
const RECORD: usize = 16;
/** Records that are written at once, or twice as many where events come in rows: which run is how long cannot be foreseen. */
const SOME: usize = 4;
/** Where an event's fields are. */
const Y: usize = 2;
const P: usize = 4;
const T: usize = 8;
/** From here on a byte of times is four bits of a long step. */
const LONG: u32 = 0xf0;
/** The exact loop rounds steps of more bits. */
const MOST_STEP_BITS: u64 = 48;
const XYP_WORDS: u32 = 2;
const XP_WORDS: u32 = 1;

/** Decodes the chunk `[from, end)`, whose header was read. Returns whether it is whole; what was written means nothing otherwise. */
export function decodeChunk(from: usize, end: usize, out: usize, count: usize, packing: u32): bool {
  const last = out + RECORD * count;
  const isPacked = (packing & XYP_WORDS) != 0;
  const coordinates = isPacked ? readTimes<i32>(from, end, out, last) : readTimes<i64>(from, end, out, last);
  if (coordinates == 0) return false;
  if (isPacked) return readPackedXyp(coordinates, end, out, last, count);
  const columns = readRows(coordinates, end, out, last);
  if (columns == 0) return false;
  if (packing & XP_WORDS) return readPackedXp(columns, end, out, last, count);
  const polarities = readVectors(columns, end, out, last);
  return polarities != 0 && readPolarities(polarities, end, out, last);
}

/** Writes a field of a run's records, some at once: twice as many where `Wide` is a type of eight bytes. */
// @ts-ignore: decorator
@inline
function fill<Value, Wide>(to: usize, end: usize, value: Value): void {
  do {
    store<Value>(to, value);
    store<Value>(to, value, RECORD);
    store<Value>(to, value, 2 * RECORD);
    store<Value>(to, value, 3 * RECORD);
    if (sizeof<Wide>() == 8) {
      store<Value>(to, value, 4 * RECORD);
      store<Value>(to, value, 5 * RECORD);
      store<Value>(to, value, 6 * RECORD);
      store<Value>(to, value, 7 * RECORD);
      to += SOME * RECORD;
    }
    to += SOME * RECORD;
  } while (to < end);
}

/**
 * Returns where what follows begins, 0 for damage, as the readers of the other parts do. `Wide`: see {@link fill}.
 */
function readTimes<Wide>(from: usize, end: usize, out: usize, last: usize): usize {
  let time = load<u64>(from, 4);
  let at = from + HEADER;
  for (let to = out; to < last;) {
    if (at >= end) return 0;
    const byte = <u32>load<u8>(at++);
    if (byte >= LONG) {
      let step = <u64>(byte & 15);
      for (let bits: u64 = 4; at < end && <u32>load<u8>(at) >= LONG; at++, bits += 4) {
        if (bits == MOST_STEP_BITS) return 0;
        step |= (<u64>(load<u8>(at) & 15)) << bits;
      }
      time += step;
      continue;
    }
    time += <u64>(byte >> 4);
    let run = <usize>(byte & 15);
    if (run == 15) {
      if (at + 2 > end) return 0;
      run = <usize>load<u16>(at);
      at += 2;
    }
    if (run > (last - to) / RECORD) return 0;
    const next = to + RECORD * run;
    fill<u64, Wide>(to + T, next + T, time);
    to = next;
  }
  return at;
}

/** Words of x, y and p, four in twelve bytes. */
function readPackedXyp(from: usize, end: usize, out: usize, last: usize, count: usize): bool {
  if (end - from < count * 3) return false;
  const columns = pin(i32x4.splat(0x7ff), last);
  const rows = pin(i32x4.splat(0x7ff_0000), last);
  const polarity = pin(i32x4.splat(1), last);
  for (let at = from, to = out; to < last; at += 12, to += SOME * RECORD) {
    const bytes = v128.load(at);
    // The highest byte of each is whatever it is.
    const words = v128.shuffle<i8>(bytes, bytes, 1, 2, 3, 0, 0, 6, 7, 0, 4, 5, 11, 0, 8, 9, 10, 0);
    const x = v128.and(i32x4.shr_u(words, 1), columns);
    const y = v128.and(i32x4.shl(words, 4), rows);
    const places = v128.or(x, y);
    const polarities = v128.and(words, polarity);
    const first = v128.shuffle<i32>(places, polarities, 0, 4, 1, 5);
    const second = v128.shuffle<i32>(places, polarities, 2, 6, 3, 7);
    v128.store64_lane(to, first, 0);
    v128.store64_lane(to, first, 1, RECORD);
    v128.store64_lane(to, second, 0, 2 * RECORD);
    v128.store64_lane(to, second, 1, 3 * RECORD);
  }
  return true;
}

/** Runs of one y each. */
function readRows(from: usize, end: usize, out: usize, last: usize): usize {
  let at = from;
  for (let to = out; to < last;) {
    if (at + 2 > end) return 0;
    const word = <u32>load<u16>(at);
    at += 2;
    let run = <usize>(word & 31);
    if (run == 31) {
      if (at + 2 > end) return 0;
      run = <usize>load<u16>(at);
      at += 2;
    }
    if (run - 1 >= (last - to) / RECORD) return 0;
    const next = to + RECORD * run;
    const y = <u16>(word >> 5);
    fill<u16, i64>(to + Y, next + Y, y);
    to = next;
  }
  return at;
}

/** Words of x and p, four in six bytes. */
function readPackedXp(from: usize, end: usize, out: usize, last: usize, count: usize): bool {
  if ((end - from) * 2 < count * 3) return false;
  for (let at = from, to = out; to < last; at += 6, to += SOME * RECORD) {
    const a = <u32>load<u16>(at);
    const b = <u32>load<u16>(at, 2);
    const c = <u32>load<u16>(at, 4);
    storeXp(to, a >> 4);
    storeXp(to + RECORD, (a & 15) | ((b >> 8) << 4));
    storeXp(to + 2 * RECORD, (b & 0xff) | ((c >> 12) << 8));
    storeXp(to + 3 * RECORD, c & 0xfff);
  }
  return true;
}

function storeXp(to: usize, word: u32): void {
  store<u16>(to, <u16>(word >> 1));
  store<u32>(to, word & 1, P);
}

/** An x with a mask of the five behind it: each is written, and stays if it is there. */
function readVectors(from: usize, end: usize, out: usize, last: usize): usize {
  let at = from;
  for (let to = out; to < last; at += 2) {
    if (at + 2 > end) return 0;
    const word = <u32>load<u16>(at);
    const x = word >> 5;
    store<u16>(to, <u16>x);
    to += RECORD;
    store<u16>(to, <u16>(x + 1));
    to += <usize>(word & 16);
    store<u16>(to, <u16>(x + 2));
    to += <usize>((word & 8) << 1);
    store<u16>(to, <u16>(x + 3));
    to += <usize>((word & 4) << 2);
    store<u16>(to, <u16>(x + 4));
    to += <usize>((word & 2) << 3);
    store<u16>(to, <u16>(x + 5));
    to += <usize>((word & 1) << 4);
  }
  return at;
}

/** Runs of one polarity each. */
function readPolarities(from: usize, end: usize, out: usize, last: usize): bool {
  let at = from;
  for (let to = out; to < last;) {
    if (at >= end) return false;
    const byte = <u32>load<u8>(at++);
    let run = <usize>(byte & 127);
    if (run == 127) {
      if (at + 2 > end) return false;
      run = <usize>load<u16>(at);
      at += 2;
    }
    if (run - 1 >= (last - to) / RECORD) return false;
    const next = to + RECORD * run;
    const p = byte >> 7;
    fill<u32, i64>(to + P, next + P, p);
    to = next;
  }
  return true;
}
