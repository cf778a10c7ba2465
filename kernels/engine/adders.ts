/**
 * Vertical counters. Plane k is a 128-bit word that holds bit k of 128 counts; adding a row of 128 bits to 128 counts
 * is a few logic operations. Carries travel as pairs (x, x ^ y), so that a modified double full adder (Demenkov et
 * al. 2010) adds four rows to a plane with 8 gates: 4.5 gates per row over all levels.
 */
import { COUNTER_BYTES } from './blocks';

// Words of a row, as types: what they tell `addRows` is then constant in its code, and the addresses cost nothing.

@unmanaged
export class NoWords {}

@unmanaged
export class OneWord {
  first!: v128;
}

@unmanaged
export class TwoWords {
  first!: v128;
  second!: v128;
}

/** Entries per round: their carries stay in the first-level cache. */
const ROUND_BYTES: usize = 4 * 256;
/** A pair of carries of two words; single words use half of it. */
const PAIR_BYTES: usize = 64;

// One double full adder: two pairs into plane z. The host compiler merges the common terms of the three functions.

@inline
function sum(z: v128, xy1: v128, xy2: v128): v128 {
  return v128.xor(v128.xor(z, xy1), xy2);
}

@inline
function carryX(z: v128, x1: v128, xy1: v128): v128 {
  return v128.xor(v128.or(v128.xor(x1, z), xy1), v128.xor(z, xy1));
}

@inline
function carryXY(z: v128, x1: v128, xy1: v128, x2: v128, xy2: v128): v128 {
  return v128.xor(
    v128.or(v128.xor(x1, z), xy1),
    v128.andnot(v128.xor(x2, v128.xor(z, xy1)), xy2),
  );
}

/**
 * Adds pairs of carries, four at a time, to two planes from `plane` on. Pairs of four times the weight go to `to`, which
 * may be `from`. Pairs lie {@link PAIR_BYTES} apart.
 *
 * @returns the end of what was written.
 */
@inline
function addPairs<Words>(from: usize, end: usize, to: usize, plane: usize): usize {
  let a0 = v128.load(plane);
  let a1 = v128.load(plane, 16);
  let b0 = a0;
  let b1 = a1;
  if (offsetof<Words>() == offsetof<TwoWords>()) {
    b0 = v128.load(plane, COUNTER_BYTES);
    b1 = v128.load(plane, COUNTER_BYTES + 16);
  }
  for (; from < end; from += 4 * PAIR_BYTES) {
    let x0 = v128.load(from);
    let xy0 = v128.load(from, 16);
    let x1 = v128.load(from, PAIR_BYTES);
    let xy1 = v128.load(from, PAIR_BYTES + 16);
    let x2 = v128.load(from, 2 * PAIR_BYTES);
    let xy2 = v128.load(from, 2 * PAIR_BYTES + 16);
    let x3 = v128.load(from, 3 * PAIR_BYTES);
    let xy3 = v128.load(from, 3 * PAIR_BYTES + 16);
    let ca = carryX(a0, x0, xy0);
    let cab = carryXY(a0, x0, xy0, x1, xy1);
    a0 = sum(a0, xy0, xy1);
    let cc = carryX(a0, x2, xy2);
    let ccd = carryXY(a0, x2, xy2, x3, xy3);
    a0 = sum(a0, xy2, xy3);
    v128.store(to, carryX(a1, ca, cab));
    v128.store(to, carryXY(a1, ca, cab, cc, ccd), 16);
    a1 = sum(a1, cab, ccd);
    if (offsetof<Words>() == offsetof<TwoWords>()) {
      x0 = v128.load(from, 32);
      xy0 = v128.load(from, 48);
      x1 = v128.load(from, PAIR_BYTES + 32);
      xy1 = v128.load(from, PAIR_BYTES + 48);
      x2 = v128.load(from, 2 * PAIR_BYTES + 32);
      xy2 = v128.load(from, 2 * PAIR_BYTES + 48);
      x3 = v128.load(from, 3 * PAIR_BYTES + 32);
      xy3 = v128.load(from, 3 * PAIR_BYTES + 48);
      ca = carryX(b0, x0, xy0);
      cab = carryXY(b0, x0, xy0, x1, xy1);
      b0 = sum(b0, xy0, xy1);
      cc = carryX(b0, x2, xy2);
      ccd = carryXY(b0, x2, xy2, x3, xy3);
      b0 = sum(b0, xy2, xy3);
      v128.store(to, carryX(b1, ca, cab), 32);
      v128.store(to, carryXY(b1, ca, cab, cc, ccd), 48);
      b1 = sum(b1, cab, ccd);
    }
    to += PAIR_BYTES;
  }
  v128.store(plane, a0);
  v128.store(plane, a1, 16);
  if (offsetof<Words>() == offsetof<TwoWords>()) {
    v128.store(plane, b0, COUNTER_BYTES);
    v128.store(plane, b1, COUNTER_BYTES + 16);
  }
  return to;
}

/** Fills up to a multiple of four pairs, without asking how many are missing: that could not be predicted. */
@inline
function fillPairs<Words>(first: usize, end: usize): usize {
  fillPair<Words>(end);
  fillPair<Words>(end + PAIR_BYTES);
  fillPair<Words>(end + 2 * PAIR_BYTES);
  return first + ((end - first + 3 * PAIR_BYTES) & ~(4 * PAIR_BYTES - 1));
}

@inline
function fillPair<Words>(at: usize): void {
  const zero = i32x4.splat(0);
  v128.store(at, zero);
  v128.store(at, zero, 16);
  if (offsetof<Words>() == offsetof<TwoWords>()) {
    v128.store(at, zero, 32);
    v128.store(at, zero, 48);
  }
}

/** Adds the pair at `pair` to the planes from `plane` on and lets the carry ripple up to the plane before `end`. */
@inline
function addLast(pair: usize, plane: usize, end: usize): void {
  if (plane >= end) return;
  const z = v128.load(plane);
  const x = v128.load(pair);
  const xy = v128.load(pair, 16);
  v128.store(plane, v128.xor(z, xy));
  let carry = v128.xor(v128.and(v128.xor(x, z), xy), x);
  for (let at = plane + 16; at < end; at += 16) {
    const p = v128.load(at);
    v128.store(at, v128.xor(p, carry));
    carry = v128.and(p, carry);
  }
}

/**
 * Adds a round of rows to the counters of `Words` words: those behind `Before`.
 *
 * @param to where carries go that are left for `addCarries`.
 * @returns the end of the carries.
 */
@inline
function addRound<Words, Before>(list: usize, end: usize, plane: usize, slots: usize, to: usize): usize {
  let slot = slots;
  let a0 = v128.load(plane);
  let a1 = v128.load(plane, 16);
  let b0 = a0;
  let b1 = a1;
  if (offsetof<Words>() == offsetof<TwoWords>()) {
    b0 = v128.load(plane, COUNTER_BYTES);
    b1 = v128.load(plane, COUNTER_BYTES + 16);
  }
  do {
    const p0 = <usize>load<u32>(list);
    const p1 = <usize>load<u32>(list, 4);
    const p2 = <usize>load<u32>(list, 8);
    const p3 = <usize>load<u32>(list, 12);
    const p4 = <usize>load<u32>(list, 16);
    const p5 = <usize>load<u32>(list, 20);
    const p6 = <usize>load<u32>(list, 24);
    const p7 = <usize>load<u32>(list, 28);
    let x0 = v128.load(p0, offsetof<Before>());
    let x1 = v128.load(p2, offsetof<Before>());
    let x2 = v128.load(p4, offsetof<Before>());
    let x3 = v128.load(p6, offsetof<Before>());
    let xy0 = v128.xor(x0, v128.load(p1, offsetof<Before>()));
    let xy1 = v128.xor(x1, v128.load(p3, offsetof<Before>()));
    let xy2 = v128.xor(x2, v128.load(p5, offsetof<Before>()));
    let xy3 = v128.xor(x3, v128.load(p7, offsetof<Before>()));
    let ca = carryX(a0, x0, xy0);
    let cab = carryXY(a0, x0, xy0, x1, xy1);
    a0 = sum(a0, xy0, xy1);
    let cc = carryX(a0, x2, xy2);
    let ccd = carryXY(a0, x2, xy2, x3, xy3);
    a0 = sum(a0, xy2, xy3);
    v128.store(slot, carryX(a1, ca, cab));
    v128.store(slot, carryXY(a1, ca, cab, cc, ccd), 16);
    a1 = sum(a1, cab, ccd);
    if (offsetof<Words>() == offsetof<TwoWords>()) {
      x0 = v128.load(p0, offsetof<Before>() + 16);
      x1 = v128.load(p2, offsetof<Before>() + 16);
      x2 = v128.load(p4, offsetof<Before>() + 16);
      x3 = v128.load(p6, offsetof<Before>() + 16);
      xy0 = v128.xor(x0, v128.load(p1, offsetof<Before>() + 16));
      xy1 = v128.xor(x1, v128.load(p3, offsetof<Before>() + 16));
      xy2 = v128.xor(x2, v128.load(p5, offsetof<Before>() + 16));
      xy3 = v128.xor(x3, v128.load(p7, offsetof<Before>() + 16));
      ca = carryX(b0, x0, xy0);
      cab = carryXY(b0, x0, xy0, x1, xy1);
      b0 = sum(b0, xy0, xy1);
      cc = carryX(b0, x2, xy2);
      ccd = carryXY(b0, x2, xy2, x3, xy3);
      b0 = sum(b0, xy2, xy3);
      v128.store(slot, carryX(b1, ca, cab), 32);
      v128.store(slot, carryXY(b1, ca, cab, cc, ccd), 48);
      b1 = sum(b1, cab, ccd);
    }
    slot += PAIR_BYTES;
    list += 32;
  } while (list < end);
  v128.store(plane, a0);
  v128.store(plane, a1, 16);
  if (offsetof<Words>() == offsetof<TwoWords>()) {
    v128.store(plane, b0, COUNTER_BYTES);
    v128.store(plane, b1, COUNTER_BYTES + 16);
  }
  return addPairs<Words>(slots, fillPairs<Words>(slots, slot), to, plane + 32);
}

/** Adds the carries of all rounds. */
@inline
function addCarries<Words>(carries: usize, to: usize, plane: usize, end: usize): void {
  plane += 64;
  while (to - carries > PAIR_BYTES) {
    to = addPairs<Words>(carries, fillPairs<Words>(carries, to), carries, plane);
    plane += 32;
  }
  if (to === carries) return;
  addLast(carries, plane, end);
  if (offsetof<Words>() == offsetof<TwoWords>()) addLast(carries + 32, plane + COUNTER_BYTES, end + COUNTER_BYTES);
}

/**
 * Adds rows to the counters of `Words` words: those behind `Before`.
 *
 * @param list addresses of rows, a multiple of eight; rows of zeros add nothing.
 * @param plane the first word's plane that a row counts in.
 * @param end the first word's plane that is not needed any more: what would be carried there is lost. The planes
 * behind it are written to, but nothing flows back down from them.
 */
@inline
export function addRows<Words, Before>(
  list: usize,
  listEnd: usize,
  plane: usize,
  end: usize,
  slots: usize,
  carries: usize,
): void {
  let to = carries;
  for (; list < listEnd; list += ROUND_BYTES)
    to = addRound<Words, Before>(list, min(listEnd, list + ROUND_BYTES), plane, slots, to);
  addCarries<Words>(carries, to, plane, end);
}

/**
 * The same for four words, two at a time in each round: the rows are still in the first-level cache for the second two,
 * whose carries are `carryBytes` behind those of the first.
 */
export function addRowsOfFour(
  list: usize,
  listEnd: usize,
  plane: usize,
  end: usize,
  slots: usize,
  carries: usize,
  carryBytes: usize,
): void {
  const next = plane + 2 * COUNTER_BYTES;
  let to = carries;
  for (; list < listEnd; list += ROUND_BYTES) {
    const stop = min(listEnd, list + ROUND_BYTES);
    addRound<TwoWords, TwoWords>(list, stop, next, slots, to + carryBytes);
    to = addRound<TwoWords, NoWords>(list, stop, plane, slots, to);
  }
  addCarries<TwoWords>(carries + carryBytes, to + carryBytes, next, end + 2 * COUNTER_BYTES);
  addCarries<TwoWords>(carries, to, plane, end);
}
