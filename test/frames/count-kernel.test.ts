import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  allocateEvents,
  batchOf,
  CONVENTIONS,
  orientationOf,
  SeededRandom,
  sliceBatch,
  type EventBatch,
} from '../../src/events/index.ts';
import { createCounter, KernelCounter } from '../../src/frames/count-kernel.ts';
import { PlainCounter, type Counted } from '../../src/frames/count-plain.ts';
import {
  allocateCounts,
  countTypeOf,
  pixelMap,
  type CountType,
  type PixelMapOptions,
} from '../../src/frames/index.ts';

const COUNT_TYPES: readonly CountType[] = ['uint8', 'uint16', 'uint32'];

interface StreamOptions {
  readonly seed: number;
  readonly length: number;
  /** Columns and rows lie below these, but for one event in sixteen, which lies anywhere. */
  readonly width: number;
  readonly height: number;
}

/** Events with any polarity byte, the last ones' room filled with others that do not count. */
function stream({ seed, length, width, height }: StreamOptions): EventBatch {
  const random = new SeededRandom(seed);
  const arrays = allocateEvents(length + 11);
  for (let i = 0; i < length + 11; i++) {
    const far = random.integer(16) === 0;
    arrays.x[i] = random.integer(far ? 0x10000 : width);
    arrays.y[i] = random.integer(far ? 0x10000 : height);
    arrays.p[i] = random.integer(8) === 0 ? random.integer(256) : random.integer(2);
  }
  return random.integer(2) === 0
    ? batchOf(arrays, length, null)
    : { ...batchOf(arrays, length + 11, null), length };
}

const side = fc.integer({ min: 1, max: 40 });
const streams = fc.record({
  seed: fc.nat(),
  length: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 240, max: 800 })),
  width: side,
  height: side,
});
/** Every convention and size of frame, the sensor itself most often. */
const maps: fc.Arbitrary<PixelMapOptions> = fc
  .record({
    width: side,
    height: side,
    convention: fc.option(fc.constantFrom(...CONVENTIONS)),
    smaller: fc.option(
      fc.record({
        width: fc.double({ min: 0, max: 1, noNaN: true }),
        height: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    ),
    cut: fc.option(fc.record({ x: fc.integer({ min: -5, max: 5 }), y: fc.integer({ min: -5, max: 5 }) })),
  })
  .map(({ width, height, convention, smaller, cut }) => {
    const orientation = convention === null ? undefined : orientationOf(convention);
    const shown = orientation?.swapAxes ? { width: height, height: width } : { width, height };
    const output = {
      width: Math.max(1, Math.ceil(shown.width * (smaller?.width ?? 1))),
      height: Math.max(1, Math.ceil(shown.height * (smaller?.height ?? 1))),
    };
    return {
      sensor: { width, height },
      output,
      ...(orientation && { orientation }),
      ...(cut && { part: { ...cut, ...shown } }),
    };
  });

/** Byte by byte: an element at a time takes seconds for a large frame. */
function expectSame(counted: Counted, expected: Counted): void {
  const plain = ({ counts, ...account }: Counted): unknown => ({
    ...account,
    type: countTypeOf(counts),
    counts: createHash('sha256').update(counts).digest('hex'),
  });
  expect(plain(counted)).toEqual(plain(expected));
}

/** The same events in batches of some sizes. */
function cut(batch: EventBatch, sizes: readonly number[]): EventBatch[] {
  const batches: EventBatch[] = [];
  for (let at = 0, i = 0; at < batch.length; i++) {
    const to = Math.min(batch.length, at + sizes[i % sizes.length]!);
    batches.push(sliceBatch(batch, at, to));
    at = to;
  }
  return batches;
}

describe('the kernel counts as the plain loop does', () => {
  it('any map, type and cut, frame after frame, in turns with other counters', () => {
    const frames = fc.array(
      fc.record({ map: maps, countType: fc.constantFrom(...COUNT_TYPES), events: streams }),
      { minLength: 1, maxLength: 4 },
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(frames, sizes, fc.boolean(), (list, parts, inRoom) => {
        const pairs = list.map(({ map: options, countType, events }) => {
          const map = pixelMap(options);
          const fast = createCounter(map, countType);
          expect(fast).toBeInstanceOf(KernelCounter);
          return { fast, plain: new PlainCounter(map, countType), countType, batch: stream(events) };
        });
        for (let round = 0; round < 2; round++) {
          for (const { fast, plain, countType, batch } of pairs) {
            const expected = plain.count([batch]);
            const room = inRoom ? allocateCounts(countType, expected.counts.length).fill(7) : undefined;
            const counted = fast.count(cut(batch, parts), room);
            expectSame(counted, expected);
            if (room !== undefined) expect(counted.counts).toBe(room);
          }
        }
      }),
    );
  });

  it.each(COUNT_TYPES)('%s at and beyond the largest count, and as many events outside', (countType) => {
    const sensor = { width: 3, height: 2 };
    for (const options of [
      { sensor, output: sensor },
      { sensor, output: { width: 1, height: 1 } },
    ]) {
      const map = pixelMap(options);
      const [fast, plain] = [createCounter(map, countType), new PlainCounter(map, countType)];
      for (const times of [254, 255, 256, 65_534, 65_535, 65_536, 140_001]) {
        const arrays = allocateEvents(2 * times);
        for (let i = 0; i < times; i++) {
          arrays.x[2 * i] = 3;
          arrays.y[2 * i + 1] = 1;
          arrays.p[2 * i + 1] = 1;
        }
        const batches = [batchOf(arrays, 2 * times, sensor)];
        expectSame(fast.count(batches), plain.count(batches));
      }
    }
  });

  it.each([
    { width: 65_535, height: 1 },
    { width: 65_536, height: 1 },
    { width: 1, height: 65_536 },
    { width: 70_000, height: 2 },
    { width: 640, height: 480 },
  ])('a sensor of %j', (sensor) => {
    const batch = stream({
      seed: 3,
      length: 5000,
      width: Math.min(0x10000, sensor.width),
      height: Math.min(0x10000, sensor.height),
    });
    for (const output of [sensor, { width: 1, height: 1 }])
      for (const countType of COUNT_TYPES) {
        const map = pixelMap({ sensor, output });
        expectSame(
          createCounter(map, countType).count([batch]),
          new PlainCounter(map, countType).count([batch]),
        );
      }
  });

  it('takes batches that are longer than its input', () => {
    const sensor = { width: 30, height: 20 };
    const batch = stream({ seed: 9, length: 3 * 16_384 + 5, ...sensor });
    const map = pixelMap({ sensor, output: sensor });
    const expected = new PlainCounter(map, 'uint8').count([batch]);
    expect(expected.outside).toBeGreaterThan(1000);
    expectSame(
      createCounter(map, 'uint8').count([batch, ...cut(batch, [17])]),
      new PlainCounter(map, 'uint8').count([batch, batch]),
    );
  });

  it('leaves frames to the plain loop that are too large for its memory', () => {
    const sensor = { width: 4000, height: 3000 };
    expect(createCounter(pixelMap({ sensor, output: sensor }), 'uint8')).toBeInstanceOf(PlainCounter);
  });
});

describe('without WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each([
    undefined,
    {
      ...WebAssembly,
      Module: function forbidden() {
        throw new Error('forbidden');
      },
    },
  ])('the plain loop counts (%#)', async (stub) => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', stub);
    const { binSlice } = await import('../../src/frames/index.ts');
    const batches = [stream({ seed: 1, length: 100, width: 5, height: 4 })];
    const slice = { window: 0, step: 0, steps: 1, segment: 0, startMicros: 0, endMicros: 1, batches };
    const sensor = { width: 5, height: 4 };
    const { counts, outside } = binSlice(slice, { sensor });
    const expected = new PlainCounter(pixelMap({ sensor, output: sensor }), 'uint16').count(batches);
    expect({ counts, outside, saturated: 0 }).toEqual(expected);
  });
});
