import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SensorGeometry } from '../../../src/events/index.ts';
import { DvsKernel } from '../../../src/formats/es/kernel.ts';
import { PIXEL_EVENT_BYTES } from '../../../src/formats/es/layout.ts';
import { decodeDvsScalar, type PixelLoop } from '../../../src/formats/es/pixels.ts';
import { RUN_EVENTS } from '../../../src/formats/records/run-space.ts';
import { startRun } from '../../../src/formats/records/run.ts';
import { runOutcome } from '../../helpers/run-outcome.ts';

const fast: PixelLoop = (bytes, start, end, size, clock, run) =>
  run.space.kernel(DvsKernel)!.decode(bytes, start, end, size, clock, run);

const noCrossing = (): void => undefined;

/** Everything that decoding in runs of so many events gives. */
function decodeAll(
  loop: PixelLoop,
  bytes: Uint8Array,
  size: SensorGeometry,
  time: number,
  runEvents: number,
): unknown {
  const clock = { time, overflows: 0 };
  const runs: unknown[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + PIXEL_EVENT_BYTES * runEvents);
    const run = startRun(Math.floor((end - at) / PIXEL_EVENT_BYTES));
    const next = loop(bytes, at, end, size, clock, run, noCrossing);
    runs.push({ run: runOutcome(run), next, clock: { ...clock } });
    if (next === at) break;
    at = next;
  }
  return runs;
}

const size = fc.record({
  width: fc.constantFrom(1, 304, 16_384),
  height: fc.constantFrom(1, 240, 16_384),
});

/** Mostly events, with a few bytes between that are none, and a few outside the sensor. */
const item = fc.oneof(
  {
    weight: 60,
    arbitrary: fc
      .tuple(fc.nat(0xfd), fc.nat(303), fc.nat(239))
      .map(([first, x, y]) => [first, x & 0xff, x >> 8, y, 0]),
  },
  { weight: 1, arbitrary: fc.constantFrom([0xff], [0xfe], [0xff, 0xff, 0xff]) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(0xfd), fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)) },
);
/** As quiet scenes give them: overflow bytes in front of every third event, in runs of any length. */
const quietItem = fc
  .tuple(fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3, 8, 17), fc.nat(0xfd), fc.nat(303), fc.nat(250))
  .map(([overflows, first, x, y]) => [
    ...Array.from({ length: overflows }, () => 0xff),
    ...[first, x & 0xff, x >> 8, y, 0],
  ]);
const quiet = fc.array(quietItem, { maxLength: 120 }).map((list) => Uint8Array.from(list.flat()));
const items = fc.array(item, { maxLength: 120 }).map((list) => Uint8Array.from(list.flat()));
/** Beyond 2^52 sums depend on their order. */
const time = fc.constantFrom(0, 1000, 2 ** 52 - 3, 2 ** 53 - 100);

it('the dvs kernel equals the plain loop for events and for any bytes', () => {
  const bytes = fc.oneof(items, quiet, fc.uint8Array({ maxLength: 400 }));
  fc.assert(
    fc.property(bytes, size, time, fc.integer({ min: 1, max: 100 }), (input, sensor, start, runEvents) => {
      expect(decodeAll(fast, input, sensor, start, runEvents)).toEqual(
        decodeAll(decodeDvsScalar, input, sensor, start, runEvents),
      );
    }),
    { numRuns: 1000 },
  );
});

it('the dvs kernel goes on from block to block', () => {
  const parts = fc.sample(items, { numRuns: 4000, seed: 5 });
  const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
  expect(bytes.length).toBeGreaterThan(PIXEL_EVENT_BYTES * RUN_EVENTS);
  const sensor = { width: 304, height: 240 };
  expect(decodeAll(fast, bytes, sensor, 0, RUN_EVENTS)).toEqual(
    decodeAll(decodeDvsScalar, bytes, sensor, 0, RUN_EVENTS),
  );
});
