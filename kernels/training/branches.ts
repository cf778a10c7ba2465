/** Sums where branches of a network meet, and where they part. Counts are multiples of 8. */

/** Adds numbers, times a factor. */
export function addScaled(to: usize, from: usize, count: i32, factor: f32): void {
  const by = f32x4.splat(factor);
  for (const end = from + 4 * <usize>count; from < end; from += 16) {
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(v128.load(from), by)));
    to += 16;
  }
}

/** Adds bytes, times a factor. */
export function addScaledBytes(to: usize, from: usize, count: i32, factor: f32): void {
  const by = f32x4.splat(factor);
  for (const end = from + <usize>count; from < end; from += 8) {
    const values = v128.load_ext<u8>(from);
    const low = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(values));
    const high = f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(values));
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(low, by)));
    v128.store(to, f32x4.add(v128.load(to, 16), f32x4.mul(high, by)), 16);
    to += 32;
  }
}

/** Copies numbers, times a factor. */
export function copyScaled(to: usize, from: usize, count: i32, factor: f32): void {
  const by = f32x4.splat(factor);
  for (const end = from + 4 * <usize>count; from < end; from += 16) {
    v128.store(to, f32x4.mul(v128.load(from), by));
    to += 16;
  }
}
