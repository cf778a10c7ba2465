/**
 * How neurons in numbers are gone through. Numbers of a word's 128 channels are in the order of `unpackCounts`; those
 * beyond the last channel are left out by quarters of that order. Four vectors go at a time: the four quarters of a
 * group, two of two groups, or one of four groups. Quarters are told by types, so that addresses are constants.
 */

/** Bytes of a word's 128 thresholds, or of a pair of steps. */
export const WORD_BYTES: usize = 512;

export type OneQuad = u8;
export type TwoQuads = u16;
export type FourQuads = u32;

/** Where the second vector of four is. */
@inline
export function second<Quads>(): usize {
  return sizeof<Quads>() === 1 ? 64 : 16;
}

@inline
export function third<Quads>(): usize {
  return sizeof<Quads>() === 4 ? 32 : sizeof<Quads>() === 2 ? 64 : 128;
}

@inline
export function fourth<Quads>(): usize {
  return sizeof<Quads>() === 4 ? 48 : sizeof<Quads>() === 2 ? 80 : 192;
}

/** From four vectors to the next four. */
@inline
export function stride<Quads>(): usize {
  return 256 / sizeof<Quads>();
}

/** The bits of the first four vectors in the spikes of their channels. */
@inline
export function firstBits<Quads>(): v128 {
  if (sizeof<Quads>() === 4) return i8x16.splat(1);
  if (sizeof<Quads>() === 2) return i64x2(0x0101010101010101, 0x0202020202020202);
  return i32x4(0x01010101, 0x02020202, 0x04040404, 0x08080808);
}

@inline
export function nextBits<Quads>(bits: v128): v128 {
  return i16x8.shl(bits, 4 / <i32>sizeof<Quads>());
}

/** Those of four vectors' channels that have not gone below 0. */
@inline
export function spikesOf(v0: v128, v1: v128, v2: v128, v3: v128, bits: v128): v128 {
  const bytes = v128.narrow<i16>(v128.narrow<i32>(v0, v1), v128.narrow<i32>(v2, v3));
  return v128.and(i8x16.ge_s(bytes, i32x4.splat(0)), bits);
}

/** Brings the spikes of groups that were looked at side by side to the bytes of their channels. */
@inline
export function foldSpikes<Quads>(spikes: v128): v128 {
  if (sizeof<Quads>() === 4) return spikes;
  const zero = i32x4.splat(0);
  const half = v128.or(spikes, v128.shuffle<i64>(spikes, zero, 1, 2));
  if (sizeof<Quads>() === 2) return v128.shuffle<i64>(half, zero, 0, 2);
  return v128.shuffle<i32>(v128.or(half, v128.shuffle<i32>(half, zero, 1, 4, 4, 4)), zero, 0, 4, 4, 4);
}
