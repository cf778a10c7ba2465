/** Weight quantisation in plain numbers: the same codes as the training graph computes in tensors. */

/** Rounds half to even, as torch, TensorFlow and IEEE 754 do; `Math.round` rounds half up. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Integer codes, and the real value of one code step per output channel (or one for all). */
export interface QuantisedCodes {
  readonly codes: Int8Array;
  readonly alpha: Float32Array;
}

/**
 * 8-bit codes round(w / alpha) with alpha = max|w| / 127 over the whole tensor, in float32, half to even.
 *
 * @param weights any shape, row-major.
 *
 * @example
 * ```ts
 * import { quantise8 } from 'saccade';
 * console.log(Array.from(quantise8(new Float32Array([1.27, -0.64])).codes)); // [127, -64]
 * ```
 */
export function quantise8(weights: Float32Array): QuantisedCodes {
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
  const alpha = codeStep(largest);
  const codes = Int8Array.from(weights, (weight) => clampCode(roundHalfEven(Math.fround(weight / alpha))));
  return { codes, alpha: Float32Array.of(alpha) };
}

/**
 * The real value of one 8-bit code, from the largest magnitude of the weights.
 *
 * @example
 * ```ts
 * import { codeStep } from 'saccade';
 * console.log(codeStep(127)); // 1
 * ```
 */
export function codeStep(largest: number): number {
  return Math.fround(Math.fround(largest) / 127) || 1;
}

/** alpha is rounded, so the quotient of the largest weight may round to 128. */
function clampCode(code: number): number {
  return Math.max(-127, Math.min(127, code));
}

/**
 * IR-Net's 1-bit weights: per output channel the weights are centred and divided by their (unbiased)
 * standard deviation, the code is the sign (sign(0) = +1), and alpha = 2^round(log2(mean|w|)).
 *
 * @param weights `[…, channels]`, the output channel last.
 *
 * @example
 * ```ts
 * import { binariseWeights } from 'saccade';
 * console.log(Array.from(binariseWeights(new Float32Array([0.3, -0.1, 0.4, -0.2]), 1).codes)); // [1, -1, 1, -1]
 * ```
 */
export function binariseWeights(weights: Float32Array, channels: number): QuantisedCodes {
  const fan = weights.length / channels;
  const codes = new Int8Array(weights.length);
  const alpha = new Float32Array(channels);
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let i = c; i < weights.length; i += channels) sum += weights[i]!;
    // The centre is rounded to float32 so that a weight near it gets the same sign as in the tensor graph.
    const centre = Math.fround(sum / fan);
    let squares = 0;
    let magnitude = 0;
    for (let i = c; i < weights.length; i += channels) {
      const centred = Math.fround(weights[i]! - centre);
      codes[i] = centred >= 0 ? 1 : -1;
      squares += centred * centred;
      magnitude += Math.abs(centred);
    }
    alpha[c] = binaryScale(squares, magnitude, fan).alpha;
  }
  return { codes, alpha };
}

/**
 * Deviation and alpha of a channel of 1-bit weights, from sums over its centred weights.
 *
 * @param squares sum of squares.
 * @param magnitude sum of magnitudes.
 * @param fan how many weights the channel has.
 *
 * @example
 * ```ts
 * import { binaryScale } from 'saccade';
 * console.log(binaryScale(2, 2, 2)); // { deviation: 1.4142135623730951, alpha: 0.5 }
 * ```
 */
export function binaryScale(
  squares: number,
  magnitude: number,
  fan: number,
): { readonly deviation: number; readonly alpha: number } {
  const deviation = Math.sqrt(squares / Math.max(1, fan - 1)) || 1;
  return { deviation, alpha: 2 ** roundHalfEven(Math.log2(magnitude / fan / deviation || 1)) };
}
