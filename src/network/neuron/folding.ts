/**
 * Folding: the float32 firing rule of training becomes one integer threshold per step and channel.
 *
 * A neuron of channel c fires in step t iff `fround(fround(gain[c] * A) + offset[t,c]) >= voltage[t]`, where
 * the integer A is the accumulated current. The rule is monotone in A because rounded products and sums
 * are, so the smallest (or largest) firing A is found by bisection with the very same rule. A closed form
 * in doubles is wrong where ties are common.
 */

/** Integers up to here are exact in float32, in any order of summation: the bound of every accumulator. */
export const EXACT_FLOAT32_BOUND: number = 2 ** 24;

/**
 * The firing rule in float32, as training evaluates it: two roundings, then the comparison, Θ(0) = 1.
 *
 * @example
 * ```ts
 * import { firesFloat32 } from 'saccade';
 * console.log(firesFloat32(3, Math.fround(0.1), 0, Math.fround(0.3))); // true, although 0.1 * 3 < 0.3 in reals
 * ```
 */
export function firesFloat32(accumulated: number, gain: number, offset: number, voltage: number): boolean {
  return Math.fround(Math.fround(gain * accumulated) + offset) >= voltage;
}

/** An integer firing rule: `A >= threshold`, or `A <= threshold` where `flip` is set. */
export interface IntegerThreshold {
  readonly threshold: number;
  readonly flip: boolean;
}

/**
 * The integer threshold that decides like {@link firesFloat32} for every integer |A| <= bound.
 *
 * "Never" becomes a threshold just outside the bound, "always" one at its edge.
 *
 * @param gain float32 value; a negative gain gives a flipped comparison.
 * @param bound largest |A| that can occur, below 2^24.
 *
 * @example
 * ```ts
 * import { foldThreshold } from 'saccade';
 * console.log(foldThreshold(Math.fround(0.1), 0, Math.fround(0.3), 4608)); // { threshold: 3, flip: false }
 * console.log(foldThreshold(-0.25, 0, 1, 4608)); // { threshold: -4, flip: true }
 * ```
 */
export function foldThreshold(
  gain: number,
  offset: number,
  voltage: number,
  bound: number,
): IntegerThreshold {
  const flip = gain < 0;
  // Invariant: `low` is below the switching point and `high` at or above it, in the order of A.
  let low = -bound - 1;
  let high = bound + 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (firesFloat32(middle, gain, offset, voltage) === flip) low = middle;
    else high = middle;
  }
  return { threshold: flip ? low : high, flip };
}

/** A float32 affine map per channel: real drive u = gain * x + bias, x the integer current. */
export interface FoldedNorm {
  readonly gain: Float64Array;
  readonly bias: Float64Array;
}

/** The trained numbers of a batch norm over integer currents. All have one entry per channel. */
export interface NormParameters {
  readonly gamma: ArrayLike<number>;
  readonly beta: ArrayLike<number>;
  /** Running mean and population variance of the integer current. */
  readonly mean: ArrayLike<number>;
  readonly variance: ArrayLike<number>;
  /** Real value of one unit of current: the convolution's alpha times the pooling factor. */
  readonly scale: ArrayLike<number>;
}

/** Batch norm's epsilon, in real units. */
export const NORM_EPSILON = 1e-5;

/**
 * Folds the weight scale and the batch norm into u = gain * x + bias with
 * gain = gamma * s / sqrt(s^2 * variance + eps) and bias = beta - gain * mean.
 *
 * @example
 * ```ts
 * import { foldNorm } from 'saccade';
 * const one = [1];
 * const { gain } = foldNorm({ gamma: one, beta: [0], mean: [0], variance: [4], scale: one });
 * console.log(gain[0]!.toFixed(3)); // '0.500'
 * ```
 */
export function foldNorm(norm: NormParameters): FoldedNorm {
  const channels = norm.gamma.length;
  const gain = new Float64Array(channels);
  const bias = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    const scale = norm.scale[c]!;
    const g = (norm.gamma[c]! * scale) / Math.sqrt(scale * scale * norm.variance[c]! + NORM_EPSILON);
    gain[c] = g;
    bias[c] = norm.beta[c]! - g * norm.mean[c]!;
  }
  return { gain, bias };
}
