import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, sliceBatch, type EventBatch } from '../../src/events/index.ts';
import {
  createSlicer,
  durationRanges,
  numberRanges,
  RecordedEvents,
  timeRanges,
  type BinningSpec,
} from '../../src/frames/index.ts';

const at = (...times: number[]): EventBatch => batchFromTuples(times.map((t) => [t, 0, 0, 1]));
/** The same as a recording, in batches of three. */
const recorded = (...times: number[]): RecordedEvents => {
  const events = at(...times);
  const batches: EventBatch[] = [];
  for (let i = 0; i < times.length; i += 3)
    batches.push(sliceBatch(events, i, Math.min(times.length, i + 3)));
  return new RecordedEvents(batches);
};
const sizes = (ranges: readonly (readonly [number, number])[]): number[] =>
  ranges.map(([start, end]) => end - start);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const sorted = fc
  .array(fc.integer({ min: 0, max: 300 }), { minLength: 2, maxLength: 50 })
  .map((times) => times.sort((a, b) => a - b));

/** Ranges that hold every event once, in order. */
function expectPartition(ranges: readonly (readonly [number, number])[], length: number): void {
  expect(ranges[0]![0]).toBe(0);
  expect(ranges.at(-1)![1]).toBe(length);
  ranges.forEach(([start, end], k) => {
    expect(end).toBeGreaterThanOrEqual(start);
    if (k > 0) expect(start).toBe(ranges[k - 1]![1]);
  });
}

describe('number', () => {
  it('gives the last step what is left', () => {
    expect(sizes(numberRanges(recorded(...upTo(10)), 4))).toEqual([2, 2, 2, 4]);
  });
  it('puts everything into the last step when there are fewer events than steps', () => {
    expect(sizes(numberRanges(recorded(1, 2, 3), 5))).toEqual([0, 0, 0, 0, 3]);
    expect(sizes(numberRanges(recorded(), 2))).toEqual([0, 0]);
  });
  it('takes one step, not none', () => {
    expect(numberRanges(recorded(1, 2, 3), 1)).toEqual([[0, 3]]);
    expect(() => numberRanges(recorded(1), 0)).toThrow(expect.objectContaining({ option: 'steps' }));
  });
});

describe('time', () => {
  it('puts every event into the step that its time says, the last step open to the end', () => {
    fc.assert(
      fc.property(sorted, fc.integer({ min: 1, max: 6 }), (times, steps) => {
        const span = Math.floor((times.at(-1)! - times[0]!) / steps);
        fc.pre(span >= 1);
        const expected = new Array<number>(steps).fill(0);
        for (const t of times) expected[Math.min(steps - 1, Math.floor((t - times[0]!) / span))]!++;
        const ranges = timeRanges(recorded(...times), steps, 'zero');
        expect(sizes(ranges)).toEqual(expected);
        expectPartition(ranges, times.length);
        const empty = expected.indexOf(0);
        const strict = (): unknown => timeRanges(recorded(...times), steps, 'error');
        if (empty < 0) expect(strict()).toEqual(ranges);
        else expect(strict).toThrow(expect.objectContaining({ code: 'EMPTY_BIN', step: empty }));
      }),
    );
  });
  it('keeps the last event', () => {
    expect(sizes(timeRanges(recorded(...upTo(11)), 4, 'error'))).toEqual([2, 2, 2, 5]);
  });
  it('takes a microsecond a step, and no less', () => {
    expect(sizes(timeRanges(recorded(0, 1, 2, 3), 3, 'error'))).toEqual([1, 1, 2]);
    expect(sizes(timeRanges(recorded(5, 6), 1, 'error'))).toEqual([2]);
    expect(() => timeRanges(recorded(0, 1, 2), 3, 'zero')).toThrow(
      expect.objectContaining({ code: 'ZERO_SPAN' }),
    );
    expect(() => timeRanges(recorded(0, 1, 2), 0, 'zero')).toThrow(
      expect.objectContaining({ option: 'steps' }),
    );
  });
  it('takes equal times', () => {
    expect(sizes(timeRanges(recorded(0, 0, 4, 4, 8), 2, 'error'))).toEqual([2, 3]);
  });
  it.each([
    ['EMPTY_RECORDING', []],
    ['ZERO_SPAN', [5, 6]],
    ['UNSORTED', [0, 1, 6, 2, 7, 3, 8, 4, 9]],
    ['UNSORTED', [5, 4, 20]],
    ['UNSORTED', [0, 10, 30, 20]],
  ])('%s of %j', (code, times) => {
    expect(() => timeRanges(recorded(...times), 3, 'error')).toThrow(
      expect.objectContaining({ code, step: -1 }),
    );
  });
});

describe('duration', () => {
  it('puts every event into the step that its time says, one at the very end into the last', () => {
    fc.assert(
      fc.property(sorted, fc.integer({ min: 1, max: 90 }), (times, duration) => {
        const span = times.at(-1)! - times[0]!;
        fc.pre(span > 0);
        const steps = Math.ceil(span / duration);
        const expected = new Array<number>(steps).fill(0);
        for (const t of times) expected[Math.min(steps - 1, Math.floor((t - times[0]!) / duration))]!++;
        const ranges = durationRanges(recorded(...times), duration);
        expect(sizes(ranges)).toEqual(expected);
        expectPartition(ranges, times.length);
      }),
    );
  });
  it.each([
    [[0, 500, 1000], [3]],
    [
      [0, 500, 1001],
      [2, 1],
    ],
    [
      [0, 1000, 2000],
      [1, 2],
    ],
    [
      [0, 500, 5500],
      [2, 0, 0, 0, 0, 1],
    ],
  ])('%j', (times, expected) => {
    expect(sizes(durationRanges(recorded(...times), 1000))).toEqual(expected);
  });
  it.each([
    ['EMPTY_RECORDING', []],
    ['ZERO_SPAN', [7, 7]],
    ['UNSORTED', [0, 2500, 1200]],
    ['UNSORTED', [5, 4, 2500]],
    ['TOO_MANY_STEPS', [0, 1e12]],
    ['TOO_MANY_STEPS', [0, 1_000_000_001]],
  ])('%s of %j', (code, times) => {
    expect(() => durationRanges(recorded(...times), 1000)).toThrow(
      expect.objectContaining({ code, step: -1 }),
    );
  });
  it('allows a million steps', () => {
    expect(durationRanges(recorded(0, 1_000_000), 1)).toHaveLength(1_000_000);
  });
  it.each([0, -1, NaN])('refuses a duration of %d', (duration) => {
    expect(() => durationRanges(recorded(0, 1), duration)).toThrow(
      expect.objectContaining({ option: 'durationMicros' }),
    );
  });
});

describe('createSlicer', () => {
  const events = at(0, 0, 3, 30, 31, 99);
  const steps = (spec: BinningSpec): number[] => {
    const slicer = createSlicer(spec, { remainder: 'pad' });
    return [...slicer.push(events), ...slicer.finish()].map(({ batches }) =>
      batches.reduce((sum, { length }) => sum + length, 0),
    );
  };

  it.each<[BinningSpec, number[]]>([
    [{ by: 'number', steps: 2 }, [3, 3]],
    [{ by: 'time', steps: 3, emptyBin: 'zero' }, [5, 0, 1]],
    [{ by: 'duration', durationMicros: 50 }, [5, 1]],
    [{ by: 'fixed-duration', stepMicros: 40, steps: 2 }, [5, 0, 1, 0]],
    [{ by: 'fixed-count', stepEvents: 4, steps: 1 }, [4, 2]],
  ])('makes the slicer of %j', (spec, expected) => {
    expect(steps(spec)).toEqual(expected);
  });

  it('does not leave a step empty by itself', () => {
    expect(() => steps({ by: 'time', steps: 3 })).toThrow(
      expect.objectContaining({ code: 'EMPTY_BIN', step: 1 }),
    );
  });
});
