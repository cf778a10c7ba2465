/** Filters with their loops in WebAssembly beside the same filters in plain loops. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { allocateEvents, batchOf, SeededRandom, type EventBatch } from '../../src/events/index.ts';
import { FilterChain, filterSpec, filterText, type FilterRequest } from '../../src/filters/index.ts';
import { sharedSpace } from '../../src/filters/selection/filter-space.ts';
import { copied, cutBatches, eventsOf, type Left } from './streams.ts';

type Filters = typeof import('../../src/filters/index.ts');

let plain: Filters;

beforeAll(async () => {
  vi.resetModules();
  vi.stubGlobal('WebAssembly', undefined);
  plain = await import('../../src/filters/index.ts');
  const { sharedSpace: none } = await import('../../src/filters/selection/filter-space.ts');
  expect(none()).toBeNull();
  vi.unstubAllGlobals();
});

afterAll(() => {
  vi.resetModules();
});

interface StreamOptions {
  readonly seed: number;
  readonly length: number;
  readonly width: number;
  readonly height: number;
  /** The most between two times. */
  readonly ticks: number;
}

/** Events of a few clusters, one in sixteen anywhere, also outside; now and then far on, or back. */
function stream({ seed, length, width, height, ticks }: StreamOptions): EventBatch {
  const random = new SeededRandom(seed);
  const arrays = allocateEvents(length + 5);
  let time = random.integer(2) === 0 ? 3 : 1_700_000_000_000_000;
  let [cx, cy] = [0, 0];
  for (let i = 0; i < length + 5; i++) {
    if (random.integer(40) === 0) [cx, cy] = [random.integer(width), random.integer(height)];
    const far = random.integer(16) === 0;
    time += random.integer(ticks + 1);
    if (random.integer(300) === 0) time += [2 ** 20, 2 ** 28, 2 ** 31, -500, -(2 ** 28)][random.integer(5)]!;
    arrays.t[i] = time;
    arrays.x[i] = far ? random.integer(0x10000) : Math.max(0, cx + random.integer(5) - 2);
    arrays.y[i] = far ? random.integer(0x10000) : Math.max(0, cy + random.integer(5) - 2);
    arrays.p[i] = random.integer(2);
  }
  // Arrays may be longer than a batch.
  return { ...batchOf(arrays, length + 5, { width, height }), length };
}

const streams = fc.record({
  seed: fc.nat(),
  length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 240, max: 1200 })),
  width: fc.integer({ min: 1, max: 40 }),
  height: fc.integer({ min: 1, max: 40 }),
  ticks: fc.constantFrom(0, 3, 40),
});

type Sensor = Pick<StreamOptions, 'width' | 'height'>;

/** Smaller sensors have none that is smaller still. */
function downsample(by: number, threshold: number): (sensor: Sensor) => FilterRequest {
  return ({ width, height }) =>
    Math.min(width, height) < by ? { filter: 'decimate', n: 2 } : { filter: 'downsample', by, threshold };
}

/** Filters that have a kernel, with the loop that it has. */
const FILTERS: readonly (readonly [loop: string, request: (sensor: Sensor) => FilterRequest])[] = [
  ['polarity', () => ({ filter: 'polarity', keep: 'on' })],
  ['polarity', () => ({ filter: 'polarity', keep: 'off', invert: true })],
  ['polarity', () => ({ filter: 'polarity', invert: true })],
  [
    'axes',
    ({ width, height }) => ({
      filter: 'region',
      x: width >> 1,
      y: height >> 2,
      width: 1,
      height: (height + 1) >> 1,
    }),
  ],
  ['axes', ({ width, height }) => ({ filter: 'region', width, height: 1, y: height - 1, shift: false })],
  ['axes', () => ({ filter: 'flip', axis: 'x' })],
  ['axes', () => ({ filter: 'flip', axis: 'both' })],
  ['axes', () => ({ filter: 'rotate', degrees: '90' })],
  ['axes', () => ({ filter: 'rotate', degrees: '270' })],
  ['axes', () => ({ filter: 'transpose' })],
  [
    'table',
    ({ width, height }) => ({
      ...{ filter: 'undistort', width, height, fx: width, fy: width, cx: width / 2, cy: height / 2 },
      ...{ k1: -0.3, k2: 0.1 },
    }),
  ],
  ['refractory', () => ({ filter: 'refractory', periodMicros: 10 })],
  ['refractory', () => ({ filter: 'refractory', like: 'tonic', periodMicros: 30 })],
  ['refractory', () => ({ filter: 'refractory', periodMicros: 20, restart: 'kept-event', memory: 'zero' })],
  ['anyNeighbour', () => ({ filter: 'background-activity', windowMicros: 9 })],
  ['anyNeighbour', () => ({ filter: 'background-activity', like: 'tonic', windowMicros: 20 })],
  ['countedNeighbours', () => ({ filter: 'background-activity', like: 'jaer', windowMicros: 90 })],
  [
    'countedNeighbours',
    () => ({
      filter: 'background-activity',
      windowMicros: 90,
      supportMin: 2,
      supportMax: 5,
      samePolarity: true,
    }),
  ],
  [
    'countedNeighbours',
    () => ({
      filter: 'background-activity',
      neighbours: '4',
      windowMicros: 50,
      supportMin: 2,
      memoryFromZero: true,
    }),
  ],
  ['decimated', () => ({ filter: 'decimate', n: 3 })],
  ['decimated', () => ({ filter: 'decimate', n: 1 })],
  ['integrated', downsample(2, 0.5)],
  ['integrated', downsample(3, 0.1)],
  ['flicker', () => ({ filter: 'anti-flicker', lowHz: 2000, highHz: 100_000, periods: 2 })],
  ['flicker', () => ({ filter: 'anti-flicker', lowHz: 20_000, highHz: 90_000, periods: 1 })],
  ['rateLimited', () => ({ filter: 'rate-limit', maxEvents: 3, windowMicros: 20 })],
  ['rateLimited', () => ({ filter: 'rate-limit', maxEvents: 4, windowMicros: 30.3, by: 'decimate' })],
  ['flagged', () => ({ filter: 'hot-pixels', maxHz: 2000, learnMicros: 500 })],
  ['countedUntilEnd', () => ({ filter: 'hot-pixels', maxHz: 30_000, learnMicros: 100, learn: 'always' })],
  ['countedUntilEnd', () => ({ filter: 'hot-pixels', maxHz: 30_000, learnMicros: 70.7, learn: 'always' })],
];

const cases = FILTERS.map(
  ([loop, request]) =>
    [loop, filterText(filterSpec(request({ width: 30, height: 30 }))).slice(0, 80), request] as const,
);

/** What two chains make of the same batches, pushed in turns with a third camera's. */
function both(
  request: FilterRequest,
  batches: readonly EventBatch[],
  ownsBatches: boolean,
): readonly [fast: unknown, slow: unknown] {
  const spec = filterSpec(request);
  const chains = [new FilterChain([spec], { ownsBatches }), new plain.FilterChain([spec], { ownsBatches })];
  const other = new FilterChain([spec]);
  const left: Left[][] = [[], []];
  for (const batch of batches) {
    chains.forEach((chain, i) => left[i]!.push(...eventsOf(chain.push(ownsBatches ? copied(batch) : batch))));
    other.push(batch);
  }
  chains.forEach((chain, i) => left[i]!.push(...eventsOf(chain.finish())));
  other.finish();
  const [fast, slow] = left.map((events, i) => ({ events, reports: chains[i]!.reports }));
  return [fast, slow];
}

describe('kernels of filters', () => {
  it.each(cases)('%s is what the plain loop does: %s', (loop, _, request) => {
    const space = sharedSpace()!;
    const { kernels } = space;
    const used = new Set<string | symbol>();
    const noting = new Proxy(kernels, {
      get: (target, name) => {
        used.add(name);
        return target[name as keyof typeof target];
      },
    });
    Object.assign(space, { kernels: noting });
    try {
      fc.assert(
        fc.property(
          streams,
          fc.array(fc.nat(700), { minLength: 1, maxLength: 5 }),
          fc.boolean(),
          (options, cuts, ownsBatches) => {
            const [fast, slow] = both(request(options), cutBatches([stream(options)], cuts), ownsBatches);
            expect(fast).toEqual(slow);
          },
        ),
        { numRuns: 40 },
      );
    } finally {
      Object.assign(space, { kernels });
    }
    expect(used).toContain(loop);
  });

  it.each(cases)('%s takes batches that are longer than its memory: %s', (_, __, request) => {
    const options = { seed: 4, length: 2 * 16_384 + 77, width: 200, height: 150, ticks: 2 };
    for (const ownsBatches of [false, true]) {
      const [fast, slow] = both(
        request(options),
        [stream(options), stream({ ...options, seed: 5 })],
        ownsBatches,
      );
      expect(fast).toEqual(slow);
    }
  });

  it.each([
    { width: 65_533, height: 2 },
    { width: 65_534, height: 2 },
    { width: 65_536, height: 1 },
    { width: 1, height: 65_536 },
    { width: 70_000, height: 3 },
  ])('a sensor of %j', (sensor) => {
    const batch = stream({ seed: 3, length: 3000, ticks: 3, ...sensor });
    for (const request of FILTERS.map(([, make]) => make(sensor)).filter(
      ({ filter }) => filter !== 'undistort',
    )) {
      if (request.filter === 'region' && Math.max(sensor.width, sensor.height) > 65_536) continue;
      const [fast, slow] = both(request, [batch], false);
      expect(fast).toEqual(slow);
    }
  });

  it('gives memory back at the end of a stream, and keeps what cameras know when it grows', () => {
    const space = sharedSpace()!;
    const options = { seed: 8, length: 4000, width: 300, height: 200, ticks: 2 };
    const request = { filter: 'background-activity', windowMicros: 50 };
    const once = (): void => {
      const parts = cutBatches([stream(options)], [99]);
      const chain = new FilterChain([filterSpec(request)]);
      const slow = new plain.FilterChain([filterSpec(request)]);
      const others: FilterChain[] = [];
      for (const part of parts) {
        expect(eventsOf(chain.push(part))).toEqual(eventsOf(slow.push(part)));
        if (others.length === 3) continue;
        const large = new FilterChain([filterSpec(request)], { sensor: { width: 1000, height: 1000 } });
        large.push(part);
        others.push(large);
      }
      for (const each of [chain, ...others]) each.finish();
    };
    const free = (): number => {
      const address = space.reserve(2 ** 23)!;
      space.release(address);
      return address;
    };
    once();
    const before = free();
    once();
    expect(free()).toBe(before);
  });

  it('is a plain loop where filters have all the memory that they may', () => {
    const space = sharedSpace()!;
    const reserve = space.reserve.bind(space);
    const options = { seed: 9, length: 2000, width: 60, height: 40, ticks: 2 };
    for (const allowed of [0, 1]) {
      let calls = 0;
      Object.assign(space, { reserve: (bytes: number) => (calls++ < allowed ? reserve(bytes) : null) });
      const [fast, slow] = both({ filter: 'refractory', periodMicros: 9 }, [stream(options)], true);
      expect(fast).toEqual(slow);
    }
    Object.assign(space, { reserve });
  });
});
