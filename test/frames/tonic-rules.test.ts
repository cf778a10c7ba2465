import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, type EventBatch } from '../../src/events/index.ts';
import { binRecording, FRAME_RULE_DEFAULTS, type BinningSpec } from '../../src/frames/index.ts';
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
      { by: 'duration-legacy', durationMicros: 9 },
    ];
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1 }), fc.constantFrom(...rules), (gaps, binning) => {
        let t = 0;
        const stream = new FrameStream({ rule: { ...FRAME_RULE_DEFAULTS, sensor: SENSOR, binning } });
        stream.push(at(...gaps.map((gap) => (t += gap))));
        stream.finish();
        const { events, binned, remainderEvents } = stream.report;
        expect(binned + remainderEvents).toBe(events);
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
