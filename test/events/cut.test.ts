import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchFromTuples,
  EventCutter,
  TimeRebaser,
  type CutOptions,
  type EventBatch,
  type EventTuple,
} from '../../src/events/index.ts';

const sensor = { width: 16, height: 12 };

/** Batches of a stream with resets and steps back in time. */
const streams: fc.Arbitrary<EventBatch[]> = fc
  .array(
    fc.record({
      reset: fc.boolean(),
      events: fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.nat(15), fc.nat(11), fc.nat(1)), {
        maxLength: 12,
      }),
    }),
    { maxLength: 8 },
  )
  .map((parts) => {
    let segment = 0;
    return parts.map(({ reset, events }) => {
      if (reset) segment++;
      return { ...batchFromTuples(events, sensor), segment };
    });
  });

const range = (max: number) =>
  fc
    .tuple(fc.nat(max), fc.nat(max))
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

const cuts: fc.Arbitrary<CutOptions> = fc.record(
  {
    time: fc.tuple(range(70), fc.constantFrom('recording', 'first-event')).map(([[start, end], origin]) => ({
      startMicros: start,
      endMicros: end,
      origin: origin as 'recording',
    })),
    count: range(60).map(([start, end]) => ({ start, end })),
    region: fc
      .tuple(range(16), range(12))
      .map(([[x, right], [y, bottom]]) => ({ x, y, width: right - x, height: bottom - y })),
    segment: fc.nat(3),
  },
  { requiredKeys: [] },
);

interface Event {
  readonly tuple: EventTuple;
  readonly segment: number;
}

function eventsOf(batches: readonly EventBatch[]): Event[] {
  return batches.flatMap(({ t, x, y, p, length, segment }) =>
    Array.from({ length }, (_, i): Event => ({ tuple: [t[i]!, x[i]!, y[i]!, p[i]!], segment })),
  );
}

/** What a cut is, event by event. */
function expected(batches: readonly EventBatch[], { time, count, region, segment }: CutOptions): Event[] {
  const events = eventsOf(batches);
  return events.filter(({ tuple: [t, x, y], segment: own }, i) => {
    const first =
      time?.origin === 'first-event' ? events.find((other) => other.segment === own)!.tuple[0] : 0;
    return (
      (time === undefined || (t - first >= time.startMicros! && t - first < time.endMicros!)) &&
      (count === undefined || (i >= count.start! && i < count.end!)) &&
      (segment === undefined || own === segment) &&
      (region === undefined ||
        (x >= region.x && y >= region.y && x < region.x + region.width && y < region.y + region.height))
    );
  });
}

describe('EventCutter', () => {
  it('keeps exactly the events that meet all conditions, in order, and accounts for the others', () => {
    fc.assert(
      fc.property(streams, cuts, (batches, options) => {
        const cutter = new EventCutter(options);
        const kept = batches.flatMap((batch) => cutter.push(batch));
        expect(eventsOf(kept)).toEqual(expected(batches, options));
        const { events, kept: count, leftOut } = cutter.report;
        expect(events).toBe(eventsOf(batches).length);
        expect(count).toBe(eventsOf(kept).length);
        expect(count + Object.values(leftOut).reduce((a, b) => a + b)).toBe(events);
        expect(kept.every(({ length }) => length > 0)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is done only when nothing more can be kept', () => {
    fc.assert(
      fc.property(streams, cuts, (batches, options) => {
        const whole = new EventCutter(options);
        const all = batches.flatMap((batch) => whole.push(batch));
        const early = new EventCutter(options);
        const kept: EventBatch[] = [];
        for (const batch of batches) {
          kept.push(...early.push(batch));
          if (early.done) break;
        }
        expect(eventsOf(kept)).toEqual(eventsOf(all));
      }),
    );
  });

  it('tiles conserve: each event is in exactly one', () => {
    fc.assert(
      fc.property(
        streams,
        fc.integer({ min: 1, max: 15 }),
        fc.integer({ min: 1, max: 11 }),
        (batches, x, y) => {
          const tiles = [
            { x: 0, y: 0, width: x, height: y },
            { x, y: 0, width: sensor.width - x, height: y },
            { x: 0, y, width: x, height: sensor.height - y },
            { x, y, width: sensor.width - x, height: sensor.height - y },
          ];
          const back = tiles.flatMap((region) => {
            const cutter = new EventCutter({ region, shift: true });
            const kept = batches.flatMap((batch) => cutter.push(batch));
            for (const { geometry } of kept) {
              expect(geometry).toEqual({ width: region.width, height: region.height });
            }
            return eventsOf(kept).map(({ tuple: [t, column, row, p], segment }): Event => ({
              tuple: [t, column + region.x, row + region.y, p],
              segment,
            }));
          });
          const sorted = (events: readonly Event[]): string[] => events.map((e) => JSON.stringify(e)).sort();
          expect(sorted(back)).toEqual(sorted(eventsOf(batches)));
        },
      ),
    );
  });

  it('leaves its input alone and shares what it can', () => {
    const batch = batchFromTuples(
      [
        [1, 2, 3, 1],
        [2, 4, 5, 0],
        [3, 6, 7, 1],
      ],
      sensor,
    );
    expect(new EventCutter({}).push(batch)[0]).toBe(batch);
    const [part] = new EventCutter({ time: { startMicros: 2 } }).push(batch);
    expect(part?.t.buffer).toBe(batch.t.buffer);
    new EventCutter({ region: { x: 4, y: 5, width: 4, height: 4 }, shift: true }).push(batch);
    expect([...batch.x]).toEqual([2, 4, 6]);
  });

  it.each([
    ['time', { time: { startMicros: 5, endMicros: 5 } }],
    ['time', { time: { endMicros: NaN } }],
    ['count', { count: { start: 5, end: 5 } }],
    ['count.start', { count: { start: -1 } }],
    ['region.width', { region: { x: 0, y: 0, width: 0, height: 1 } }],
    ['region.height', { region: { x: 0, y: 65_535, width: 1, height: 2 } }],
    ['shift', { shift: true }],
    ['segment', { segment: 0.5 }],
  ] as [string, CutOptions][])('refuses a bad %s', (option, options) => {
    expect(() => new EventCutter(options)).toThrow(expect.objectContaining({ code: 'BAD_OPTION', option }));
  });

  it('refuses a region beside the sensor', () => {
    const cutter = new EventCutter({ region: { x: 10, y: 0, width: 7, height: 1 } });
    expect(() => cutter.push(batchFromTuples([[1, 2, 3, 1]], sensor))).toThrow(
      expect.objectContaining({ option: 'region', message: expect.stringContaining('16x12') }),
    );
  });
});

describe('TimeRebaser', () => {
  it('every segment begins at 0, differences stay', () => {
    fc.assert(
      fc.property(streams, (batches) => {
        const rebaser = new TimeRebaser();
        const before = eventsOf(batches);
        const after = eventsOf(batches.map((batch) => rebaser.push(batch)));
        expect(after.length).toBe(before.length);
        after.forEach(({ tuple: [t, ...rest], segment }, i) => {
          const first = before.find((other) => other.segment === segment)!.tuple[0];
          expect([t + first, ...rest]).toEqual(before[i]!.tuple);
        });
        expect(rebaser.origin).toBe(
          before.length === 0
            ? null
            : before.find(({ segment }) => segment === before.at(-1)!.segment)!.tuple[0],
        );
      }),
    );
  });
});
