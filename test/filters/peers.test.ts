/** The filters' variants against each peer's definition in plain code, and the values that the peers themselves gave. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, concatBatches, type EventBatch, type EventTuple } from '../../src/events/index.ts';
import { filterSpec, type FilterRequest } from '../../src/filters/index.ts';
import { createDecoder, type CreateDecoderOptions } from '../../src/formats/index.ts';
import { hasSharedData, readShared } from '../helpers/shared-data.ts';
import * as plain from './plain.ts';
import { run, SENSOR } from './streams.ts';

const size = SENSOR;
const W = 40;

/** A peer's function on events, and the filter that is to be the same. */
const PEERS: readonly [string, FilterRequest, (events: readonly EventTuple[]) => EventTuple[]][] = [
  [
    'Tonic Denoise',
    { filter: 'background-activity', like: 'tonic', windowMicros: W },
    (e) => plain.tonicDenoise(e, W, size),
  ],
  [
    'Tonic RefractoryPeriod',
    { filter: 'refractory', like: 'tonic', periodMicros: W },
    (e) => plain.tonicRefractory(e, W),
  ],
  ['Tonic Decimation', { filter: 'decimate', n: 3 }, (e) => plain.tonicDecimate(e, 3)],
  [
    'Tonic hot pixels',
    { filter: 'hot-pixels', like: 'tonic', maxHz: 4000 },
    (e) => (e.length === 0 ? [] : plain.tonicHotPixel(e, 4000)),
  ],
  [
    'dv background activity',
    { filter: 'background-activity', like: 'dv', windowMicros: W },
    (e) => plain.dvBackgroundActivity(e, W, size),
  ],
  [
    'dv with a memory that begins empty',
    { filter: 'background-activity', windowMicros: W },
    (e) => plain.dvBackgroundActivity(e, W, size, -Infinity),
  ],
  ...[1, 2].flatMap((min) =>
    [8, 3].flatMap((max) =>
      [false, true].flatMap((checkPolarity) =>
        [false, true].map((twoLevels): (typeof PEERS)[number] => [
          `libcaer background activity ${min} to ${max}, polarity ${checkPolarity}, two levels ${twoLevels}`,
          {
            ...{ filter: 'background-activity', like: 'libcaer', windowMicros: W },
            ...{ supportMin: min, supportMax: max, samePolarity: checkPolarity, twoLevels },
          },
          (e) => plain.libcaerBackgroundActivity(e, { time: W, min, max, checkPolarity, twoLevels }, size),
        ]),
      ),
    ),
  ),
  [
    'libcaer refractory',
    { filter: 'refractory', like: 'libcaer', periodMicros: W },
    (e) => plain.libcaerRefractory(e, W),
  ],
  [
    'jAER correlation, 2 of 8 of the same polarity',
    { filter: 'background-activity', like: 'jaer', windowMicros: W },
    (e) => plain.jaerCorrelation(e, W, 2, size, true),
  ],
  ...[1, 2, 5].map((k): (typeof PEERS)[number] => [
    `jAER correlation of 2017, ${k} of 8`,
    { filter: 'background-activity', like: 'jaer-2017', windowMicros: W, supportMin: k },
    (e) => plain.jaerCorrelation(e, W, k, size),
  ]),
  [
    'jAER background activity',
    { filter: 'background-activity', like: 'jaer-baf', windowMicros: W },
    (e) => plain.jaerCorrelation(e, W, 1, size),
  ],
  [
    'jAER refractory',
    { filter: 'refractory', like: 'jaer', periodMicros: W },
    (e) => plain.jaerRefractory(e, W),
  ],
  [
    'dead time',
    { filter: 'refractory', periodMicros: W, restart: 'kept-event' },
    (e) => plain.deadTime(e, W),
  ],
];

/** On the sensor, times that go on, and back a little, and far on. */
const events: fc.Arbitrary<EventTuple[]> = fc
  .tuple(
    fc.constantFrom(0, 1, 39, 1_700_000_000_000_000),
    fc.array(
      fc.tuple(
        fc.oneof(
          { weight: 30, arbitrary: fc.integer({ min: 0, max: 20 }) },
          { weight: 2, arbitrary: fc.integer({ min: -60, max: 0 }) },
          { weight: 1, arbitrary: fc.constantFrom(40, 2 ** 28, 2 ** 31, 2 ** 40) },
        ),
        fc.integer({ min: 2, max: 5 }),
        fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constantFrom(6)),
        fc.integer({ min: 0, max: 1 }),
      ),
      { maxLength: 150, size: 'max' },
    ),
  )
  .map(([start, list]) => {
    let t: number = start;
    return list.map(([by, x, y, p]): EventTuple => [(t = Math.max(start, t + by)), x, y, p]);
  });

describe("each peer's definition", () => {
  it.each(PEERS)('%s', (_, request, expected) => {
    const spec = filterSpec(request);
    let kept = 0;
    let all = 0;
    fc.assert(
      fc.property(events, (list) => {
        const left = run([spec], [batchFromTuples(list, SENSOR)]).events.map(([t, x, y, p]) => [t, x, y, p]);
        expect(left).toEqual(expected(list));
        kept += left.length;
        all += list.length;
      }),
      { numRuns: 60 },
    );
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(all);
  });

  it.each([2 ** 28, 2 ** 30, 2 ** 31, 2 ** 33 + 2 ** 30, 2 ** 50])(
    'a step back by %i microseconds leaves what was before later than everything',
    (far) => {
      const list: EventTuple[] = [
        ...[
          [far + 7, 2, 2, 1],
          [far + 8, 5, 5, 0],
          [3, 3, 2, 1],
          [9, 5, 5, 1],
        ],
        ...[
          [60, 4, 2, 0],
          [200, 2, 3, 1],
        ],
      ] as unknown as EventTuple[];
      const left = (request: FilterRequest): unknown =>
        run([filterSpec(request)], [batchFromTuples(list, SENSOR)]).events.map(([t, x, y, p]) => [
          t,
          x,
          y,
          p,
        ]);
      const supported = { filter: 'background-activity', windowMicros: W };
      expect(left(supported)).toEqual(plain.dvBackgroundActivity(list, W, size, -Infinity));
      const rested = { filter: 'refractory', like: 'jaer', periodMicros: W };
      expect(left(rested)).toEqual(plain.jaerRefractory(list, W));
    },
  );

  it("Tonic's and the corrected refractory period part at time 0 and at the period", () => {
    const list = [0, 100, 108, 116, 124, 140, 150].map((t): EventTuple => [t, 1, 1, 1]);
    const times = (request: FilterRequest): number[] =>
      run([filterSpec(request)], [batchFromTuples(list, SENSOR)]).events.map(([t]) => t);
    expect(times({ filter: 'refractory', like: 'tonic', periodMicros: 10 })).toEqual([100, 140]);
    expect(times({ filter: 'refractory', periodMicros: 10 })).toEqual([0, 100, 140, 150]);
    expect(times({ filter: 'refractory', periodMicros: 10, restart: 'kept-event' })).toEqual([
      0, 100, 116, 140, 150,
    ]);
  });
});

const RECORDINGS = {
  A: ['aedat2-mnist-dvs/mnist_0_scale04_0001.aedat', { convention: 'spikingjelly' }],
  B: ['nmnist-small/Train.zip!Train/5/00001.bin', { format: 'atis40', geometry: { width: 34, height: 34 } }],
  C: ['aedat2-dvs128/cam255_right_clamp_test1.aedat', { convention: 'spikingjelly' }],
} as const satisfies Record<string, readonly [string, CreateDecoderOptions]>;

function load([path, options]: (typeof RECORDINGS)[keyof typeof RECORDINGS]): EventBatch {
  const decoder = createDecoder(options);
  return concatBatches([...decoder.push(readShared(path)), ...decoder.finish()]);
}

describe.skipIf(!hasSharedData)('what Tonic itself kept of real recordings', () => {
  it.each([
    ['A', 9327, 15_692],
    ['B', 4358, 4664],
    ['C', 31_670, 88_664],
  ] as const)('%s: Denoise(10 000) %i, RefractoryPeriod(1000) %i', (name, denoised, rested) => {
    const batch = load(RECORDINGS[name]);
    const kept = (request: FilterRequest): number => run([filterSpec(request)], [batch]).events.length;
    expect(kept({ filter: 'background-activity', like: 'tonic' })).toBe(denoised);
    expect(kept({ filter: 'refractory', like: 'tonic', periodMicros: 1000 })).toBe(rested);
  });
});
