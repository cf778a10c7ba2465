/**
 * Lists of active inputs. An entry is the byte offset of an input's weights within a row of taps, as
 * x * tapBytes + channel * rowBytes; the pixels of one window row are one span of the list. `starts[pixel]` is the
 * address of a pixel's first entry; one more marks the end. Inputs of integer weights go in pairs: their entries begin
 * with the two values, and the sum of all values before the pixel follows its start.
 *
 * Writers may go up to 8 entries past the end; what comes next overwrites them.
 */
import { IntegerSource, Source, SourceKind } from './blocks';

/** From this many set bits of 64 on, looking bytes up beats walking bits. */
const WALK_LIMIT: u32 = 17;

/** Appends an entry for every set bit, eight at a time: most layers have that many or fewer in a half of a word. */
@inline
function walkBits(bits: u64, base: u32, rowBytes: u32, to: usize): usize {
  const next = to + 4 * <usize>popcnt(bits);
  do {
    store<u32>(to, base + <u32>ctz(bits) * rowBytes);
    bits &= bits - 1;
    store<u32>(to, base + <u32>ctz(bits) * rowBytes, 4);
    bits &= bits - 1;
    store<u32>(to, base + <u32>ctz(bits) * rowBytes, 8);
    bits &= bits - 1;
    store<u32>(to, base + <u32>ctz(bits) * rowBytes, 12);
    bits &= bits - 1;
    store<u32>(to, base + <u32>ctz(bits) * rowBytes, 16);
    bits &= bits - 1;
    store<u32>(to, base + <u32>ctz(bits) * rowBytes, 20);
    bits &= bits - 1;
    store<u32>(to, base + <u32>ctz(bits) * rowBytes, 24);
    bits &= bits - 1;
    store<u32>(to, base + <u32>ctz(bits) * rowBytes, 28);
    bits &= bits - 1;
    to += 32;
  } while (bits);
  return next;
}

/** The same through a table of `[256][8]` 16-bit offsets. */
@inline
function lookUpBits(bits: u64, base: u32, rowBytes: u32, table: usize, to: usize): usize {
  let from = i32x4.splat(base);
  const step = i32x4.splat(8 * rowBytes);
  while (bits) {
    const byte = <usize>(bits & 255);
    const offsets = table + (byte << 4);
    v128.store(to, i32x4.add(v128.load_ext<u16>(offsets), from));
    v128.store(to, i32x4.add(v128.load_ext<u16>(offsets, 8), from), 16);
    to += 4 * <usize>popcnt(<u32>byte);
    from = i32x4.add(from, step);
    bits >>= 8;
  }
  return to;
}

/** Silence is passed over; among spikes, hardly any half of a word is silent. */
@inline
function append(bits: u64, base: u32, rowBytes: u32, table: usize, to: usize): usize {
  if (bits === 0) return to;
  if (table !== 0 && popcnt(bits) >= WALK_LIMIT) return lookUpBits(bits, base, rowBytes, table, to);
  return walkBits(bits, base, rowBytes, to);
}

/** Appends word w of a pixel; `halves` of all words, 64 bits each, hold channels. */
@inline
function appendWord(word: v128, w: u32, halves: u32, base: u32, rowBytes: u32, table: usize, to: usize): usize {
  base += 128 * w * rowBytes;
  to = append(i64x2.extract_lane(word, 0), base, rowBytes, table, to);
  if (2 * w + 1 === halves) return to;
  return append(i64x2.extract_lane(word, 1), base + 64 * rowBytes, rowBytes, table, to);
}

function extractSpikes(s: Source, map: usize, rows: u32, starts: usize, to: usize): void {
  const words = s.inWords;
  for (let y: u32 = 0; y < rows; y++) {
    let base: u32 = 0;
    for (let x: u32 = 0; x < s.inWidth; x++) {
      store<u32>(starts, to);
      starts += 4;
      for (let w: u32 = 0; w < words; w++) {
        to = appendWord(v128.load(map), w, s.inHalves, base, s.rowBytes, s.byteOffsets, to);
        map += 16;
      }
      base += s.tapBytes;
    }
  }
  store<u32>(starts, to);
}

/** Sums over windows of 2x2 are not computed: what counts once and what counts twice are lists of their own. */
function extractPooled(s: Source, map: usize, rows: u32, starts: usize, to: usize): void {
  const words = s.inWords;
  const right = <usize>words << 4;
  const rowBytes = <usize>s.mapWidth * right;
  const ones = s.kind == SourceKind.POOL_ONES;
  for (let y: u32 = 0; y < rows; y++) {
    let base: u32 = 0;
    let at = map;
    for (let x: u32 = 0; x < s.inWidth; x++) {
      store<u32>(starts, to);
      starts += 4;
      for (let w: u32 = 0; w < words; w++) {
        const a = v128.load(at);
        const b = v128.load(at + right);
        const c = v128.load(at + rowBytes);
        const d = v128.load(at + rowBytes + right);
        const ab = v128.xor(a, b);
        const cd = v128.xor(c, d);
        if (ones) {
          to = appendWord(v128.xor(ab, cd), w, s.inHalves, base, s.rowBytes, s.byteOffsets, to);
        } else {
          const ca = v128.and(a, b);
          const cc = v128.and(c, d);
          const four = v128.and(ca, cc);
          const twos = v128.or(v128.xor(v128.xor(ca, cc), v128.and(ab, cd)), four);
          to = appendWord(twos, w, s.inHalves, base, s.rowBytes, 0, to);
          // Four is twice two.
          if (v128.any_true(four)) to = appendWord(four, w, s.inHalves, base, s.rowBytes, 0, to);
        }
        at += 16;
      }
      at += right;
      base += s.tapBytes;
    }
    map += 2 * rowBytes;
  }
  store<u32>(starts, to);
}

function extractValues(s: Source, map: usize, rows: u32, starts: usize, to: usize): void {
  for (let y: u32 = 0; y < rows; y++) {
    let base: u32 = 0;
    for (let x: u32 = 0; x < s.inWidth; x++) {
      store<u32>(starts, to);
      starts += 4;
      for (let c: u32 = 0; c < s.inWords; c++) {
        store<u32>(to, base + c * s.rowBytes);
        to += <usize>(((<u32>load<u16>(map) >> s.bit) & 1) << 2);
        map += 2;
      }
      base += s.tapBytes;
    }
  }
  store<u32>(starts, to);
}

/** Makes the lists of input rows `first` … `end` - 1 of time step `slot`, as entry `index` of the scratch memory. */
export function extract(s: Source, lists: usize, slot: u32, index: u32, first: u32, end: u32): void {
  if (s.kind == SourceKind.IDENTITY) return;
  const starts = lists + s.starts + index * s.startsStepBytes;
  const to = lists + s.entries + index * s.entriesStepBytes;
  const map = <usize>s.map + slot * s.mapStepBytes;
  const rows = end - first;
  s.firstRow = first;
  if (s.kind == SourceKind.SPIKES) {
    extractSpikes(s, map + ((first * s.inWidth * s.inWords) << 4), rows, starts, to);
  } else if (s.kind == SourceKind.VALUE_BIT) {
    extractValues(s, map + ((first * s.inWidth * s.inWords) << 1), rows, starts, to);
  } else {
    extractPooled(s, map + ((2 * first * s.mapWidth * s.inWords) << 4), rows, starts, to);
  }
}

/** The same for a source with integer weights. */
export function extractPairs(s: IntegerSource, lists: usize, slot: u32, index: u32, first: u32, end: u32): void {
  const pairs = s.inPairs;
  const pairBytes = s.pairBytes;
  let starts = lists + s.starts + index * s.startsStepBytes;
  let to = lists + s.entries + index * s.entriesStepBytes;
  let map = <usize>s.map + slot * s.mapStepBytes + ((first * s.inWidth * pairs) << 2);
  let sum: u32 = 0;
  s.firstRow = first;
  for (let y = first; y < end; y++) {
    let base: u32 = 0;
    for (let x: u32 = 0; x < s.inWidth; x++) {
      store<u32>(starts, to);
      store<u32>(starts, sum, 4);
      starts += 8;
      let weights = base;
      for (let pair: u32 = 0; pair < pairs; pair++) {
        const values = load<u32>(map);
        store<u32>(to, values);
        store<u32>(to, weights, 4);
        to += <usize>(values !== 0) << 3;
        sum += (values & 0xffff) + (values >> 16);
        weights += pairBytes;
        map += 4;
      }
      base += s.tapBytes;
    }
  }
  store<u32>(starts, to);
  store<u32>(starts, sum, 4);
}
