/** Streams and filters for tests. */
import fc from 'fast-check';
import {
  batchFromTuples,
  concatBatches,
  SeededRandom,
  sliceBatch,
  type EventBatch,
  type EventTuple,
} from '../../src/events/index.ts';
import {
  eventFilters,
  FilterChain,
  filterSpec,
  maskPixels,
  type FilterReport,
  type FilterRequest,
  type FilterSpec,
} from '../../src/filters/index.ts';

export const SENSOR = { width: 9, height: 7 };

const MASK = { width: 9, height: 7, pixels: maskPixels(Array.from({ length: 63 }, (_, i) => i % 3 !== 0)) };
const LENS = { width: 9, height: 7, fx: 5, fy: 5, cx: 4, cy: 3, k1: -0.2, k2: 0.02, p1: 0.003 };

/** One or more of every filter, each with values at which it has something to do in {@link streams}. */
export const SAMPLES: readonly FilterSpec[] = (
  [
    { filter: 'polarity', keep: 'on', invert: true },
    { filter: 'region', x: 1, y: 2, width: 5, height: 4 },
    { filter: 'region', x: 1, y: 2, width: 5, height: 4, shift: false },
    { filter: 'mask', ...MASK },
    { filter: 'hot-pixels', maxHz: 10_000, learnMicros: 100 },
    { filter: 'hot-pixels', maxHz: 10_000, learnMicros: 100, learn: 'always' },
    { filter: 'hot-pixels', maxHz: 3000, learn: 'recording' },
    { filter: 'refractory', periodMicros: 60 },
    { filter: 'refractory', periodMicros: 60, restart: 'kept-event', boundary: 'remove' },
    { filter: 'background-activity', windowMicros: 30 },
    { filter: 'background-activity', like: 'tonic', windowMicros: 30 },
    { filter: 'background-activity', windowMicros: 60, supportMin: 2, supportMax: 4, samePolarity: true },
    { filter: 'background-activity', windowMicros: 60, twoLevels: true, keepFirst: true },
    { filter: 'anti-flicker', lowHz: 500, highHz: 100_000, periods: 1 },
    { filter: 'rate-limit', maxEvents: 3, windowMicros: 50 },
    { filter: 'rate-limit', maxEvents: 3, windowMicros: 50, by: 'decimate' },
    { filter: 'decimate', n: 2 },
    { filter: 'decimate', n: 3, of: 'stream' },
    { filter: 'downsample', by: 2, threshold: 0.5 },
    { filter: 'flip', axis: 'both' },
    { filter: 'rotate', degrees: '90' },
    { filter: 'rotate', degrees: '270' },
    { filter: 'transpose' },
    { filter: 'undistort', ...LENS },
    { filter: 'reverse-time' },
    { filter: 'time-jitter', stdMicros: 20, seed: 3 },
    { filter: 'space-jitter', stdPixels: 2, seed: 3 },
    { filter: 'drop', share: 0.3, seed: 3 },
    { filter: 'drop', by: 'area', share: 0.5, seed: 2 },
    { filter: 'drop', by: 'time', share: 0.4, seed: 3 },
    { filter: 'noise', rateHz: 300, seed: 5 },
  ] satisfies FilterRequest[]
).map(filterSpec);

/** Names of filters without a sample. */
export const WITHOUT_SAMPLE: readonly string[] = eventFilters
  .map(({ id }) => id)
  .filter((id) => SAMPLES.every(({ filter }) => filter !== id));

const step = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 2, arbitrary: fc.integer({ min: -40, max: 0 }) },
  { weight: 1, arbitrary: fc.constantFrom(5000, 2 ** 28, 2 ** 33) },
);

/** Mostly the same few pixels. */
const place = (most: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(3, 4) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: most }) },
  );

/** Events with a little disorder, ties and gaps, some outside the sensor, in up to three time segments. */
export const streams: fc.Arbitrary<EventBatch[]> = fc
  .record({
    start: fc.constantFrom(0, 3, 1_700_000_000_000_000),
    events: fc.array(fc.tuple(step, place(9), place(7), fc.integer({ min: 0, max: 1 })), {
      minLength: 1,
      maxLength: 120,
    }),
    resets: fc.array(fc.nat(119), { maxLength: 2 }),
  })
  .map(({ start, events, resets }) => {
    let time: number = start;
    const tuples = events.map(([by, x, y, p]): EventTuple => [(time = Math.max(start, time + by)), x, y, p]);
    const cuts = [
      0,
      ...[...new Set(resets)].filter((at) => at > 0 && at < tuples.length).sort((a, b) => a - b),
    ];
    return cuts.map((from, segment) => ({
      ...batchFromTuples(tuples.slice(from, cuts[segment + 1]), SENSOR),
      segment,
    }));
  });

/** A long stream, always the same one: most filters need some time before they do anything. */
export function busyStream(events = 2000): EventBatch {
  const random = new SeededRandom(11);
  let t = 5;
  return batchFromTuples(
    Array.from({ length: events }, (): EventTuple => {
      const near = random.uniform() < 0.7;
      const [x, y] = near
        ? [3 + random.integer(2), 3 + random.integer(2)]
        : [random.integer(10), random.integer(8)];
      return [(t += random.integer(9)), x, y, random.integer(2)];
    }),
    SENSOR,
  );
}

/** The batches, each cut anywhere. */
export function cutBatches(batches: readonly EventBatch[], cuts: readonly number[]): EventBatch[] {
  let n = 0;
  return batches.flatMap((batch) => {
    const parts: EventBatch[] = [];
    for (let from = 0; from < batch.length;) {
      const to = Math.min(batch.length, from + 1 + (cuts[n++ % Math.max(1, cuts.length)] ?? batch.length));
      parts.push(sliceBatch(batch, from, to));
      from = to;
    }
    return parts;
  });
}

/** Memory of its own, as a decoder's. */
export function copied(batch: EventBatch): EventBatch {
  return { ...batch, t: batch.t.slice(), x: batch.x.slice(), y: batch.y.slice(), p: batch.p.slice() };
}

/** An event and its segment. */
export type Left = readonly [...EventTuple, segment: number];

/** The events of batches. */
export function eventsOf(batches: readonly EventBatch[]): Left[] {
  return batches.flatMap(({ t, x, y, p, length, segment }) =>
    Array.from({ length }, (_, i): Left => [t[i]!, x[i]!, y[i]!, p[i]!, segment]),
  );
}

/** What filters make of batches. */
export function run(
  specs: readonly FilterSpec[],
  batches: readonly EventBatch[],
  ownsBatches = false,
): { readonly events: Left[]; readonly reports: readonly FilterReport[]; readonly batches: EventBatch[] } {
  const chain = new FilterChain(specs, { ownsBatches });
  const left = [...batches.flatMap((batch) => chain.push(batch)), ...chain.finish()];
  return { events: eventsOf(left), reports: chain.reports, batches: left };
}

/** All of a report's removed events. */
export function removedOf({ removed }: FilterReport): number {
  return Object.values(removed).reduce((sum, count) => sum + count, 0);
}

/** One batch of all. */
export function whole(batches: readonly EventBatch[]): EventBatch {
  return concatBatches(batches);
}
