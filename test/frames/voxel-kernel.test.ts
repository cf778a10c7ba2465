import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SeededRandom, type EventBatch } from '../../src/events/index.ts';
import {
  allocateCounts,
  parseRepresentation,
  pixelMap,
  type PixelMapOptions,
} from '../../src/frames/index.ts';
import { createVoxels, KernelVoxels } from '../../src/frames/voxel-kernel.ts';
import { PlainVoxels, type VoxelPlan, type Voxels } from '../../src/frames/voxel-plain.ts';
import { cut, maps, stream, streams } from './kernel-streams.ts';

const START = 1000;

/** Polarities of 0 and 1, and times: in order but for some, some in front of the span and behind it, some between microseconds. */
function timed(batch: EventBatch, seed: number, duration: number): EventBatch {
  const random = new SeededRandom(seed);
  const t = batch.t.map((_, i) => {
    if (random.integer(20) === 0) return START + (random.integer(3) - 1) * duration;
    const part = random.integer(10) === 0 ? random.integer(batch.t.length + 1) : i;
    return START + (duration * part) / batch.t.length + random.integer(3) / 4;
  });
  return { ...batch, t, p: batch.p.map((p) => p & 1) };
}

interface PlanChoice {
  readonly map: PixelMapOptions;
  readonly bins: number;
  readonly keeps: boolean;
  readonly polarity: string;
}

const plans: fc.Arbitrary<PlanChoice> = fc.record({
  map: maps,
  bins: fc.integer({ min: 1, max: 6 }),
  keeps: fc.boolean(),
  polarity: fc.constantFrom('signed', 'split', 'ignored'),
});

function planOf({ map, bins, keeps, polarity }: PlanChoice): VoxelPlan {
  return {
    ...{ map: pixelMap(map), bins, most: keeps ? bins - 1 : bins, dropAt: keeps ? Infinity : bins },
    ...{ signed: polarity === 'signed', split: polarity === 'split' },
  };
}

/** Bit by bit. */
function expectSame(made: Voxels, expected: Voxels): void {
  const plain = ({ values, ...account }: Voxels): unknown => ({
    ...account,
    bits: [...new Uint32Array(values.slice().buffer)],
  });
  expect(plain(made)).toEqual(plain(expected));
}

describe('the kernel makes voxel grids as the plain loop does', () => {
  it('any map, bins and cut, frame after frame, in turns with other grids', () => {
    const frames = fc.array(
      fc.record({ plan: plans, events: streams, duration: fc.integer({ min: 1, max: 50_000 }) }),
      { minLength: 1, maxLength: 3 },
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(frames, sizes, fc.boolean(), (list, parts, inRoom) => {
        const pairs = list.map(({ plan: options, events, duration }) => {
          const plan = planOf(options);
          const fast = createVoxels(plan);
          expect(fast).toBeInstanceOf(KernelVoxels);
          const batch = timed(stream(events), events.seed, duration);
          return { fast, plain: new PlainVoxels(plan), duration, batch };
        });
        for (let round = 0; round < 2; round++) {
          for (const { fast, plain, duration, batch } of pairs) {
            const expected = plain.make([batch], START, duration);
            const room = inRoom ? allocateCounts('float32', expected.values.length).fill(7) : undefined;
            const made = fast.make(cut(batch, parts), START, duration, room);
            expectSame(made, expected);
            if (room !== undefined) expect(made.values).toBe(room);
          }
        }
      }),
    );
  });

  it.each([
    { width: 65_536, height: 1 },
    { width: 1, height: 65_536 },
    { width: 640, height: 480 },
  ])('a sensor of %j, and batches that are longer than its input', (sensor) => {
    const plan = planOf({ map: { sensor, output: sensor }, bins: 3, keeps: false, polarity: 'split' });
    const { width, height } = sensor;
    const batch = timed(stream({ seed: 5, length: 16_384 + 500, width, height }), 5, 9000);
    const made = createVoxels(plan).make([batch], START, 9000);
    const expected = new PlainVoxels(plan).make([batch], START, 9000);
    expect(made.unrepresented).toBeGreaterThan(100);
    expect(Buffer.compare(Buffer.from(made.values.buffer), Buffer.from(expected.values.buffer))).toBe(0);
    expect({ ...made, values: null }).toEqual({ ...expected, values: null });
  });

  it('leaves grids to the plain loop that are too large for its memory', () => {
    const sensor = { width: 1280, height: 960 };
    const plan = planOf({ map: { sensor, output: sensor }, bins: 9, keeps: true, polarity: 'signed' });
    expect(createVoxels(plan)).toBeInstanceOf(PlainVoxels);
  });
});

describe('without WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('the plain loop makes them', async () => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', undefined);
    const { binSlice } = await import('../../src/frames/index.ts');
    const sensor = { width: 5, height: 4 };
    const batches = [timed(stream({ seed: 1, length: 100, ...sensor }), 1, 50)];
    const slice = {
      window: 0,
      step: 0,
      steps: 1,
      segment: 0,
      startMicros: START,
      endMicros: START + 50,
      batches,
    };
    const { counts } = binSlice(slice, { sensor, representation: parseRepresentation('voxel-grid=bins:3') });
    const plan = planOf({ map: { sensor, output: sensor }, bins: 3, keeps: true, polarity: 'signed' });
    expect(counts).toEqual(new PlainVoxels(plan).make(batches, START, 50).values);
  });
});
