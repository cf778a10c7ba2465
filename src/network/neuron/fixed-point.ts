/** M_tau in fixed point, so that every engine mixes time steps in integers and computes the same spikes. */
import { lowerTriangle, type MStructure } from './m-tau.ts';
import { EXACT_FLOAT32_BOUND } from './folding.ts';
import { roundHalfEven } from '../layers/quantise.ts';

/** Trained parameters keep each row of |M| (of |b| for rank 1) summing to at most this. */
export const MAX_ROW_SUM = 4;

/** More fraction bits than this gain nothing over float32 training. */
const MAX_FRACTION_BITS = 12;

/** Keeps a_t and tau_tt positive: softplus(p) + this (otherwise the comparison would flip). */
export const POSITIVE_MARGIN = 1e-3;

/**
 * How many fraction bits M may have so that no accumulator can exceed 2^24, where float32 sums stop being
 * exact; rounding may add one unit to each of a row's entries. Negative if even integers are too much.
 *
 * @param bound largest |current|.
 * @param steps T.
 *
 * @example
 * ```ts
 * import { fractionBitsFor } from 'saccade';
 * console.log(fractionBitsFor(1152, 10)); // 11
 * ```
 */
export function fractionBitsFor(bound: number, steps: number): number {
  const rowSum = (EXACT_FLOAT32_BOUND - 1) / bound - steps;
  return rowSum < MAX_ROW_SUM ? -1 : Math.min(MAX_FRACTION_BITS, Math.floor(Math.log2(rowSum / MAX_ROW_SUM)));
}

/**
 * A diagonal entry of M in fixed point may not round to 0: M would have no inverse and Eq. 9 no thresholds.
 * Returns the nearest number that does not.
 *
 * @example
 * ```ts
 * import { awayFromZero } from 'saccade';
 * console.log(awayFromZero(-0.001, 4), awayFromZero(0.5, 4)); // -0.0625, 0.5
 * ```
 */
export function awayFromZero(entry: number, fractionBits: number): number {
  const unit = 2 ** -fractionBits;
  if (Math.abs(entry) >= unit) return entry;
  return entry < 0 ? -unit : unit;
}

/** M_tau split into integers and a voltage per step: fire iff (drive of sum K[t,i] x_i) >= voltage[t]. */
export interface FixedPointM {
  /** T x T integers, lower triangular: `round(M * 2^fractionBits)`, or what is left after a_t moved out. */
  readonly mixing: Int32Array;
  readonly fractionBits: number;
  /** V_th, or V_th / a_t (rank 1), or V_th / tau_tt (diagonal). Real units. */
  readonly voltage: Float64Array;
  /** The real M_tau that these integers stand for. */
  readonly matrix: Float64Array;
}

/**
 * The trained numbers of M_tau: `m [T,T]`, or `w [k]` (sliding), or `a [T]` and `b [T]`, or `tau [T]` (a, tau before
 * softplus).
 */
export interface MParameters {
  readonly m?: ArrayLike<number>;
  readonly w?: ArrayLike<number>;
  readonly a?: ArrayLike<number>;
  readonly b?: ArrayLike<number>;
  readonly tau?: ArrayLike<number>;
}

/** softplus(x) + {@link POSITIVE_MARGIN}, without overflow. */
export function positive(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) + POSITIVE_MARGIN;
}

/**
 * Rounds M_tau to fixed point. Positive row factors (a_t, tau_tt) are never rounded: they go into the
 * voltage of their step, so a diagonal M needs no multiplication at all.
 *
 * @example
 * ```ts
 * import { toFixedPoint } from 'saccade';
 * const fixed = toFixedPoint('full', 2, { m: [1, 0, 0.5, 1] }, 4, 1);
 * console.log(Array.from(fixed.mixing)); // [16, 0, 8, 16]
 * ```
 */
export function toFixedPoint(
  structure: MStructure,
  steps: number,
  parameters: MParameters,
  fractionBits: number,
  thresholdVoltage: number,
): FixedPointM {
  const bits = structure === 'diagonal' ? 0 : fractionBits;
  const fixed = (value: number): number => roundHalfEven(value * 2 ** bits);
  const factor = (t: number): number => {
    if (structure === 'full' || structure === 'sliding') return 1;
    return positive((structure === 'rank1' ? parameters.a! : parameters.tau!)[t]!);
  };
  const mixing = lowerTriangle(steps, (t, i) => {
    if (structure === 'full') return fixed(parameters.m![t * steps + i]!);
    if (structure === 'sliding') return fixed(parameters.w![t - i] ?? 0);
    if (structure === 'rank1') return fixed(parameters.b![i]!);
    return t === i ? 1 : 0;
  });
  return {
    mixing: Int32Array.from(mixing),
    fractionBits: bits,
    voltage: Float64Array.from({ length: steps }, (_, t) => thresholdVoltage / factor(t)),
    matrix: lowerTriangle(steps, (t, i) => (factor(t) * mixing[t * steps + i]!) / 2 ** bits),
  };
}

/** The largest sum of a row's magnitudes. */
export function largestRowSum(matrix: ArrayLike<number>, steps: number): number {
  let largest = 0;
  for (let t = 0; t < steps; t++) {
    let sum = 0;
    for (let i = 0; i <= t; i++) sum += Math.abs(matrix[t * steps + i]!);
    largest = Math.max(largest, sum);
  }
  return largest;
}
