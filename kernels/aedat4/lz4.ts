/**
 * LZ4 blocks decompressed in copies of 16 bytes. What this does is stated by the plain loop in
 * src/formats/aedat4/codec/lz4-block.ts, which it must equal byte for byte, faults included.
 */

/** Results below 16 are faults: no output is there. */
const DOES_NOT_FIT: usize = 0;
const ENDS_IN_LENGTH: usize = 1;
const ENDS_IN_LITERALS: usize = 2;
const ENDS_IN_OFFSET: usize = 3;
const BEFORE_START: usize = 4;
const NO_LAST_LITERALS: usize = 5;

const MIN_MATCH: usize = 4;
const LONG: usize = 15;
const VECTOR: usize = 16;
/** Largest code of a match that a vector holds. */
const SHORT: usize = VECTOR - MIN_MATCH;
/** A token, its literals and an offset; what they and a short match make. */
const SHORT_INPUT: usize = 1 + (LONG - 1) + 2;
const SHORT_OUTPUT: usize = LONG - 1 + VECTOR;

/** Places in the tables. Lanes from 128 on choose nothing. */
const NOTHING: u8 = 0x80;
const ENTERS: usize = 0;
const STAYS: usize = VECTOR;
const REPEATS: usize = 3 * VECTOR;
const STEPS: usize = REPEATS + VECTOR * VECTOR;

/** Writes the tables of `decompressBlock`, 320 bytes: which lane goes where when n bytes are appended to a vector. */
export function writeTables(tables: usize): void {
  for (let i: usize = 0; i < VECTOR; i++) {
    store<u8>(tables + ENTERS + i, NOTHING);
    store<u8>(tables + STAYS + i, <u8>i);
    store<u8>(tables + STAYS + VECTOR + i, NOTHING);
  }
  // Matches that overlap themselves: the last bytes again and again, and how far whole repetitions reach.
  for (let offset: usize = 1; offset < VECTOR; offset++) {
    for (let i: usize = 0; i < VECTOR; i++)
      store<u8>(tables + REPEATS + VECTOR * offset + i, <u8>(i % offset));
    store<u8>(tables + STEPS + offset, <u8>(VECTOR - (VECTOR % offset)));
  }
}

/**
 * Decompresses the block `[from, end)` to `at`; matches may reach back to `start`, which is at least 16. Reads up to 15
 * bytes behind the block, writes up to 15 behind `limit`, and the 16 bytes before `start` as they are.
 *
 * @returns where the output ends, at most `limit`, or a fault.
 */
export function decompressBlock(
  from: usize,
  end: usize,
  start: usize,
  at: usize,
  limit: usize,
  tables: usize,
): usize {
  const lastShortInput = end - SHORT_INPUT;
  const lastShortOutput = limit - SHORT_OUTPUT;
  let to = at;
  while (from < end) {
    // Events mostly repeat the event before, 16 bytes back. What was just stored in pieces cannot be loaded at once, so the
    // last 16 bytes are kept in a register too, and stored again as a whole.
    let tail = v128.load(to - VECTOR);
    let short: usize = 0;
    if (<isize>from <= <isize>lastShortInput && <isize>to <= <isize>lastShortOutput)
      short = 1 + min((lastShortInput - from) / SHORT_INPUT, (lastShortOutput - to) / SHORT_OUTPUT);
    for (; short > 0; short--) {
      const token = <usize>load<u8>(from);
      const literals = token >> 4;
      const code = token & 15;
      if (literals == LONG || code > SHORT) break;
      const fresh = v128.load(from, 1);
      v128.store(to, fresh);
      tail = v128.or(
        v128.swizzle(tail, v128.load(tables + literals, STAYS)),
        v128.swizzle(fresh, v128.load(tables + literals, ENTERS)),
      );
      from += literals;
      to += literals;
      const offset = <usize>load<u16>(from, 1);
      from += 3;
      if (offset - 1 >= to - start) return BEFORE_START;
      v128.store(to - VECTOR, tail);
      let match = v128.load(to - offset);
      if (offset < VECTOR) match = v128.swizzle(match, v128.load(tables + VECTOR * offset, REPEATS));
      v128.store(to, match);
      tail = v128.or(
        v128.swizzle(tail, v128.load(tables + code, STAYS + MIN_MATCH)),
        v128.swizzle(match, v128.load(tables + code, ENTERS + MIN_MATCH)),
      );
      to += code + MIN_MATCH;
    }
    if (from >= end) break;
    const token = <usize>load<u8>(from++);
    let literals = token >> 4;
    if (literals == LONG) {
      let more: usize;
      do {
        if (from >= end) return ENDS_IN_LENGTH;
        more = load<u8>(from++);
        literals += more;
      } while (more == 255);
    }
    if (literals > end - from) return ENDS_IN_LITERALS;
    if (literals > limit - to) return DOES_NOT_FIT;
    for (let done: usize = 0; done < literals; done += VECTOR) v128.store(to + done, v128.load(from + done));
    from += literals;
    to += literals;
    // The last sequence has literals only.
    if (from == end) return to;
    if (from + 2 > end) return ENDS_IN_OFFSET;
    const offset = <usize>load<u16>(from);
    from += 2;
    if (offset - 1 >= to - start) return BEFORE_START;
    let length = (token & 15) + MIN_MATCH;
    if (length == LONG + MIN_MATCH) {
      let more: usize;
      do {
        if (from >= end) return ENDS_IN_LENGTH;
        more = load<u8>(from++);
        length += more;
      } while (more == 255);
    }
    if (length > limit - to) return DOES_NOT_FIT;
    const match = to - offset;
    if (offset >= VECTOR) {
      for (let done: usize = 0; done < length; done += VECTOR) v128.store(to + done, v128.load(match + done));
    } else {
      const repeats = v128.swizzle(v128.load(match), v128.load(tables + VECTOR * offset, REPEATS));
      const step = <usize>load<u8>(tables + offset, STEPS);
      for (let done: usize = 0; done < length; done += step) v128.store(to + done, repeats);
    }
    to += length;
  }
  return NO_LAST_LITERALS;
}
