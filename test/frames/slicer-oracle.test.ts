import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, concatBatches, type EventBatch } from '../../src/events/index.ts';
import {
  CountSlicer,
  createSlicer,
  DurationSlicer,
  RecordingSlicer,
  SlidingSlicer,
  type BinningSpec,
  type EventSlice,
  type EventSlicer,
} from '../../src/frames/index.ts';
import {
  countOracle,
  durationOracle,
  mixedOracle,
  slidingOracle,
  type OracleEvent,
  type OracleResult,
  type OracleStep,
} from '../helpers/slicer-oracle.ts';

const streams = fc
  .array(
    fc.record({
      gap: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 0, max: 12 }) },
        { weight: 2, arbitrary: fc.integer({ min: -25, max: 120 }) },
      ),
      reset: fc.integer({ min: 0, max: 20 }).map((n) => n === 0),
    }),
    { maxLength: 90 },
  )
  .map((list) => {
    let [t, segment] = [100, 0];
    return list.map(({ gap, reset }, x): OracleEvent => {
      // Numbers of segments need not be consecutive.
      if (reset) [t, segment] = [50, segment + 3];
      t += gap;
      return { t, x, segment };
    });
  });
const remainders = fc.constantFrom('drop', 'pad', 'pad-first');
const batchSizes = fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 6 });

/** Batches of the given sizes, each of one segment, with empty ones between. */
function batchesOf(events: readonly OracleEvent[], sizes: readonly number[]): EventBatch[] {
  const batches: EventBatch[] = [];
  for (let from = 0, k = 0; from < events.length; k++) {
    const { segment } = events[from]!;
    let to = from;
    while (to < events.length && to - from < sizes[k % sizes.length]! && events[to]!.segment === segment)
      to++;
    batches.push({ ...batchFromTuples(events.slice(from, to).map(({ t, x }) => [t, x, 0, 1])), segment });
    batches.push({ ...batchFromTuples([]), segment: segment + 1 });
    from = to;
  }
  return batches;
}

const plain = ({ batches, repeatedEvents = 0, ...slice }: EventSlice): OracleStep => ({
  ...slice,
  x: Array.from(concatBatches(batches).x),
  ...(repeatedEvents > 0 && { repeatedEvents }),
});

function check(slicer: EventSlicer, batches: readonly EventBatch[], expected: OracleResult): void {
  const { steps, ...account } = expected;
  // The second recording: a slicer is as new at the end, but for its report.
  for (const times of [1, 2]) {
    const slices = [...batches.flatMap((batch) => slicer.push(batch)), ...slicer.finish()];
    expect(slices.map(plain)).toEqual(steps);
    for (const { batches: parts } of slices)
      for (const { length } of parts) expect(length).toBeGreaterThan(0);
    const report = Object.fromEntries(Object.entries(account).map(([name, n]) => [name, times * n]));
    expect(slicer.report).toEqual(report);
    expect(slicer.held).toEqual([]);
  }
}

describe('slicers and the rule over the whole stream', () => {
  it('a number of events', () => {
    const size = fc.record({
      stepEvents: fc.integer({ min: 1, max: 7 }),
      steps: fc.integer({ min: 1, max: 4 }),
      remainder: remainders,
    });
    fc.assert(
      fc.property(streams, size, batchSizes, (events, options, sizes) => {
        check(new CountSlicer(options), batchesOf(events, sizes), countOracle(events, options));
      }),
    );
  });

  it('a duration, from the first event or a given origin', () => {
    const size = fc.record({
      // Quarters are exact in binary.
      stepMicros: fc.integer({ min: 2, max: 100 }).map((n) => n / 4),
      steps: fc.integer({ min: 1, max: 4 }),
      remainder: remainders,
      origin: fc.option(fc.integer({ min: -300, max: 200 })),
    });
    fc.assert(
      fc.property(streams, size, batchSizes, (events, { origin, ...rest }, sizes) => {
        const options = { ...rest, ...(origin !== null && { originMicros: origin }) };
        check(new DurationSlicer(options), batchesOf(events, sizes), durationOracle(events, options));
      }),
    );
  });

  it('a duration whose multiples are not exact: every event lies in its step, every step begins where the last ends', () => {
    const times = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 300 }), (list, tenths) => {
        const stepMicros = tenths / 10 + 0.1;
        const slicer = new DurationSlicer({ stepMicros, steps: 2, remainder: 'pad' });
        const sorted = list.sort((a, b) => a - b);
        // Some events exactly where a step begins, as the slicer computes it.
        const events = sorted
          .map((t, i) => (i % 3 === 1 ? sorted[0]! + t * stepMicros : t))
          .sort((a, b) => a - b);
        const slices = [...slicer.push(batchFromTuples(events.map((t) => [t, 0, 0, 1]))), ...slicer.finish()];
        expect(slicer.report.lateEvents).toBe(0);
        expect(slices.flatMap(({ batches }) => Array.from(concatBatches(batches).t))).toEqual(events);
        slices.forEach(({ batches, startMicros, endMicros, window, step }) => {
          const k = 2 * window + step;
          expect([startMicros, endMicros]).toEqual([
            events[0]! + k * stepMicros,
            events[0]! + (k + 1) * stepMicros,
          ]);
          for (const t of concatBatches(batches).t) {
            expect(t).toBeGreaterThanOrEqual(startMicros);
            expect(t).toBeLessThan(endMicros);
          }
        });
      }),
    );
  });

  it('a duration or a number of events, whichever comes first', () => {
    const size = fc.record({
      stepMicros: fc.integer({ min: 2, max: 200 }).map((n) => n / 4),
      stepEvents: fc.integer({ min: 1, max: 7 }),
      steps: fc.integer({ min: 1, max: 4 }),
      remainder: remainders,
    });
    fc.assert(
      fc.property(streams, size, batchSizes, (events, options, sizes) => {
        check(new DurationSlicer(options), batchesOf(events, sizes), mixedOracle(events, options));
      }),
    );
  });

  it('windows that overlap, of a duration or of events', () => {
    const size = fc
      .record({
        unit: fc.constantFrom('micros', 'events'),
        step: fc.integer({ min: 1, max: 40 }),
        steps: fc.integer({ min: 1, max: 4 }),
        stride: fc.integer({ min: 1, max: 160 }),
        remainder: remainders,
      })
      .map(({ stride, ...rest }) => ({ ...rest, stride: 1 + (stride % (rest.step * rest.steps)) }));
    fc.assert(
      fc.property(streams, size, batchSizes, (events, options, sizes) => {
        check(new SlidingSlicer(options), batchesOf(events, sizes), slidingOracle(events, options));
      }),
      { numRuns: 300 },
    );
  });

  it('windows whose stride is their length are those of the slicers without one', () => {
    const size = fc.record({
      step: fc.integer({ min: 1, max: 30 }),
      steps: fc.integer({ min: 1, max: 4 }),
      remainder: remainders,
    });
    fc.assert(
      fc.property(streams, size, batchSizes, (events, { step, ...rest }, sizes) => {
        const stride = step * rest.steps;
        const batches = batchesOf(events, sizes);
        check(
          new SlidingSlicer({ unit: 'micros', step, stride, ...rest }),
          batches,
          durationOracle(events, { stepMicros: step, ...rest }),
        );
        check(
          new SlidingSlicer({ unit: 'events', step, stride, ...rest }),
          batches,
          countOracle(events, { stepEvents: step, ...rest }),
        );
      }),
    );
  });

  it('whole recordings: every segment is a window, and none where there is no event', () => {
    fc.assert(
      fc.property(streams, fc.integer({ min: 1, max: 5 }), batchSizes, (events, steps, sizes) => {
        const slicer = new RecordingSlicer({ by: 'number', steps });
        const batches = batchesOf(events, sizes);
        const numbers = [...new Set(events.map(({ segment }) => segment))];
        for (let recording = 0; recording < 2; recording++) {
          const slices = [...batches.flatMap((batch) => slicer.push(batch)), ...slicer.finish()].map(plain);
          const expected = numbers.flatMap((segment, window) => {
            const own = events.filter((event) => event.segment === segment);
            const share = Math.floor(own.length / steps);
            return Array.from({ length: steps }, (_, step): OracleStep => {
              const inside = own.slice(step * share, step === steps - 1 ? own.length : (step + 1) * share);
              const first = own[0]!.t;
              const [startMicros, endMicros] = [inside[0]?.t ?? first, inside.at(-1)?.t ?? first];
              return { window, step, steps, segment, startMicros, endMicros, x: inside.map(({ x }) => x) };
            });
          });
          expect(slices).toEqual(expected);
          expect(slicer.held).toEqual([]);
        }
        for (const batch of batches) {
          slicer.push(batch);
          expect(slicer.flush()).toEqual([]);
        }
        expect(slicer.report).toEqual({
          lateEvents: 0,
          remainderEvents: 0,
          emptyWindows: numbers.length === 0 ? 2 : 0,
          repeatedEvents: 0,
        });
      }),
    );
  });

  it('whole recordings whose steps overlap: an event is repeated for each further step that has it', () => {
    const overlaps = fc.constantFrom<BinningSpec>(
      { by: 'tonic-event-count', stepEvents: 5, overlapEvents: 3, includeIncomplete: true },
      { by: 'tonic-event-count', stepEvents: 4, overlapEvents: 1 },
      { by: 'tonic-event-bins', steps: 4, overlap: 0.75 },
    );
    fc.assert(
      fc.property(streams, overlaps, batchSizes, (events, spec, sizes) => {
        const slicer = createSlicer(spec);
        const slices = [
          ...batchesOf(events, sizes).flatMap((batch) => slicer.push(batch)),
          ...slicer.finish(),
        ].map(plain);
        const seen = new Set<number>();
        for (const { x, repeatedEvents = 0 } of slices) {
          expect(repeatedEvents).toBe(x.filter((event) => seen.has(event)).length);
          for (const event of x) seen.add(event);
        }
        const held = slices.reduce((sum, { x }) => sum + x.length, 0);
        expect(slicer.report).toMatchObject({
          repeatedEvents: held - seen.size,
          remainderEvents: events.length - seen.size,
        });
      }),
    );
  });
});

describe('a gap', () => {
  const sizes = fc.record({
    unit: fc.constantFrom('micros', 'events'),
    step: fc.integer({ min: 1, max: 30 }),
    steps: fc.integer({ min: 1, max: 3 }),
    share: fc.integer({ min: 1, max: 90 }),
  });

  it('of windows that overlap loses no event but those that are said', () => {
    fc.assert(
      fc.property(streams, sizes, fc.array(fc.nat(9)), (events, { share, ...size }, acts) => {
        const slicer = new SlidingSlicer({ ...size, stride: 1 + (share % (size.step * size.steps)) });
        const windows = new Map<number, number[][]>();
        let [lost, repeatedInOpen, repeatedInWhole] = [0, 0, 0];
        const take = (slices: readonly EventSlice[]): void => {
          for (const { window, step, steps, batches, repeatedEvents = 0 } of slices) {
            repeatedInOpen = repeatedEvents + (step === 0 ? 0 : repeatedInOpen);
            if (step === steps - 1) repeatedInWhole += repeatedInOpen;
            const known = windows.get(window) ?? [];
            expect(known).toHaveLength(step);
            windows.set(window, [...known, Array.from(concatBatches(batches).x)]);
          }
        };
        const handed = (): Set<number> => new Set([...windows.values()].flat(2));
        batchesOf(events, [4]).forEach((batch, i) => {
          take(slicer.push(batch));
          if (acts[i] === 1) {
            take(slicer.flush());
            expect(slicer.windowEvents).toBe(0);
          }
          if (acts[i] === 2) {
            lost += slicer.abandon();
            expect([slicer.windowEvents, slicer.openEvents]).toEqual([0, 0]);
          }
        });
        take(slicer.finish());
        const whole = [...windows.values()].filter((steps) => steps.length === size.steps).flat(2);
        expect(repeatedInWhole).toBe(slicer.report.repeatedEvents);
        const { lateEvents, remainderEvents, repeatedEvents } = slicer.report;
        const seen = new Set(whole).size;
        expect(whole.length - seen).toBe(repeatedEvents);
        // What was abandoned or left over may be in steps of a window that never became whole.
        expect(seen + lateEvents).toBeLessThanOrEqual(events.length);
        expect(handed().size + lateEvents + remainderEvents + lost).toBeGreaterThanOrEqual(events.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a flush', () => {
  const at = (...times: number[]): EventBatch => batchFromTuples(times.map((t) => [t, 0, 0, 1]));

  it('closes an open window of a number of events with empty steps at the last event', () => {
    const slicer = new CountSlicer({ stepEvents: 2, steps: 3 });
    expect(slicer.flush()).toEqual([]);
    expect(slicer.push(at(5, 7, 9)).map(plain)).toMatchObject([{ step: 0, startMicros: 5, endMicros: 7 }]);
    expect(slicer.held.map(({ t }) => [...t])).toEqual([[9]]);
    expect(slicer.flush().map(plain)).toMatchObject([
      { window: 0, step: 1, startMicros: 9, endMicros: 9, x: [0] },
      { window: 0, step: 2, startMicros: 9, endMicros: 9, x: [] },
    ]);
    expect(slicer.flush()).toEqual([]);
    expect(slicer.push(at(20, 30)).map(plain)).toMatchObject([{ window: 1, step: 0, startMicros: 20 }]);
    // Between steps, the window is open too.
    expect(slicer.flush().map(plain)).toMatchObject([
      { window: 1, step: 1, startMicros: 30, endMicros: 30 },
      { window: 1, step: 2, startMicros: 30, endMicros: 30 },
    ]);
    expect(slicer.report).toEqual({ lateEvents: 0, remainderEvents: 0, emptyWindows: 0, repeatedEvents: 0 });
  });

  it('closes a window of a duration, whose end does not move', () => {
    const slicer = new DurationSlicer({ stepMicros: 10, steps: 3, originMicros: 0 });
    expect(slicer.flush()).toEqual([]);
    expect(slicer.push(at(31, 35, 44)).map(plain)).toMatchObject([{ window: 1, step: 0, x: [0, 0] }]);
    expect(slicer.held.map(({ t }) => [...t])).toEqual([[44]]);
    expect(slicer.flush().map(plain)).toMatchObject([
      { window: 1, step: 1, startMicros: 40, endMicros: 50, x: [0] },
      { window: 1, step: 2, startMicros: 50, endMicros: 60, x: [] },
    ]);
    expect(slicer.flush()).toEqual([]);
    expect(slicer.push(at(45, 59.9, 60, 70)).map(plain)).toMatchObject([
      { window: 2, step: 0, startMicros: 60 },
    ]);
    expect(slicer.report).toEqual({ lateEvents: 2, remainderEvents: 0, emptyWindows: 1, repeatedEvents: 0 });
    slicer.finish();
    expect(slicer.report.remainderEvents).toBe(2);
  });
});

it.each([
  ['stepMicros', () => new DurationSlicer({ stepMicros: Infinity, steps: 1 })],
  ['stepMicros', () => new DurationSlicer({ stepMicros: -1, steps: 1 })],
  ['stepMicros', () => new DurationSlicer({ stepMicros: NaN, steps: 1 })],
  ['steps', () => new CountSlicer({ stepEvents: 1, steps: 0 })],
  ['stepEvents', () => new CountSlicer({ stepEvents: 0, steps: 1 })],
])('refuses a %s that cannot be (%#)', (option, make) => {
  expect(make).toThrow(expect.objectContaining({ option }));
});

it('takes the smallest that can be', () => {
  expect(new DurationSlicer({ stepMicros: 0.5, steps: 1 }).report.lateEvents).toBe(0);
  expect(new CountSlicer({ stepEvents: 1, steps: 1 }).report.lateEvents).toBe(0);
});
