/** Geometry of a convolution, as src/training/engine/conv-geometry.ts writes it: 32-bit words in this order. */
@unmanaged
export class Conv {
  inHeight: i32;
  inWidth: i32;
  inChannels: i32;
  /** Input channels filled up, as they lie in maps and gradients. */
  inStride: i32;
  outHeight: i32;
  outWidth: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  stride: i32;
  /** Zeros in front. */
  top: i32;
  left: i32;
  /** Output channels, filled up to a multiple of 8. */
  channels: i32;
}

/** First tap of an axis that meets the map, for an output place that begins at `from`. */
// @ts-ignore: decorator
@inline
export function firstTap(from: i32): i32 {
  return max(0, -from);
}

/** Behind the last tap of an axis that meets the map. */
// @ts-ignore: decorator
@inline
export function endTap(from: i32, taps: i32, size: i32): i32 {
  return min(taps, size - from);
}

/** First output place that an input reaches; `at` counts from the first zero of the padding. */
// @ts-ignore: decorator
@inline
export function firstOut(at: i32, taps: i32, stride: i32): i32 {
  return max(0, (at - taps + stride) / stride);
}

/** Behind the last output place that an input reaches. */
// @ts-ignore: decorator
@inline
export function endOut(at: i32, stride: i32, size: i32): i32 {
  return min(size, at / stride + 1);
}
