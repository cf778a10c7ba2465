/** All lists of limits that commands take: what docs/limits.md is made of. */
import type { DescribedLimits } from '../live/described-limits.ts';
import { LIVE_LIMITS } from '../live/limits.ts';
import { RECORD_LIMITS } from '../live/record/index.ts';
import { METRICS_LIMITS } from '../live/metrics/metrics-limits.ts';

/** Limits under a title. */
export interface LimitList {
  readonly title: string;
  readonly about: string;
  readonly limits: DescribedLimits;
}

/** See the file comment. */
export const LIMIT_LISTS: readonly LimitList[] = [
  { title: 'Live server', about: 'Of `saccade serve`.', limits: LIVE_LIMITS },
  { title: 'Metrics', about: 'Of `/metrics`.', limits: METRICS_LIMITS },
  { title: 'Records', about: 'Of `saccade serve --record`.', limits: RECORD_LIMITS },
];
