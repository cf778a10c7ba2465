import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, concatBatches, type EventBatch } from '../../src/events/index.ts';
import { binRecording, createSlicer, FRAME_RULE_DEFAULTS, type BinningSpec } from '../../src/frames/index.ts';
import { FrameStream } from '../../src/pipeline/index.ts';

const SENSOR = { width: 1, height: 1 };
const at = (...times: number[]): EventBatch =>
  batchFromTuples(
    times.map((t) => [t, 0, 0, 1] as const),
    SENSOR,
  );
const sizes = (events: EventBatch, binning: BinningSpec): number[] => {
  const [clip] = binRecording(events, binning);
  return Array.from({ length: clip!.steps }, (_, step) => clip!.counts[2 * step + 1]!);
};
/** Times of the events of each step. */
const stepsOf = (events: EventBatch, binning: BinningSpec): number[][] => {
  const slicer = createSlicer(binning);
  return [...slicer.push(events), ...slicer.finish()].map(({ batches }) => [...concatBatches(batches).t]);
};
const eleven = at(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
const ten = at(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);

describe("Tonic's slicers", () => {
  it.each([true, false])(
    'lose the last event on an edge, with or without incomplete steps: %s',
    (includeIncomplete) => {
      const window = { by: 'tonic-time-window', durationMicros: 100, includeIncomplete } as const;
      expect(sizes(at(0, 100, 200, 300), window)).toEqual([1, 1, 1]);
      expect(sizes(at(0, 100, 200, 301), window)).toEqual(includeIncomplete ? [1, 1, 1, 1] : [1, 1, 1]);
      expect(sizes(at(0, 20), window)).toEqual([2]);
    },
  );

  it('keep 8 of 11 events in 4 time bins, and 8 of 10 in 4 event bins', () => {
    expect(sizes(eleven, { by: 'tonic-time-bins', steps: 4 })).toEqual([2, 2, 2, 2]);
    expect(sizes(ten, { by: 'tonic-event-bins', steps: 4 })).toEqual([2, 2, 2, 2]);
    expect(sizes(at(5), { by: 'tonic-time-bins', steps: 3 })).toEqual([0, 0, 0]);
    expect(sizes(at(5, 6), { by: 'tonic-event-bins', steps: 3 })).toEqual([0, 0, 0]);
  });

  it('count events, with the rest or without, and take fewer as one step', () => {
    const count = { by: 'tonic-event-count', stepEvents: 4 } as const;
    expect(sizes(ten, count)).toEqual([4, 4]);
    expect(sizes(ten, { ...count, includeIncomplete: true })).toEqual([4, 4, 2]);
    expect(sizes(at(1, 2), count)).toEqual([2]);
  });

  it('overlap by a share of their time, and then stop short of the end', () => {
    // As Tonic computed it: 4 steps of 37.5 µs, the last one ends at 93.75.
    const all = at(...Array.from({ length: 101 }, (_, t) => t));
    expect(sizes(all, { by: 'tonic-time-bins', steps: 4, overlap: 0.5 })).toEqual([38, 38, 37, 37]);
    const steps = stepsOf(all, { by: 'tonic-time-bins', steps: 4, overlap: 0.5 });
    expect(steps.map((step) => [step[0], step.at(-1)])).toEqual([
      [0, 37],
      [19, 56],
      [38, 74],
      [57, 93],
    ]);
  });

  it('overlap by a share of their events, which covers 6 of 10', () => {
    expect(stepsOf(ten, { by: 'tonic-event-bins', steps: 4, overlap: 0.5 })).toEqual([
      [0, 1, 2],
      [1, 2, 3],
      [2, 3, 4],
      [3, 4, 5],
    ]);
  });

  it('overlap by time, and by events', () => {
    const window = { by: 'tonic-time-window', durationMicros: 4, overlapMicros: 2 } as const;
    expect(stepsOf(eleven, window)).toEqual([
      [0, 1, 2, 3],
      [2, 3, 4, 5],
      [4, 5, 6, 7],
      [6, 7, 8, 9],
    ]);
    expect(sizes(at(0, 20), window)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0]);
    const count = { by: 'tonic-event-count', stepEvents: 4, overlapEvents: 1 } as const;
    expect(stepsOf(ten, count)).toEqual([
      [0, 1, 2, 3],
      [3, 4, 5, 6],
      [6, 7, 8, 9],
    ]);
    expect(stepsOf(eleven, count)).toHaveLength(3);
    expect(stepsOf(eleven, { ...count, includeIncomplete: true }).at(-1)).toEqual([9, 10]);
    expect(sizes(at(1, 2), count)).toEqual([2]);
  });

  it.each<[BinningSpec, EventBatch, string]>([
    [{ by: 'tonic-time-window', durationMicros: 4 }, at(0, 5, 3), 'UNSORTED'],
    [{ by: 'tonic-time-bins', steps: 4 }, at(0, 5, 3), 'UNSORTED'],
    [{ by: 'duration-legacy', durationMicros: 4 }, at(0, 5, 3), 'UNSORTED'],
    [{ by: 'tonic-time-window', durationMicros: 1 }, at(0, 2_000_000), 'TOO_MANY_STEPS'],
  ])('say what they have no answer for: %j', (binning, events, code) => {
    expect(() => binRecording(events, binning)).toThrow(expect.objectContaining({ code }));
  });

  it('account for what they drop', () => {
    const rules: BinningSpec[] = [
      { by: 'tonic-time-window', durationMicros: 7 },
      { by: 'tonic-time-bins', steps: 3 },
      { by: 'tonic-event-count', stepEvents: 3 },
      { by: 'tonic-event-bins', steps: 4 },
      { by: 'tonic-time-window', durationMicros: 7, overlapMicros: 5 },
      { by: 'tonic-time-bins', steps: 3, overlap: 0.25 },
      { by: 'tonic-event-count', stepEvents: 3, overlapEvents: 2 },
      { by: 'tonic-event-bins', steps: 4, overlap: 0.75 },
      { by: 'duration-legacy', durationMicros: 9 },
    ];
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1 }), fc.constantFrom(...rules), (gaps, binning) => {
        let t = 0;
        const stream = new FrameStream({ rule: { ...FRAME_RULE_DEFAULTS, sensor: SENSOR, binning } });
        stream.push(at(...gaps.map((gap) => (t += gap))));
        stream.finish();
        const { events, binned, remainderEvents, repeatedEvents } = stream.report;
        expect(binned + remainderEvents).toBe(events + repeatedEvents);
        if (binning.by === 'duration-legacy') expect(remainderEvents).toBe(0);
      }),
    );
  });
});

it("SpikingJelly's old duration begins each step at its own first event, and is closed on the right", () => {
  const legacy = { by: 'duration-legacy', durationMicros: 1000 } as const;
  expect(sizes(at(0, 500, 1000), legacy)).toEqual([3]);
  expect(sizes(at(0, 500, 5500), legacy)).toEqual([2, 1]);
  expect(sizes(at(0, 900, 1100, 2050, 2150), legacy)).toEqual([2, 2, 1]);
});
