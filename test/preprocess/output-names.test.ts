import { expect, it } from 'vitest';
import type { BinningSpec } from '../../src/frames/index.ts';
import { framesFolder } from '../../src/preprocess/output-names.ts';
import { PARAMETERS } from '../helpers/preprocess.ts';

it.each<[BinningSpec, string]>([
  [{ by: 'fixed-duration', stepMicros: 100, steps: 4 }, 'frames_number_4_fixed_duration_100'],
  [
    { by: 'fixed-duration', stepMicros: 100, steps: 4, strideMicros: 50 },
    'frames_number_4_fixed_duration_100_stride_50',
  ],
  [{ by: 'fixed-count', stepEvents: 9, steps: 4, strideEvents: 3 }, 'frames_number_4_fixed_count_9_stride_3'],
  [{ by: 'mixed', stepMicros: 100, stepEvents: 9, steps: 4 }, 'frames_number_4_mixed_100_9'],
  [
    { by: 'tonic-time-window', durationMicros: 100, overlapMicros: 30, includeIncomplete: true },
    'tonic_time_window_incomplete_100_overlap_30',
  ],
  [{ by: 'tonic-event-count', stepEvents: 9, overlapEvents: 3 }, 'tonic_event_count_9_overlap_3'],
  [{ by: 'tonic-time-bins', steps: 4, overlap: 0.5 }, 'frames_number_4_tonic_time_bins_overlap_0.5'],
  [{ by: 'tonic-event-bins', steps: 4 }, 'frames_number_4_tonic_event_bins'],
])('frames of %j have a folder of their own', (binning, folder) => {
  expect(framesFolder({ ...PARAMETERS, rule: { ...PARAMETERS.rule, binning } })).toBe(folder);
});
