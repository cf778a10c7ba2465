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

/** All shapes that a learning rate may have over a run. */
export const RATE_SCHEDULES = ['cosine', 'constant'] as const;

/** See {@link scheduledRate}. */
export type RateSchedule = (typeof RATE_SCHEDULES)[number];

/** What {@link scheduledRate} needs of a plan. */
export interface RateRule {
  readonly learningRate: number;
  /** Default `cosine`. */
  readonly schedule?: RateSchedule;
  /** Default 0. */
  readonly warmUpEpochs?: number;
}

/**
 * The rate after `done` of so many epochs: a line from 0 during the warm-up, after it a cosine to 0 at the end, or the
 * same rate throughout.
 *
 * @param done epochs, whole or not.
 *
 * @example
 * ```ts
 * import { scheduledRate } from 'saccade/training';
 * const rule = { learningRate: 1, warmUpEpochs: 2 };
 * console.log([0.5, 1, 2, 6].map((done) => scheduledRate(rule, done, 10))); // [0.25, 0.5, 1, 0.5]
 * ```
 */
export function scheduledRate(rule: RateRule, done: number, epochs: number): number {
  const { learningRate, schedule = 'cosine', warmUpEpochs = 0 } = rule;
  if (done < warmUpEpochs) return (learningRate * done) / warmUpEpochs;
  if (schedule === 'constant') return learningRate;
  return cosineRate(learningRate, done - warmUpEpochs, epochs - warmUpEpochs);
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
