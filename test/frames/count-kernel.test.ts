import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { allocateEvents, batchFromTuples, batchOf } from '../../src/events/index.ts';
import { createCounter, KernelCounter } from '../../src/frames/count-kernel.ts';
import { PlainCounter, type Counted } from '../../src/frames/count-plain.ts';
import { allocateCounts, countTypeOf, pixelMap, type CountType } from '../../src/frames/index.ts';
import { cut, maps, stream, streams } from './kernel-streams.ts';

const COUNT_TYPES: readonly CountType[] = ['uint8', 'uint16', 'uint32'];

/** Byte by byte: an element at a time takes seconds for a large frame. */
function expectSame(counted: Counted, expected: Counted): void {
  const plain = ({ counts, ...account }: Counted): unknown => ({
    ...account,
    type: countTypeOf(counts),
    counts: createHash('sha256').update(counts).digest('hex'),
  });
  expect(plain(counted)).toEqual(plain(expected));
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

  it('many small batches of events outside, none of which fills a count', () => {
    const sensor = { width: 3, height: 2 };
    const map = pixelMap({ sensor, output: sensor });
    const outside = Array.from({ length: 700 }, () => batchFromTuples([[0, 3, 0, 1]], sensor));
    const counted = createCounter(map, 'uint8').count(outside);
    expect([counted.outside, counted.saturated]).toEqual([700, 0]);
    expectSame(counted, new PlainCounter(map, 'uint8').count(outside));
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
