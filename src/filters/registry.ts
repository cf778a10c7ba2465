/** All filters, one line each. */
import type { AnyFilterDefinition } from './event-filter.ts';
import { antiFlicker } from './filters/anti-flicker.ts';
import { backgroundActivity } from './filters/background-activity.ts';
import { decimate } from './filters/decimate.ts';
import { downsample } from './filters/downsample.ts';
import { drop } from './filters/drop.ts';
import { flip } from './filters/flip.ts';
import { hotPixels } from './filters/hot-pixels.ts';
import { mask } from './filters/mask.ts';
import { noise } from './filters/noise.ts';
import { polarity } from './filters/polarity.ts';
import { rateLimit } from './filters/rate-limit.ts';
import { refractory } from './filters/refractory.ts';
import { region } from './filters/region.ts';
import { reverseTime } from './filters/reverse-time.ts';
import { rotate } from './filters/rotate.ts';
import { spaceJitter } from './filters/space-jitter.ts';
import { timeJitter } from './filters/time-jitter.ts';
import { transpose } from './filters/transpose.ts';
import { undistort } from './filters/undistort.ts';

/**
 * Every filter there is.
 *
 * @example
 * ```ts
 * import { eventFilters } from 'saccade';
 * console.log(eventFilters.some(({ id }) => id === 'refractory')); // true
 * ```
 */
export const eventFilters: readonly AnyFilterDefinition[] = [
  polarity,
  region,
  mask,
  hotPixels,
  refractory,
  backgroundActivity,
  antiFlicker,
  rateLimit,
  decimate,
  downsample,
  flip,
  rotate,
  transpose,
  undistort,
  reverseTime,
  timeJitter,
  spaceJitter,
  drop,
  noise,
];
