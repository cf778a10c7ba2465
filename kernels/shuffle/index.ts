/**
 * Bytes that were sorted by their place in the element are put back to elements of two and four bytes, sixteen elements at a
 * time, as the plain loops in src/formats/hdf5/chunk-filters/shuffle.ts do. Up to 15 bytes are read behind the last, and up
 * to 15 elements written.
 */
const LANES: usize = 16;

export function joinPairs(from: usize, out: usize, count: usize): void {
  const end = from + count;
  for (; from < end; from += LANES, out += 2 * LANES) {
    const a = v128.load(from);
    const b = v128.load(from + count);
    v128.store(out, lower(a, b));
    v128.store(out, upper(a, b), 16);
  }
}

export function joinFours(from: usize, out: usize, count: usize): void {
  const end = from + count;
  const third = 2 * count;
  const fourth = 3 * count;
  for (; from < end; from += LANES, out += 4 * LANES) {
    const a = v128.load(from);
    const b = v128.load(from + count);
    const c = v128.load(from + third);
    const d = v128.load(from + fourth);
    const ab = lower(a, b);
    const cd = lower(c, d);
    v128.store(out, v128.shuffle<i16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(out, v128.shuffle<i16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    const abBehind = upper(a, b);
    const cdBehind = upper(c, d);
    v128.store(out, v128.shuffle<i16>(abBehind, cdBehind, 0, 8, 1, 9, 2, 10, 3, 11), 32);
    v128.store(out, v128.shuffle<i16>(abBehind, cdBehind, 4, 12, 5, 13, 6, 14, 7, 15), 48);
  }
}

/** The first eight bytes of each by turns. */
function lower(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/** The others. */
function upper(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
