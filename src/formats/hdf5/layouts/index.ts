/** The one list of layouts; the first one that finds events has them. */
import { dsecLayout } from './dsec.ts';
import { genericLayout } from './generic.ts';
import type { Hdf5Layout } from './layout.ts';
import { matlabLayout } from './matlab.ts';
import { mvsecLayout } from './mvsec.ts';
import { propheseeLayout } from './prophesee.ts';
import { spikesLayout } from './spikes.ts';

/** All layouts that are read. */
export const hdf5Layouts: readonly Hdf5Layout[] = [
  propheseeLayout,
  dsecLayout,
  mvsecLayout,
  spikesLayout,
  matlabLayout,
  genericLayout,
];
