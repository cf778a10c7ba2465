import { describe, expect, it } from 'vitest';
import { batchFromTuples, type EventBatch } from '../../src/events/index.ts';
import {
  binRecording,
  createSlicer,
  parseRepresentation,
  type BinningSpec,
  type EventSlice,
} from '../../src/frames/index.ts';

const SENSOR = { width: 1, height: 1 };
const at = (...times: number[]): EventBatch =>
  batchFromTuples(
    times.map((t) => [t, 0, 0, 1] as const),
    SENSOR,
  );
const slicesOf = (events: EventBatch, binning: BinningSpec): EventSlice[] => {
  const slicer = createSlicer(binning);
  return [...slicer.push(events), ...slicer.finish()];
};

describe('the times of the steps of a whole recording', () => {
  // Nothing between 1,020 and 1,290, so that steps are empty.
  const events = at(1000, 1010, 1020, 1290, 1399);

  it.each<[BinningSpec, (readonly [number, number])[]]>([
    [
      { by: 'time', steps: 3, emptyBin: 'zero' },
      [
        [1000, 1133],
        [1133, 1266],
        [1266, 1399],
      ],
    ],
    [
      { by: 'time', steps: 2 },
      [
        [1000, 1199],
        // What the division leaves is the last step's.
        [1199, 1399],
      ],
    ],
    [
      { by: 'duration', durationMicros: 150 },
      [
        [1000, 1150],
        [1150, 1300],
        [1300, 1450],
      ],
    ],
    [
      { by: 'duration-legacy', durationMicros: 100 },
      [
        [1000, 1100],
        [1290, 1390],
        [1399, 1499],
      ],
    ],
    [
      { by: 'tonic-time-window', durationMicros: 200, overlapMicros: 100 },
      [
        [1000, 1200],
        [1100, 1300],
      ],
    ],
    [
      { by: 'tonic-time-bins', steps: 2, overlap: 0.5 },
      [
        [1000, 1298.5],
        [1149.25, 1447.75],
      ],
    ],
    // By number: from the first event to the last.
    [
      { by: 'number', steps: 2 },
      [
        [1000, 1010],
        [1020, 1399],
      ],
    ],
    [{ by: 'number', steps: 6 }, [...Array.from({ length: 5 }, () => [1000, 1000] as const), [1000, 1399]]],
    [{ by: 'tonic-event-bins', steps: 6 }, Array.from({ length: 6 }, () => [1000, 1000] as const)],
  ])('%j', (binning, expected) => {
    expect(slicesOf(events, binning).map(({ startMicros, endMicros }) => [startMicros, endMicros])).toEqual(
      expected,
    );
  });

  it('are those that representations measure by', () => {
    const binned = (by: BinningSpec, text: string): number[] => {
      const [clip] = binRecording(events, by, { representation: parseRepresentation(text) });
      return [...clip!.counts];
    };
    // Tonic's ToTimesurface: exp(-((i + 1) dt + t0 - last) / tau), of ON events every other value; a silence decays.
    const surface = binned(
      { by: 'tonic-time-window', durationMicros: 100 },
      'time-surface=like:tonic,tauMicros:50',
    );
    const ages = [80, 180, 10];
    expect(surface).toEqual(ages.flatMap((age) => [0, Math.fround(Math.exp(-age / 50))]));
    const voxels = binned({ by: 'duration', durationMicros: 200 }, 'voxel-grid=bins:3');
    // 0, 10 and 20 of 200 µs in the first step, 90 and 199 in the second.
    const [first, second] = [voxels.slice(0, 3), voxels.slice(3)];
    expect(first).toEqual([2.7, 0.3, 0].map(Math.fround));
    expect(second).toEqual([0.1, 0.91, 0.99].map(Math.fround));
  });
});
