/** Where the rules of the frame stream begin and end, and whose memory is whose. */
import { describe, expect, it } from 'vitest';
import { batchFromTuples, sliceBatch, type EventBatch } from '../../src/events/index.ts';
import { createDecoder, createEncoder } from '../../src/formats/index.ts';
import {
  FRAME_RULE_DEFAULTS,
  type BinningSpec,
  type FrameRule,
  type StepFrame,
} from '../../src/frames/index.ts';
import { FrameStream, windowMicros, type FrameStreamOptions } from '../../src/pipeline/index.ts';
import { encodeAll } from '../helpers/round-trip.ts';

const SENSOR = { width: 8, height: 6 };
const ruleOf = (rule: Partial<FrameRule> = {}): FrameRule => ({
  ...FRAME_RULE_DEFAULTS,
  sensor: SENSOR,
  binning: { by: 'fixed-duration', stepMicros: 100, steps: 3 },
  ...rule,
});
const at = (...times: number[]): EventBatch =>
  batchFromTuples(
    times.map((t) => [t, 1, 1, 1]),
    SENSOR,
  );
const streamOf = (options: Partial<FrameStreamOptions> = {}): FrameStream =>
  new FrameStream({ rule: ruleOf(), ...options });

function report(batch: EventBatch, options: Partial<FrameStreamOptions> = {}): FrameStream['report'] {
  const stream = streamOf(options);
  stream.push(batch);
  stream.finish();
  return stream.report;
}

it('the account begins at nothing and tells all', () => {
  const nothing = {
    events: 0,
    binned: 0,
    saturated: 0,
    outside: 0,
    unrepresented: 0,
    lateEvents: 0,
    remainderEvents: 0,
    emptyWindows: 0,
    repeatedEvents: 0,
    windows: 0,
    filters: [],
    restarts: 0,
    largestStepBackMicros: 0,
    resets: 0,
    outliers: 0,
    fit: null,
  };
  const stream = streamOf();
  expect(stream.report).toEqual(nothing);
  expect(stream.push(batchFromTuples([]))).toEqual([]);
  expect(stream.report).toEqual(nothing);
  const many = Array.from({ length: 300 }, () => [10, 2, 2, 0] as const);
  const batch = batchFromTuples(
    [...many, [20, 9, 0, 1], [150, 1, 1, 1], [90, 1, 1, 1], [920, 1, 1, 1]],
    SENSOR,
  );
  expect(stream.push(batch).map(({ step }) => step)).toEqual([0, 1, 2]);
  expect(stream.finish()).toEqual([]);
  expect(stream.report).toEqual({
    ...nothing,
    events: 304,
    binned: 256,
    saturated: 45,
    outside: 1,
    lateEvents: 1,
    remainderEvents: 1,
    emptyWindows: 2,
    repeatedEvents: 0,
    windows: 1,
    fit: { sensor: SENSOR, known: 'stated', filtered: SENSOR, change: null, wanted: SENSOR },
  });
});

describe('the clock', () => {
  it.each<[BinningSpec, number]>([
    [{ by: 'fixed-duration', stepMicros: 100, steps: 3 }, 300],
    [{ by: 'fixed-count', stepEvents: 7, steps: 3 }, 1_000_000],
    [{ by: 'number', steps: 3 }, Infinity],
    [{ by: 'time', steps: 3 }, Infinity],
    [{ by: 'duration', durationMicros: 3 }, Infinity],
  ])('a step back by more than a window of %j is a restart, one by a window is not', (binning, window) => {
    expect(windowMicros(binning)).toBe(window);
    if (!Number.isFinite(window)) return;
    const start = 2_000_000;
    const back = (by: number): EventBatch => at(start, start, start, start - by, start - by, start - by);
    const rule = ruleOf({ binning });
    expect(report(back(window), { rule })).toMatchObject({ restarts: 0 });
    expect(report(back(window + 1), { rule })).toMatchObject({
      restarts: 1,
      largestStepBackMicros: window + 1,
    });
  });

  it('silence of more than ten seconds, or a longer window, must be confirmed', () => {
    const after = (gap: number): EventBatch => at(0, 0, 0, gap);
    expect(report(after(10_000_000)).outliers).toBe(0);
    expect(report(after(10_000_001)).outliers).toBe(1);
    const rule = ruleOf({ binning: { by: 'fixed-duration', stepMicros: 10_000_000, steps: 2 } });
    expect(report(after(20_000_000), { rule }).outliers).toBe(0);
    expect(report(after(20_000_001), { rule }).outliers).toBe(1);
    const whole = ruleOf({ binning: { by: 'number', steps: 2 } });
    expect(report(after(10_000_000), { rule: whole }).outliers).toBe(0);
    expect(report(after(10_000_001), { rule: whole }).outliers).toBe(1);
    expect(report(after(51), { maxGapMicros: 50 }).outliers).toBe(1);
    expect(report(after(50), { maxGapMicros: 50 }).outliers).toBe(0);
  });

  it('strict refuses at once, and at the end what only the end tells', () => {
    const stream = streamOf({ strict: true });
    stream.push(at(0, 1, 2, 150));
    expect(() => stream.push(at(50))).toThrow(
      expect.objectContaining({
        code: 'UNSORTED',
        step: -1,
        message: expect.stringMatching(/^1 events are late, 0 have.* 0 times/),
      }),
    );
    const open = streamOf({ strict: true, maxGapMicros: 1000 });
    open.push(at(0, 1, 2, 5000));
    expect(() => open.finish()).toThrow(expect.objectContaining({ code: 'UNSORTED' }));
    const back = streamOf({ strict: true });
    expect(() => back.push(at(9000, 9000, 9000, 1, 2, 3))).toThrow(
      /steps back by more than a window 1 times/,
    );
    // None makes up for another.
    for (const batch of [
      at(0, 1, 2, 150, 50, 9e9, 160),
      at(9000, 9001, 9150, 9050, 1, 2, 3),
      at(9000, 9001, 9002, 9e9, 9003, 1, 2, 3),
    ])
      expect(() => report(batch, { strict: true })).toThrow(expect.objectContaining({ code: 'UNSORTED' }));
    for (const strict of [false, undefined])
      expect(() => report(at(0, 1, 2, 150, 50), strict === undefined ? {} : { strict })).not.toThrow();
  });
});

describe('events outside', () => {
  /** So many inside and outside a sensor that nobody states. */
  const mixed = (inside: number, outside: number): EventBatch =>
    batchFromTuples(
      Array.from({ length: inside + outside }, (_, i) => [i, i < outside ? 100 : 1, 1, 1] as const),
    );
  /** Frames that came before the error, and whether it came in `push`. */
  function outcome(batch: EventBatch, options: Partial<FrameStreamOptions> = {}): [number, string] {
    const stream = streamOf(options);
    const frames: StepFrame[] = [];
    let where = 'push';
    try {
      for (const frame of stream.frames(batch)) frames.push(frame);
      where = 'finish';
      for (const frame of stream.finalFrames()) frames.push(frame);
    } catch (error) {
      return [frames.length, `${where}: ${(error as { code: string }).code}`];
    }
    return [frames.length, 'good'];
  }
  const rule = ruleOf({ binning: { by: 'fixed-count', stepEvents: 50, steps: 2 }, remainder: 'drop' });

  it('half of them are not most; of a hundred events on, a window of them is not handed out', () => {
    expect(outcome(mixed(50, 50), { rule })).toEqual([2, 'good']);
    expect(outcome(mixed(49, 51), { rule })).toEqual([1, 'push: MOSTLY_OUTSIDE']);
    const fewer = ruleOf({ binning: { by: 'fixed-count', stepEvents: 33, steps: 3 } });
    expect(outcome(mixed(49, 50), { rule: fewer })).toEqual([3, 'finish: MOSTLY_OUTSIDE']);
    // Even one event says it, when it is all that there is.
    const one = ruleOf({ binning: { by: 'fixed-count', stepEvents: 1, steps: 1 } });
    expect(outcome(mixed(0, 1), { rule: one })).toEqual([1, 'finish: MOSTLY_OUTSIDE']);
  });

  it('counts full pixels as inside', () => {
    const wide = ruleOf({ binning: { by: 'number', steps: 1 } });
    // 256 of 300 and more fit a count.
    expect(outcome(mixed(600, 500), { rule: wide })).toEqual([1, 'good']);
    expect(outcome(mixed(500, 501), { rule: wide })).toEqual([0, 'finish: MOSTLY_OUTSIDE']);
  });

  it('is allowed where it is asked for, and where the rest was cut off on purpose', () => {
    expect(outcome(mixed(0, 100), { rule, allowOutside: true })).toEqual([2, 'good']);
    const big = { ...mixed(0, 100), geometry: { width: 200, height: 200 } };
    expect(outcome(big, { rule: { ...rule, fit: 'crop' } })).toEqual([2, 'good']);
    expect(outcome(big, { rule })).toEqual([2, 'good']);
  });

  it('says who said what size the sensor has', () => {
    const run = (options: Partial<FrameStreamOptions>) => (): unknown => {
      const stream = streamOf({ rule, ...options });
      stream.push(mixed(0, 100));
      return stream.finish();
    };
    expect(run({})).toThrow(
      /^100 of 100 events lie outside the sensor of 8x6 pixels that the frames are made for.*--geometry.*--allow-outside/,
    );
    expect(run({ sensor: { width: 9, height: 7 } })).toThrow(/sensor of 9x7 pixels that was stated/);
  });
});

it('a flush in front of the first event, and a recording of none', () => {
  const stream = streamOf();
  expect(stream.flush()).toEqual([]);
  expect(stream.finish()).toEqual([]);
  expect(stream.report.fit).toBeNull();
});

it('fits the first sensor that is stated, and makes frames of the size and type asked for', () => {
  const output = { width: 4, height: 3 };
  const stream = streamOf({
    output,
    sensor: { width: 32, height: 32 },
    rule: ruleOf({ countType: 'uint32' }),
  });
  const frames = [...stream.push({ ...at(0, 400), geometry: { width: 16, height: 12 } }), ...stream.finish()];
  expect(frames[0]).toMatchObject({ geometry: output, counts: new Uint32Array(24).with(12, 1) });
  expect(stream.report.fit).toEqual({
    sensor: { width: 16, height: 12 },
    known: 'stated',
    filtered: { width: 16, height: 12 },
    change: 'resized',
    wanted: SENSOR,
  });
  const own = streamOf({ rule: ruleOf({ sensor: null }) });
  own.push({ ...at(0), geometry: { width: 16, height: 12 } });
  expect(own.report.fit).toMatchObject({ change: null, wanted: { width: 16, height: 12 } });
});

describe('the memory of batches', () => {
  const events = batchFromTuples(
    Array.from({ length: 20_000 }, (_, i) => [10 * i, i % 8, i % 6, i % 2] as const),
  );
  const bytes = encodeAll(createEncoder('atis40'), events);

  /** The memory of every batch, in order, and which of it was used before. */
  function decode(stream: FrameStream): { frames: number; known: boolean[] } {
    const decoder = createDecoder({ format: 'atis40', geometry: SENSOR });
    const seen = new Set<ArrayBufferLike>();
    const known: boolean[] = [];
    let frames = 0;
    // Batches of a size at which memory is worth keeping; others that wait are used up first.
    const kept: EventBatch[] = [];
    const drain = createDecoder({ format: 'atis40', geometry: SENSOR });
    for (let i = 0; i < 20; i++) kept.push(...drain.push(bytes.subarray(0, 5000)));
    for (let from = 0; from < bytes.length; from += 5000) {
      for (const batch of decoder.push(bytes.subarray(from, from + 5000))) {
        known.push(seen.has(batch.t.buffer));
        seen.add(batch.t.buffer);
        frames += stream.push(batch).length;
      }
    }
    frames += stream.finish().length;
    for (const batch of createDecoder({ format: 'atis40', geometry: SENSOR }).push(bytes.subarray(0, 5000)))
      known.push(seen.has(batch.t.buffer));
    expect(kept.length).toBeGreaterThan(10);
    return { frames, known };
  }

  it('goes back as soon as no step needs it', () => {
    // A step is one batch and a half: at most two are in hand.
    const rule = ruleOf({ binning: { by: 'fixed-duration', stepMicros: 15_000, steps: 2 } });
    const { frames, known } = decode(streamOf({ rule, recycle: true }));
    expect(frames).toBe(13);
    expect(known.length).toBeGreaterThan(15);
    expect(known.filter((used) => !used).length).toBeLessThanOrEqual(4);
    expect(known.at(-1)).toBe(true);
  });

  it('stays until the end where the rule needs the whole recording', () => {
    const rule = ruleOf({ binning: { by: 'number', steps: 2 } });
    const { known } = decode(streamOf({ rule, recycle: true }));
    expect(known.slice(0, -1).some(Boolean)).toBe(false);
    expect(known.at(-1)).toBe(true);
  });

  it('is left alone where it belongs to others', () => {
    for (const options of [{}, { recycle: false }])
      expect(decode(streamOf(options)).known.some(Boolean)).toBe(false);
  });

  it('is the frame’s own: what was handed out never changes', () => {
    const stream = streamOf();
    const frames = stream.push(at(0, 150, 350, 650));
    const copies = frames.map(({ counts }) => [...counts]);
    stream.push(sliceBatch(at(700, 900, 1300), 0, 3));
    expect(frames.map(({ counts }) => [...counts])).toEqual(copies);
  });
});
