import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, concatBatches, sliceBatch, type EventBatch } from '../../src/events/index.ts';
import {
  binSlice,
  createSlicer,
  DurationSlicer,
  type BinningSpec,
  type EventSlice,
} from '../../src/frames/index.ts';

const SENSOR = { width: 8, height: 6 };

const eventsArbitrary = fc
  .array(
    fc.record({
      gap: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 0, max: 60 }) },
        { weight: 1, arbitrary: fc.integer({ min: -30, max: 2000 }) },
      ),
      x: fc.integer({ min: 0, max: 9 }),
      y: fc.integer({ min: 0, max: 7 }),
      p: fc.integer({ min: 0, max: 1 }),
    }),
    { maxLength: 200 },
  )
  .map((list) => {
    let t = 1000;
    return batchFromTuples(list.map(({ gap, x, y, p }) => [(t = Math.max(0, t + gap)), x, y, p]));
  });

const specArbitrary: fc.Arbitrary<BinningSpec> = fc.oneof(
  fc.record({
    by: fc.constant('fixed-duration' as const),
    stepMicros: fc.integer({ min: 1, max: 100 }),
    steps: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({
    by: fc.constant('fixed-count' as const),
    stepEvents: fc.integer({ min: 1, max: 30 }),
    steps: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({ by: fc.constant('number' as const), steps: fc.integer({ min: 1, max: 5 }) }),
  fc.record({
    by: fc.constant('mixed' as const),
    stepMicros: fc.integer({ min: 1, max: 100 }),
    stepEvents: fc.integer({ min: 1, max: 30 }),
    steps: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({
    by: fc.constant('fixed-duration' as const),
    stepMicros: fc.integer({ min: 10, max: 100 }),
    steps: fc.integer({ min: 1, max: 5 }),
    strideMicros: fc.integer({ min: 1, max: 10 }),
  }),
  fc.record({
    by: fc.constant('fixed-count' as const),
    stepEvents: fc.integer({ min: 5, max: 30 }),
    steps: fc.integer({ min: 1, max: 5 }),
    strideEvents: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({
    by: fc.constant('tonic-event-bins' as const),
    steps: fc.integer({ min: 1, max: 5 }),
    overlap: fc.constantFrom(0.1, 0.5, 0.9),
  }),
);

function run(
  spec: BinningSpec,
  batches: readonly EventBatch[],
  remainder: 'drop' | 'pad' | 'pad-first',
): { slices: EventSlice[]; report: unknown } {
  const slicer = createSlicer(spec, { remainder });
  const slices = batches.flatMap((batch) => slicer.push(batch));
  slices.push(...slicer.finish());
  return { slices, report: { ...slicer.report } };
}

/** What a slice says, independent of how its events are cut into batches. */
const summary = ({ batches, ...slice }: EventSlice): unknown => ({
  ...slice,
  t: [...concatBatches(batches).t],
  x: [...concatBatches(batches).x],
});

describe('slicers', () => {
  it('any cutting into batches gives the same slices, for every rule and remainder', () => {
    fc.assert(
      fc.property(
        eventsArbitrary,
        specArbitrary,
        fc.constantFrom('drop', 'pad', 'pad-first'),
        fc.array(fc.integer({ min: 0, max: 40 })),
        (events, spec, remainder, cuts) => {
          const whole = run(spec, [events], remainder);
          const batches: EventBatch[] = [];
          let from = 0;
          for (const cut of cuts) {
            const to = Math.min(events.length, from + cut);
            batches.push(sliceBatch(events, from, to));
            from = to;
          }
          batches.push(sliceBatch(events, from, events.length));
          const cutUp = run(spec, batches, remainder);
          expect(cutUp.slices.map(summary)).toEqual(whole.slices.map(summary));
          expect(cutUp.report).toEqual(whole.report);
          const single = run(
            spec,
            Array.from({ length: events.length }, (_, i) => sliceBatch(events, i, i + 1)),
            remainder,
          );
          expect(single.slices.map(summary)).toEqual(whole.slices.map(summary));
        },
      ),
    );
  });

  it('accounts for every event: counted, saturated, outside, late or in the remainder', () => {
    fc.assert(
      fc.property(eventsArbitrary, specArbitrary, (events, spec) => {
        const slicer = createSlicer(spec, { remainder: 'pad' });
        const frames = [...slicer.push(events), ...slicer.finish()].map((slice) =>
          binSlice(slice, { sensor: SENSOR, output: { width: 4, height: 3 }, countType: 'uint8' }),
        );
        const total = frames.reduce(
          (sum, { events: counted, saturated, outside }) => sum + counted + saturated + outside,
          0,
        );
        const { lateEvents, remainderEvents, repeatedEvents } = slicer.report;
        expect(total + lateEvents + remainderEvents).toBe(events.length + repeatedEvents);
        for (const frame of frames)
          expect(Array.from(frame.counts).reduce((a, b) => a + b, 0)).toBe(frame.events);
      }),
    );
  });

  it('gives every window all its steps, in order', () => {
    fc.assert(
      fc.property(eventsArbitrary, fc.integer({ min: 1, max: 4 }), (events, steps) => {
        const { slices } = run({ by: 'fixed-duration', stepMicros: 25, steps }, [events], 'pad');
        slices.forEach(({ step }, i) => expect(step).toBe(i % steps));
        slices.forEach(({ window }, i) => expect(window).toBeGreaterThanOrEqual(slices[i - 1]?.window ?? 0));
      }),
    );
  });

  const at = (...times: number[]): EventBatch => batchFromTuples(times.map((t) => [t, 0, 0, 1]));

  it('closes a step as soon as an event at its end arrives', () => {
    const slicer = new DurationSlicer({ stepMicros: 10, steps: 2 });
    expect(slicer.push(at(100, 109))).toEqual([]);
    expect(slicer.push(at(110))).toMatchObject([{ window: 0, step: 0, startMicros: 100, endMicros: 110 }]);
  });

  it('a jump of hours costs nothing', () => {
    const slicer = new DurationSlicer({ stepMicros: 10, steps: 2 });
    const slices = slicer.push(at(0, 5, 86_400_000_005));
    expect(slices.map(({ window, step }) => [window, step])).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect(slicer.report.emptyWindows).toBe(4_319_999_999);
  });

  it('leaves late events out and counts them, but keeps small steps back inside the open step', () => {
    const slicer = new DurationSlicer({ stepMicros: 10, steps: 1, remainder: 'pad' });
    const slices = [...slicer.push(at(0, 12, 11, 5, 25)), ...slicer.finish()];
    expect(slices.map(({ batches }) => [...concatBatches(batches).t])).toEqual([[0], [12, 11], [25]]);
    expect(slicer.report.lateEvents).toBe(1);
  });

  it('a flush closes the window at once; what comes later for it is late', () => {
    const slicer = new DurationSlicer({ stepMicros: 10, steps: 2 });
    slicer.push(at(0));
    expect(slicer.flush().map(({ step, batches }) => [step, batches.length])).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(slicer.flush()).toEqual([]);
    slicer.push(at(5, 21));
    expect(slicer.report.lateEvents).toBe(1);
  });

  it('is as new after the end of a recording', () => {
    const slicer = new DurationSlicer({ stepMicros: 10, steps: 1, remainder: 'pad' });
    slicer.push(at(0));
    slicer.finish();
    slicer.push(at(7));
    expect(slicer.finish()).toMatchObject([{ window: 0, startMicros: 7 }]);
  });

  it.each([
    [{ by: 'fixed-duration', stepMicros: 0, steps: 1 }, 'stepMicros'],
    [{ by: 'fixed-duration', stepMicros: 5, steps: 0 }, 'steps'],
    [{ by: 'fixed-count', stepEvents: 0.5, steps: 1 }, 'stepEvents'],
    [{ by: 'mixed', stepMicros: 5, stepEvents: 0, steps: 1 }, 'stepEvents'],
    [{ by: 'mixed', stepMicros: NaN, stepEvents: 1, steps: 1 }, 'stepMicros'],
    [{ by: 'fixed-duration', stepMicros: 5, steps: 2, strideMicros: 11 }, 'strideMicros'],
    [{ by: 'fixed-duration', stepMicros: 500, steps: 2, strideMicros: 0.9 }, 'strideMicros'],
    [{ by: 'fixed-duration', stepMicros: 5, steps: 2, strideMicros: 0 }, 'strideMicros'],
    [{ by: 'fixed-count', stepEvents: 5, steps: 2, strideEvents: 11 }, 'strideEvents'],
    [{ by: 'fixed-duration', stepMicros: 5, steps: 2, strideMicros: -1 }, 'strideMicros'],
    [{ by: 'fixed-duration', stepMicros: 5, steps: 2, strideMicros: NaN }, 'strideMicros'],
    [{ by: 'fixed-count', stepEvents: 5, steps: 2, strideEvents: 1.5 }, 'strideEvents'],
    [{ by: 'fixed-count', stepEvents: 5, steps: 2, strideEvents: 0 }, 'strideEvents'],
    [{ by: 'fixed-count', stepEvents: 5, steps: 1_000_001, strideEvents: 1e9 }, 'steps'],
    [{ by: 'mixed', stepMicros: 5, stepEvents: 5, steps: 1_000_001 }, 'steps'],
    // Said before there is a recording.
    [{ by: 'number', steps: 0 }, 'steps'],
    [{ by: 'time', steps: 1_000_001 }, 'steps'],
    [{ by: 'duration', durationMicros: 0 }, 'durationMicros'],
    [{ by: 'duration-legacy', durationMicros: Infinity }, 'durationMicros'],
    [{ by: 'tonic-time-window', durationMicros: 4, overlapMicros: 4 }, 'overlapMicros'],
    [{ by: 'tonic-time-window', durationMicros: 4, overlapMicros: -1 }, 'overlapMicros'],
    [{ by: 'tonic-time-bins', steps: 4, overlap: 1 }, 'overlap'],
    [{ by: 'tonic-event-bins', steps: 4, overlap: NaN }, 'overlap'],
    [{ by: 'tonic-event-count', stepEvents: 4, overlapEvents: 4 }, 'overlapEvents'],
    [{ by: 'tonic-event-count', stepEvents: 4, overlapEvents: 0.5 }, 'overlapEvents'],
  ] as [BinningSpec, string][])('refuses %j', (spec, option) => {
    expect(() => createSlicer(spec)).toThrow(expect.objectContaining({ option }));
  });
});

describe('binSlice', () => {
  const slice = (batch: EventBatch): EventSlice => ({
    window: 0,
    step: 0,
    steps: 1,
    segment: 0,
    startMicros: 0,
    endMicros: 1,
    batches: [batch],
  });

  it('saturates and never wraps', () => {
    const many = batchFromTuples(Array.from({ length: 300 }, () => [0, 1, 0, 1] as const));
    const frame = binSlice(slice(many), { sensor: { width: 2, height: 1 }, countType: 'uint8' });
    expect([...frame.counts]).toEqual([0, 0, 0, 255]);
    expect(frame).toMatchObject({ events: 255, saturated: 45, outside: 0 });
  });

  it('never writes an event outside the sensor elsewhere', () => {
    const frame = binSlice(
      slice(
        batchFromTuples([
          [0, 2, 0, 0],
          [0, 0, 1, 0],
          [0, 1, 0, 0],
        ]),
      ),
      { sensor: { width: 2, height: 1 } },
    );
    expect([...frame.counts]).toEqual([0, 1, 0, 0]);
    expect(frame.outside).toBe(2);
  });

  it('needs to know the sensor, and an output that fits', () => {
    expect(() => binSlice(slice(batchFromTuples([])))).toThrow(
      expect.objectContaining({ code: 'NO_GEOMETRY' }),
    );
    expect(() =>
      binSlice(slice(batchFromTuples([])), { sensor: SENSOR, output: { width: 9, height: 1 } }),
    ).toThrow(expect.objectContaining({ option: 'output' }));
  });
});
