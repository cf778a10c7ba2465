/** Schedules over training: pure functions of progress. */

/**
 * Cosine learning rate from `base` at the first epoch to 0 after the last.
 *
 * @example
 * ```ts
 * import { cosineRate } from 'saccade/training';
 * console.log(cosineRate(0.001, 0, 10)); // 0.001
 * ```
 */
export function cosineRate(base: number, epoch: number, epochs: number): number {
  return (base / 2) * (1 + Math.cos((Math.PI * epoch) / epochs));
}

/** Slope and height of the straight-through gradient of 1-bit weights. */
export interface EdeSlope {
  readonly t: number;
  readonly k: number;
}

/**
 * IR-Net's EDE: the gradient of sign is k t (1 - tanh²(t w)), with t = 10^(-1 + 2 e/E), k = max(1/t, 1).
 *
 * @example
 * ```ts
 * import { edeSlope } from 'saccade/training';
 * console.log(edeSlope(5, 10)); // { t: 1, k: 1 }
 * ```
 */
export function edeSlope(epoch: number, epochs: number): EdeSlope {
  const t = 10 ** (-1 + (2 * epoch) / epochs);
  return { t, k: Math.max(1 / t, 1) };
}
