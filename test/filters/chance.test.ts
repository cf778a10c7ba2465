/** Filters for experiments: what they do to a recording, beside what holds for every filter. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocateEvents, batchOf, SeededRandom, type EventBatch } from '../../src/events/index.ts';
import { filterSpec, type FilterRequest } from '../../src/filters/index.ts';
import { run, streams } from './streams.ts';

const SENSOR = { width: 40, height: 30 };

/** Events anywhere, from a time on. */
function recording(startMicros: number, events = 20_000): EventBatch {
  const random = new SeededRandom(6);
  const arrays = allocateEvents(events);
  for (let i = 0; i < events; i++) {
    arrays.t[i] = startMicros + 5 * i;
    arrays.x[i] = random.integer(SENSOR.width);
    arrays.y[i] = random.integer(SENSOR.height);
    arrays.p[i] = random.integer(2);
  }
  return batchOf(arrays, events, SENSOR);
}

const left = (request: FilterRequest, batch: EventBatch): ReturnType<typeof run>['events'] =>
  run([filterSpec(request)], [batch]).events;

describe('drop', () => {
  const starts = [0, 1_700_000_000_000_000];
  const shares = fc.integer({ min: 0, max: 20 }).map((n) => n / 20);

  it('by chance leaves out about the share', () => {
    const batch = recording(0);
    for (const share of [0, 0.1, 0.5, 0.9, 1]) {
      const kept = left({ filter: 'drop', share, seed: 4 }, batch).length / batch.length;
      expect(Math.abs(kept - (1 - share))).toBeLessThan(0.02);
    }
  });

  it('by area leaves out a box of the sensor, and all of it', () => {
    const batch = recording(0, 4000);
    const corners = new Set<string>();
    fc.assert(
      fc.property(shares, fc.nat(1000), (share, seed) => {
        const kept = left({ filter: 'drop', by: 'area', share, seed }, batch);
        const times = new Set(kept.map(([t]) => t));
        const gone = Array.from({ length: batch.length }, (_, i) => i).filter((i) => !times.has(batch.t[i]!));
        if (gone.length === 0) {
          expect(Math.round(share * SENSOR.height)).toBeLessThan(2);
          return;
        }
        const [xs, ys] = [gone.map((i) => batch.x[i]!), gone.map((i) => batch.y[i]!)];
        const [left0, right, top, bottom] = [
          Math.min(...xs),
          Math.max(...xs),
          Math.min(...ys),
          Math.max(...ys),
        ];
        expect(right - left0).toBeLessThan(Math.round(share * SENSOR.width));
        expect(bottom - top).toBeLessThan(Math.round(share * SENSOR.height));
        expect(kept.some(([, x, y]) => x >= left0 && x <= right && y >= top && y <= bottom)).toBe(false);
        corners.add(`${left0},${top}`);
      }),
    );
    expect(corners.size).toBeGreaterThan(20);
  });

  it.each(starts)('by time leaves out a stretch of a recording that begins at %i', (start) => {
    const batch = recording(start, 2000);
    const beginnings = new Set<number>();
    fc.assert(
      fc.property(shares, fc.nat(1000), (share, seed) => {
        const kept = new Set(left({ filter: 'drop', by: 'time', share, seed }, batch).map(([t]) => t));
        const gone = Array.from(batch.t).filter((t) => !kept.has(t));
        expect(Math.abs(gone.length - share * batch.length)).toBeLessThanOrEqual(1);
        if (gone.length > 0) expect(gone.at(-1)! - gone[0]!).toBe(5 * (gone.length - 1));
        beginnings.add(gone[0] ?? -1);
      }),
    );
    expect(beginnings.size).toBeGreaterThan(20);
  });
});

describe('reverse-time', () => {
  it('done twice is nothing, and once keeps the time of the whole', () => {
    fc.assert(
      fc.property(streams, (batches) => {
        const inside = run([filterSpec({ filter: 'flip' }), filterSpec({ filter: 'flip' })], batches);
        const once = run([filterSpec({ filter: 'reverse-time' })], batches);
        const twice = run([filterSpec({ filter: 'reverse-time' })], once.batches);
        expect(twice.events).toEqual(inside.events);
        for (const segment of [0, 1, 2]) {
          const [before, after] = [inside, once].map(({ events }) =>
            events.filter((event) => event[4] === segment).map(([t]) => t),
          );
          expect([Math.min(...after!), Math.max(...after!)]).toEqual([
            Math.min(...before!),
            Math.max(...before!),
          ]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('changes polarities unless it is told not to', () => {
    const batch = recording(3, 5);
    const signs = (invert: boolean): number[] =>
      left({ filter: 'reverse-time', invert }, batch).map(([, , , p]) => p);
    const expected = Array.from(batch.p).reverse();
    expect(signs(false)).toEqual(expected);
    expect(signs(true)).toEqual(expected.map((p) => 1 - p));
  });
});

describe('space-jitter', () => {
  it('moves by a normal deviation that is rounded, not cut', () => {
    const arrays = allocateEvents(20_000);
    arrays.x.fill(20);
    arrays.y.fill(15);
    const events = left({ filter: 'space-jitter', stdPixels: 1.5, seed: 2 }, batchOf(arrays, 20_000, SENSOR));
    for (const [axis, from] of [
      [1, 20],
      [2, 15],
    ] as const) {
      const moves = events.map((event) => event[axis] - from);
      const mean = moves.reduce((sum, move) => sum + move, 0) / moves.length;
      const variance = moves.reduce((sum, move) => sum + move * move, 0) / moves.length;
      expect(Math.abs(mean)).toBeLessThan(0.05);
      // Rounding adds a twelfth.
      expect(Math.abs(variance - 1.5 ** 2 - 1 / 12)).toBeLessThan(0.1);
    }
  });

  it('leaves out what leaves the sensor', () => {
    const batch = recording(0, 5000);
    const { events, reports } = run(
      [filterSpec({ filter: 'space-jitter', stdPixels: 10, seed: 1 })],
      [batch],
    );
    expect(events.every(([, x, y]) => x < SENSOR.width && y < SENSOR.height)).toBe(true);
    expect(reports[0]!.removed['moved-outside']).toBe(5000 - events.length);
    expect(events.length).toBeLessThan(4500);
    expect(left({ filter: 'space-jitter', stdPixels: 0 }, batch)).toHaveLength(5000);
  });
});
