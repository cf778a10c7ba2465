/** The bounds of what is measured. */
import { chosenLimits, type DescribedLimits } from '../described-limits.ts';

/** Names of the bounds; {@link METRICS_LIMITS} says what each is. */
export type MetricsLimitName = 'maxMetricCameras' | 'metricsForgetMs';

/** Bounds of what is measured. */
export type MetricsLimits = Readonly<Record<MetricsLimitName, number>>;

/** What each bound is. */
export const METRICS_LIMITS: DescribedLimits<MetricsLimitName> = {
  maxMetricCameras: {
    unit: 'count',
    default: 64,
    min: 0,
    max: 10_000,
    guards:
      'Cameras with series of their own in `/metrics`. What comes from others is counted under the camera `other`: names are the choice of whoever streams, and series cost memory here and in Prometheus',
  },
  metricsForgetMs: {
    unit: 'ms',
    default: 600_000,
    min: 1,
    guards: 'Series of a camera that has been gone for this long are removed, and their place is free',
  },
};

/** All limits. @throws OptionError */
export function metricsLimits(chosen?: Partial<MetricsLimits>): MetricsLimits {
  return chosenLimits(METRICS_LIMITS, chosen);
}
