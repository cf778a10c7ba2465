import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchFromTuples,
  ClockGuard,
  concatBatches,
  CONFIRMING_EVENTS,
  sliceBatch,
  type ClockGuardOptions,
  type EventBatch,
} from '../../src/events/index.ts';

const OPTIONS: ClockGuardOptions = { maxBackMicros: 100, maxGapMicros: 1000 };

interface Passed {
  readonly events: readonly (readonly [segment: number, t: number])[];
  readonly report: ClockGuard['report'];
}

function pass(batches: readonly EventBatch[], options = OPTIONS): Passed {
  const guard = new ClockGuard(options);
  const out = [...batches.flatMap((batch) => guard.push(batch)), ...guard.finish()];
  return {
    events: out.flatMap(({ t, segment }) => Array.from(t, (time) => [segment, time] as const)),
    report: guard.report,
  };
}

const at = (...times: number[]): EventBatch =>
  batchFromTuples(times.map((t, i) => [t, i % 7, i % 5, i % 2] as const));
const times = ({ events }: Passed): number[] => events.map(([, t]) => t);
const segments = ({ events }: Passed): number[] => events.map(([segment]) => segment);

/** Mostly small steps, some jumps in both directions, stated resets. */
const streams = fc
  .array(
    fc.record({
      step: fc.oneof(
        { weight: 12, arbitrary: fc.integer({ min: -40, max: 300 }) },
        { weight: 2, arbitrary: fc.integer({ min: -9000, max: 9000 }) },
      ),
      reset: fc.integer({ min: 0, max: 30 }).map((n) => n === 0),
    }),
    { maxLength: 80 },
  )
  .map((list) => {
    const batches: EventBatch[] = [];
    let [t, segment] = [5000, 0];
    for (const { step, reset } of list) {
      if (reset) segment++;
      t += step;
      batches.push({ ...at(t), segment });
    }
    return batches;
  });

/** Joins neighbours of the same segment at random. */
function joined(batches: readonly EventBatch[], sizes: readonly number[]): EventBatch[] {
  const out: EventBatch[] = [];
  let group: EventBatch[] = [];
  const close = (): void => {
    if (group.length > 0) out.push(concatBatches(group));
    group = [];
  };
  batches.forEach((batch, i) => {
    if (group.length > 0 && (group[0]!.segment !== batch.segment || group.length >= sizes[i % sizes.length]!))
      close();
    group.push(batch);
  });
  close();
  return out;
}

describe('ClockGuard', () => {
  it('any cutting into batches gives the same', () => {
    fc.assert(
      fc.property(streams, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (batches, sizes) => {
        expect(pass(joined(batches, sizes))).toEqual(pass(batches));
      }),
    );
  });

  it('every event is passed on in its order or counted as an outlier', () => {
    fc.assert(
      fc.property(streams, (batches) => {
        const { events, report } = pass(batches);
        expect(events.length + report.outliers).toBe(batches.length);
        const input = batches.map(({ t }) => t[0]!);
        let from = 0;
        for (const [, t] of events) {
          from = input.indexOf(t, from);
          expect(from).toBeGreaterThanOrEqual(0);
          from++;
        }
      }),
    );
  });

  it('no segment goes back by more than the limit, and each step of the number is a reset or a restart', () => {
    fc.assert(
      fc.property(streams, (batches) => {
        const { events, report } = pass(batches);
        let [newest, segment, begun] = [-Infinity, 0, 0];
        for (const [own, t] of events) {
          if (own !== segment) {
            begun += own - segment;
            [newest, segment] = [-Infinity, own];
          }
          // The events that confirm a jump may themselves step back a little.
          expect(newest - t).toBeLessThanOrEqual(2 * OPTIONS.maxBackMicros);
          newest = Math.max(newest, t);
        }
        expect(begun).toBeLessThanOrEqual(report.resets + report.restarts);
      }),
    );
  });

  it('leaves a clock alone that only goes on, however it is cut', () => {
    const batch = at(0, 3, 3, 90, 50, 1000, 1990);
    expect(pass([batch])).toEqual(pass([sliceBatch(batch, 0, 4), sliceBatch(batch, 4, 7)]));
    expect(times(pass([batch]))).toEqual([...batch.t]);
    expect(pass([batch]).report).toEqual({ restarts: 0, largestStepBackMicros: 0, resets: 0, outliers: 0 });
  });

  it('hands batches on without a copy once the clock is believed', () => {
    const guard = new ClockGuard(OPTIONS);
    guard.push(at(0, 1, 2));
    const batch = at(3, 4);
    expect(guard.push(batch)[0]).toBe(batch);
  });

  it.each([
    ['forward', 4e9],
    ['back', -4e9],
    ['forward, just beyond the gap', 1014 + 1],
    ['back, just beyond the limit', 14 - 101],
  ])('drops one event with an absurd time, %s', (_, absurd) => {
    const passed = pass([at(10, 12, 14, absurd, 15, 16)]);
    expect(times(passed)).toEqual([10, 12, 14, 15, 16]);
    expect(passed.report).toMatchObject({ outliers: 1, restarts: 0 });
  });

  it('keeps one that is just within the limit', () => {
    expect(times(pass([at(10, 12, 14, 1014, 1015)]))).toEqual([10, 12, 14, 1014, 1015]);
    expect(times(pass([at(10, 12, 14, 14 - 100, 15)]))).toEqual([10, 12, 14, 14 - 100, 15]);
  });

  it('drops two in a row, and one right after the other way', () => {
    expect(times(pass([at(10, 12, 14, 9e9, 9e9 + 1, 15, -9e9, 16)]))).toEqual([10, 12, 14, 15, 16]);
    const mixed = pass([at(10, 12, 14, 9e9, -9e9, 15)]);
    expect([times(mixed), mixed.report.outliers]).toEqual([[10, 12, 14, 15], 2]);
  });

  it(`believes a step back that ${CONFIRMING_EVENTS} events make: a new segment, nothing lost`, () => {
    const passed = pass([at(10_000, 10_001, 10_002, 0, 1, 2, 3)]);
    expect(segments(passed)).toEqual([0, 0, 0, 1, 1, 1, 1]);
    expect(passed.report).toEqual({ restarts: 1, largestStepBackMicros: 10_000, resets: 0, outliers: 0 });
  });

  it('believes silence: the segment goes on', () => {
    const passed = pass([at(0, 1, 2, 50_000, 90_000, 130_000)]);
    expect(segments(passed)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(passed.report).toMatchObject({ restarts: 0, outliers: 0 });
  });

  it('does not let the first event be the measure of all, if it is the absurd one', () => {
    const passed = pass([at(4e9, 0, 1, 2, 3)]);
    expect([times(passed), passed.report.outliers, passed.report.restarts]).toEqual([[0, 1, 2, 3], 1, 0]);
  });

  it('keeps a stream that has fewer events than confirm anything, and drops an unconfirmed end', () => {
    expect(times(pass([at(5, 9000)]))).toEqual([5, 9000]);
    const passed = pass([at(0, 1, 2, 4e9)]);
    expect([times(passed), passed.report.outliers]).toEqual([[0, 1, 2], 1]);
  });

  it('numbers stated resets and restarts in one row', () => {
    const passed = pass([
      at(900, 901, 902),
      { ...at(0, 1, 2), segment: 1 },
      { ...at(-900, -899, -898), segment: 1 },
    ]);
    expect(segments(passed)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
    expect(passed.report).toMatchObject({ resets: 1, restarts: 1 });
  });

  it('takes only stated resets for one without a limit', () => {
    const passed = pass([at(9000, 9001, 9002, 0, 1, 2)], { maxBackMicros: Infinity, maxGapMicros: 1000 });
    expect(segments(passed)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('looks at copies: the memory of a batch may be used again after the call', () => {
    const guard = new ClockGuard(OPTIONS);
    const batch = at(0, 1);
    guard.push(batch);
    batch.t.fill(77);
    expect(guard.push(at(2)).flatMap(({ t }) => [...t])).toEqual([0, 1, 2]);
  });

  it.each([{ maxBackMicros: 0 }, { maxBackMicros: 1, maxGapMicros: 0 }, { maxBackMicros: NaN }])(
    'refuses %j',
    (options) => {
      expect(() => new ClockGuard(options)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
    },
  );
});
