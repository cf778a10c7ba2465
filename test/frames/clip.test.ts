import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, sliceBatch, type EventBatch } from '../../src/events/index.ts';
import {
  allocateCounts,
  binRecording,
  binSlice,
  clipFromFrames,
  countTypeOf,
  FrameBinner,
  SliceBinner,
  type BinningSpec,
  type EventSlice,
} from '../../src/frames/index.ts';

const SENSOR = { width: 3, height: 2 };
const sliceOf = (batch: EventBatch, step = 0): EventSlice => ({
  window: 0,
  step,
  steps: 9,
  segment: 0,
  startMicros: 0,
  endMicros: 1,
  batches: batch.length === 0 ? [] : [batch],
});
const tuples = fc.array(
  fc.tuple(
    fc.constant(0),
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 0, max: 2 }),
    fc.integer({ min: 0, max: 1 }),
  ),
  { maxLength: 30 },
);

describe('clipFromFrames', () => {
  it('puts the frames one behind the other and adds their accounts up', () => {
    fc.assert(
      fc.property(
        fc.array(tuples, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('uint8', 'uint16', 'uint32'),
        (lists, countType) => {
          // Some counts are at their maximum.
          const frames = lists.map((list, i) => {
            const many = i === 1 ? Array.from({ length: 300 }, () => [0, 1, 1, 1] as const) : [];
            return binSlice(sliceOf(batchFromTuples([...list, ...many])), { sensor: SENSOR, countType });
          });
          const clip = clipFromFrames(frames);
          const sum = (name: 'events' | 'saturated' | 'outside'): number =>
            frames.reduce((total, frame) => total + frame[name], 0);
          expect(clip).toEqual({
            steps: lists.length,
            geometry: SENSOR,
            counts: allocateCounts(countType, 12 * lists.length).map(
              (_, i) => frames[Math.floor(i / 12)]!.counts[i % 12]!,
            ),
            events: sum('events'),
            saturated: sum('saturated'),
            outside: sum('outside'),
          });
          expect(countTypeOf(clip.counts)).toBe(countType);
        },
      ),
    );
  });

  it('takes the counts of whole windows as they are, and their frames are those of other binners', () => {
    fc.assert(
      fc.property(
        fc.array(tuples, { minLength: 2, maxLength: 5 }),
        fc.constantFrom('uint8', 'uint16', 'uint32'),
        (lists, countType) => {
          const options = { sensor: SENSOR, output: SENSOR, countType } as const;
          const [whole, own] = [
            new FrameBinner({ ...options, wholeWindows: true }),
            new FrameBinner(options),
          ];
          const slices = lists.map((list, i) => ({
            ...sliceOf(batchFromTuples(list), i),
            steps: lists.length,
          }));
          for (let window = 0; window < 2; window++) {
            const frames = slices.map((slice) => whole.bin(slice));
            const copies = slices.map((slice) => own.bin(slice));
            expect(frames).toEqual(copies);
            const clip = clipFromFrames(frames);
            expect(clip.counts.buffer).toBe(frames[0]!.counts.buffer);
            expect(clip).toEqual(clipFromFrames(copies));
            // Not in order, or not all of them.
            for (const some of [frames.toReversed(), frames.slice(1)]) {
              expect(clipFromFrames(some).counts.buffer).not.toBe(clip.counts.buffer);
              expect(Array.from(clipFromFrames(some).counts)).toEqual(
                some.flatMap(({ counts }) => Array.from(counts)),
              );
            }
          }
        },
      ),
    );
  });

  it('makes no clip of no frames', () => {
    expect(() => clipFromFrames([])).toThrow(new RangeError('A clip needs at least one frame.'));
  });
});

describe('binRecording', () => {
  const events = batchFromTuples(
    Array.from({ length: 23 }, (_, i) => [10 * i, i % 3, i % 2, (i >> 1) % 2] as const),
    SENSOR,
  );

  it('makes a clip of every window, from its events alone', () => {
    const spec: BinningSpec = { by: 'fixed-count', stepEvents: 3, steps: 2 };
    for (const [remainder, windows] of [
      ['drop', 3],
      ['pad', 4],
    ] as const) {
      const clips = binRecording(events, spec, { remainder });
      const alone = Array.from({ length: windows }, (_, k) =>
        clipFromFrames(
          [0, 3].map((from) =>
            binSlice(
              sliceOf(sliceBatch(events, Math.min(23, 6 * k + from), Math.min(23, 6 * k + from + 3))),
              { sensor: SENSOR },
            ),
          ),
        ),
      );
      expect(clips).toEqual(alone);
    }
    expect(binRecording(events, spec)).toHaveLength(3);
  });

  it('takes the sensor of the caller, then of the events', () => {
    const few = sliceBatch(events, 0, 3);
    const spec: BinningSpec = { by: 'number', steps: 5 };
    // The first steps are empty: their size is known all the same.
    expect(binRecording(few, spec)[0]).toMatchObject({ steps: 5, geometry: SENSOR, events: 3, outside: 0 });
    const wide = { width: 4, height: 2 };
    expect(binRecording(few, spec, { sensor: wide })[0]!.geometry).toEqual(wide);
    const unstated = { ...few, geometry: null };
    expect(binRecording(unstated, spec, { sensor: wide })[0]!.geometry).toEqual(wide);
    expect(() => binRecording(unstated, spec)).toThrow(
      expect.objectContaining({ code: 'NO_GEOMETRY', step: 0 }),
    );
  });

  it('makes frames of the size and type that are asked for', () => {
    const output = { width: 1, height: 1 };
    const [clip] = binRecording(events, { by: 'number', steps: 1 }, { output, countType: 'uint32' });
    expect(clip).toMatchObject({ geometry: output, counts: Uint32Array.of(12, 11) });
    expect(countTypeOf(binRecording(events, { by: 'number', steps: 1 })[0]!.counts)).toBe('uint16');
  });
});

describe('SliceBinner', () => {
  it('goes with the size that the events state, and keeps it for steps without events', () => {
    const one = (width: number, height: number): EventBatch =>
      batchFromTuples([[0, width - 1, height - 1, 1]], { width, height });
    const binner = new SliceBinner({});
    const sizes = [one(3, 2), batchFromTuples([]), one(3, 4), one(5, 4), batchFromTuples([]), one(3, 2)].map(
      (batch, step) => {
        const { geometry, counts, events } = binner.bin(sliceOf(batch, step));
        expect([counts.length, events]).toEqual([2 * geometry.width * geometry.height, batch.length]);
        return `${geometry.width}x${geometry.height}`;
      },
    );
    expect(sizes).toEqual(['3x2', '3x2', '3x4', '5x4', '5x4', '3x2']);
  });

  it('finds the size in whichever batch states it', () => {
    const [a, b] = [
      batchFromTuples([[0, 0, 0, 1]]),
      batchFromTuples([[0, 4, 3, 1]], { width: 5, height: 4 }),
    ];
    const { geometry, events } = new SliceBinner({}).bin({ ...sliceOf(a), batches: [a, b] });
    expect([geometry, events]).toEqual([{ width: 5, height: 4 }, 2]);
  });

  it('names the step whose size nobody states', () => {
    expect(() => new SliceBinner({}).bin(sliceOf(batchFromTuples([]), 4))).toThrow(
      expect.objectContaining({ code: 'NO_GEOMETRY', step: 4 }),
    );
  });
});

it.each([
  ['uint8', Uint8Array],
  ['uint16', Uint16Array],
  ['uint32', Uint32Array],
] as const)('%s', (type, array) => {
  expect(allocateCounts(type, 3)).toEqual(new array(3));
  expect(countTypeOf(new array(1))).toBe(type);
});
