import { describe, expect, it } from 'vitest';
import { batchFromTuples, type EventBatch } from '../../src/events/index.ts';
import { durationRanges, numberRanges, timeRanges } from '../../src/frames/index.ts';

const at = (...times: number[]): EventBatch => batchFromTuples(times.map((t) => [t, 0, 0, 1]));
const sizes = (ranges: readonly (readonly [number, number])[]): number[] =>
  ranges.map(([start, end]) => end - start);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('number', () => {
  it('gives the last step what is left', () => {
    expect(sizes(numberRanges(at(...upTo(10)), 4))).toEqual([2, 2, 2, 4]);
  });
  it('puts everything into the last step when there are fewer events than steps', () => {
    expect(sizes(numberRanges(at(1, 2, 3), 5))).toEqual([0, 0, 0, 0, 3]);
    expect(sizes(numberRanges(at(), 2))).toEqual([0, 0]);
  });
});

describe('time', () => {
  it('keeps the last event', () => {
    expect(sizes(timeRanges(at(...upTo(11)), 4, 'error'))).toEqual([2, 2, 2, 5]);
  });
  it('names an empty bin, or leaves it empty', () => {
    const events = at(0, 1, 99, 100);
    expect(() => timeRanges(events, 4, 'error')).toThrow(
      expect.objectContaining({ code: 'EMPTY_BIN', step: 1 }),
    );
    expect(sizes(timeRanges(events, 4, 'zero'))).toEqual([2, 0, 0, 2]);
  });
  it.each([
    ['EMPTY_RECORDING', []],
    ['ZERO_SPAN', [5, 6]],
    ['UNSORTED', [0, 1, 6, 2, 7, 3, 8, 4, 9]],
  ])('%s', (code, times) => {
    expect(() => timeRanges(at(...times), 3, 'error')).toThrow(expect.objectContaining({ code }));
  });
});

describe('duration', () => {
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
    expect(sizes(durationRanges(at(...times), 1000))).toEqual(expected);
  });
  it.each([
    ['EMPTY_RECORDING', []],
    ['ZERO_SPAN', [7, 7]],
    ['UNSORTED', [0, 2500, 1200]],
    ['TOO_MANY_STEPS', [0, 1e12]],
  ])('%s', (code, times) => {
    expect(() => durationRanges(at(...times), 1000)).toThrow(expect.objectContaining({ code }));
  });
});
