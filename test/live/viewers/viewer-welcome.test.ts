import { expect, it } from 'vitest';
import type { BinningSpec } from '../../../src/frames/index.ts';
import { viewerWelcome } from '../../../src/live/viewers/viewer-welcome.ts';
import { randomModel } from '../../../src/network/index.ts';

it.each<[BinningSpec, string]>([
  [{ by: 'fixed-duration', stepMicros: 30_000, steps: 4 }, '120 ms in 4 steps'],
  [
    { by: 'fixed-duration', stepMicros: 30_000, steps: 4, strideMicros: 40_000 },
    '120 ms in 4 steps, every 40 ms',
  ],
  [{ by: 'fixed-count', stepEvents: 500, steps: 4 }, '2000 events in 4 steps'],
  [
    { by: 'fixed-count', stepEvents: 500, steps: 4, strideEvents: 1000 },
    '2000 events in 4 steps, every 1000 events',
  ],
  [{ by: 'mixed', stepMicros: 30_000, stepEvents: 500, steps: 4 }, '4 steps of 500 events or 30 ms'],
  [{ by: 'number', steps: 4 }, 'a whole recording in 4 steps'],
])('says what a window of %j is', (binning, window) => {
  const model = randomModel({ steps: 4, width: 8, height: 8 });
  expect(viewerWelcome({ ...model, input: { ...model.input, binning } }, 'id').window).toBe(window);
});
