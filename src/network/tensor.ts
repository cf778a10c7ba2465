/** Named tensors as they stand in a model file, and the packing of 1-bit weights. */

/** Element types of a model file. */
export type TensorDtype = 'U8' | 'I8' | 'I32' | 'F32';

/** The typed array of each element type. */
export interface TensorArrays {
  U8: Uint8Array;
  I8: Int8Array;
  I32: Int32Array;
  F32: Float32Array;
}

/** A tensor with row-major data. */
export type NamedTensor = {
  readonly [Dtype in TensorDtype]: {
    readonly dtype: Dtype;
    readonly shape: readonly number[];
    readonly data: TensorArrays[Dtype];
  };
}[TensorDtype];

/** What a layer expects to find under a name. */
export interface TensorSpec {
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Packs weights of -1 and +1 into bits, +1 as bit 1: rows of `channels` weights, each row padded to whole
 * bytes, weight c of a row in bit `c & 7` of byte `c >> 3`.
 *
 * @param signs weights, `rows * channels` values; 0 and above count as +1 (sign(0) = +1).
 * @returns `rows * ceil(channels / 8)` bytes.
 *
 * @example
 * ```ts
 * import { packSigns, unpackSigns } from 'saccade';
 * const bits = packSigns([1, -1, 1], 3);
 * console.log(Array.from(bits), Array.from(unpackSigns(bits, 3))); // [5] [1, -1, 1]
 * ```
 */
export function packSigns(signs: ArrayLike<number>, channels: number): Uint8Array {
  const rows = signs.length / channels;
  const rowBytes = Math.ceil(channels / 8);
  const bits = new Uint8Array(rows * rowBytes);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let c = 0; c < channels; c++, i++) {
      if (signs[i]! >= 0) bits[row * rowBytes + (c >> 3)]! |= 1 << (c & 7);
    }
  }
  return bits;
}

/** The inverse of {@link packSigns}: -1 and +1 as int8, `rows * channels` values. */
export function unpackSigns(bits: Uint8Array, channels: number): Int8Array {
  const rowBytes = Math.ceil(channels / 8);
  const rows = bits.length / rowBytes;
  const signs = new Int8Array(rows * channels);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let c = 0; c < channels; c++, i++) {
      signs[i] = (bits[row * rowBytes + (c >> 3)]! >> (c & 7)) & 1 ? 1 : -1;
    }
  }
  return signs;
}
