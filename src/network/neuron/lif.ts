/**
 * The resetting leaky integrate-and-fire neuron (paper Eq. 1 to 3) in integers, the baseline of the MFP neuron:
 *
 *     H[t] = leak(U[t-1]) + scale[c] * x[t] + bias[c]     leak(U) = floor((16 decay U + 8) / 16)
 *     S[t] = 1 iff H[t] >= threshold[c]                   Θ(0) = 1
 *     U[t] = S[t] ? 0 : H[t]                              hard reset to 0; U = 0 before a window
 *
 * x is the integer current. `scale` is +2^f or -2^f with the sign of the batch norm's gain, so a membrane is a
 * potential in units of |gain| / 2^f and the comparison never turns round. The leak rounds half up, not down: it
 * would otherwise pull every membrane below the one of training.
 */
import { EXACT_FLOAT32_BOUND, foldThreshold } from './folding.ts';
import { roundHalfEven } from '../layers/quantise.ts';

/** Decays are multiples of 1/16, so that a leak is a small product and a shift. */
export const DECAY_PARTS = 16;

/** Finer steps of the membrane gain nothing: the leak is off by half a step. */
const MAX_FRACTION_BITS = 8;

/** The unit of the membrane of a channel that does not listen to its current, in parts of its largest potential. */
const DEAF_PARTS = 2 ** 16;

/**
 * What is left of a membrane after a time step, rounded half up; in 32-bit integers `(U * m + 8) >> 4`.
 *
 * @param parts m: the decay in sixteenths.
 *
 * @example
 * ```ts
 * import { leak } from 'saccade';
 * console.log(leak(100, 8), leak(-7, 8)); // 50 -3
 * ```
 */
export function leak(membrane: number, parts: number): number {
  return Math.floor((membrane * parts + DECAY_PARTS / 2) / DECAY_PARTS);
}

/**
 * No potential |H| can exceed this however long the stream is: the geometric series of the largest drive and of the
 * leak's rounding, (drive + 1/2) / (1 - decay). Resets only make it smaller.
 *
 * @param drive largest |scale * x + bias|.
 * @param parts the decay in sixteenths, below 16.
 *
 * @example
 * ```ts
 * import { membraneBound } from 'saccade';
 * console.log(membraneBound(100, 8)); // 201
 * ```
 */
export function membraneBound(drive: number, parts: number): number {
  return Math.floor(((drive + 0.5) * DECAY_PARTS) / (DECAY_PARTS - parts));
}

/** The integers of one channel, and the real value of one unit of its membrane. */
export interface LifChannel {
  /** ±2^f, or 0 for a channel that does not listen to its current. */
  readonly scale: number;
  readonly bias: number;
  readonly threshold: number;
  /** float32 and >= 0: fires iff `fround(gain * H) >= fround(V_th)`. */
  readonly gain: number;
}

/**
 * Folds u = gain * x + bias and V_th into integers, with as many fraction bits f <= 8 as keep every potential below
 * 2^24. The bias is rounded half to even, the threshold found by bisection on the float32 rule.
 *
 * A gain of (nearly) 0 gives no unit in which the bias could be counted: where the bias outweighs any current by so
 * much that it fits with no f, the channel does not listen to its current, `scale` is 0, and the bias alone charges it.
 *
 * @param bound largest |x| whatever the weights are, so that a model file alone tells that no membrane overflows.
 * @param parts the decay in sixteenths.
 *
 * @example
 * ```ts
 * import { foldLif } from 'saccade';
 * console.log(foldLif(-0.5, 0.25, 1, 100, 8)); // { scale: -256, bias: 128, threshold: 512, gain: 0.001953125 }
 * ```
 */
export function foldLif(
  gain: number,
  bias: number,
  voltage: number,
  bound: number,
  parts: number,
): LifChannel {
  const channel = (scale: number, unit: number): LifChannel | undefined => {
    const inUnits = roundHalfEven(bias / unit);
    const most = membraneBound(Math.abs(scale) * bound + Math.abs(inUnits), parts);
    // Also false for a unit of 0.
    if (!(most < EXACT_FLOAT32_BOUND)) return undefined;
    const floatUnit = Math.fround(unit);
    const { threshold } = foldThreshold(floatUnit, 0, Math.fround(voltage), most);
    return { scale, bias: inUnits, threshold, gain: floatUnit };
  };
  for (let bits = MAX_FRACTION_BITS; bits >= 0; bits--) {
    const found = channel(Math.sign(gain) * 2 ** bits, Math.abs(gain) / 2 ** bits);
    if (found !== undefined) return found;
  }
  return channel(0, Math.max(Math.abs(bias), voltage) / DEAF_PARTS)!;
}

/** All that decides about the spikes of a layer before thresholds are made: what the evaluation pass computes with. */
export interface LifRule {
  /** The decay in sixteenths. */
  readonly parts: number;
  /** One entry per channel, as in {@link LifChannel}. */
  readonly scale: Int32Array;
  readonly bias: Int32Array;
  readonly gain: Float32Array;
  /** V_th in float32. */
  readonly voltage: number;
}
