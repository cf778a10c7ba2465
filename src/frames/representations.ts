/** All representations, one line each. */
import type { AnyRepresentation } from './representation.ts';
import { averagedTimeSurface } from './representations/averaged-time-surface.ts';
import { binaRep } from './representations/bina-rep.ts';
import { binary } from './representations/binary.ts';
import { counts } from './representations/counts.ts';
import { eventCube } from './representations/event-cube.ts';
import { eventSpikeTensor } from './representations/event-spike-tensor.ts';
import { histogram } from './representations/histogram.ts';
import { signed } from './representations/signed.ts';
import { timeSurface } from './representations/time-surface.ts';
import { voxelGrid } from './representations/voxel-grid.ts';

/**
 * Every representation there is.
 *
 * @example
 * ```ts
 * import { representations } from 'saccade';
 * console.log(representations.some(({ id }) => id === 'time-surface')); // true
 * ```
 */
export const representations: readonly AnyRepresentation[] = [
  counts,
  binary,
  signed,
  histogram,
  voxelGrid,
  eventCube,
  eventSpikeTensor,
  timeSurface,
  averagedTimeSurface,
  binaRep,
];
