import { expect, it } from 'vitest';
import type { BinningSpec } from '../../src/frames/index.ts';
import { windowMsOf, withWindow } from '../../src/latency/conditions.ts';
import { randomModel, type Model } from '../../src/network/index.ts';

function modelOf(binning: BinningSpec): Model {
  const model = randomModel({ steps: 4, width: 8, height: 8 });
  return { ...model, input: { ...model.input, binning } };
}

it('another window has steps of another duration, and overlaps by the same share', () => {
  const whole = { by: 'fixed-duration', stepMicros: 1000, steps: 4 } as const;
  expect(windowMsOf(modelOf(whole))).toBe(4);
  expect(withWindow(modelOf(whole), 8).input.binning).toEqual({ ...whole, stepMicros: 2000 });
  const sliding = { ...whole, strideMicros: 500 };
  expect(withWindow(modelOf(sliding), 8).input.binning).toEqual({
    ...{ ...whole, stepMicros: 2000 },
    strideMicros: 1000,
  });
  expect(withWindow(modelOf(sliding), 4).input.binning).toBe(sliding);
});

it.each<BinningSpec>([
  { by: 'fixed-count', stepEvents: 10, steps: 4 },
  { by: 'mixed', stepMicros: 1000, stepEvents: 10, steps: 4 },
])('windows of %j have no duration to change', (binning) => {
  expect(windowMsOf(modelOf(binning))).toBeNull();
  expect(() => withWindow(modelOf(binning), 8)).toThrow(expect.objectContaining({ option: 'window' }));
});
