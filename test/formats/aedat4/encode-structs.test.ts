import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  batchFromTuples,
  type EventBatch,
  type EventTuple,
  type SensorGeometry,
} from '../../../src/events/index.ts';
import {
  encodeStructsScalar,
  StructEncodeKernel,
  type EncodeStructs,
} from '../../../src/formats/aedat4/encode-structs.ts';
import { EVENT_BYTES } from '../../../src/formats/aedat4/events.ts';
import { giveSpace, takeSpace } from '../../../src/formats/records/run-space.ts';

const fast: EncodeStructs = (...args) => {
  const space = takeSpace();
  const next = space.kernel(StructEncodeKernel)!.encode(...args);
  giveSpace(space);
  return next;
};

const LARGEST: SensorGeometry = { width: 32_768, height: 32_768 };

function encoded(encode: EncodeStructs, batch: EventBatch, from: number, sensor = LARGEST): unknown {
  const output = new Uint8Array(5 + batch.length * EVENT_BYTES);
  const next = encode(batch, sensor, from, batch.length, output, 5);
  const bytes = output.subarray(0, 5 + (next - from) * EVENT_BYTES);
  return { next, bytes: Buffer.from(bytes).toString('hex') };
}

const time = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, -1, 2 ** 32 - 1, 2 ** 32, -(2 ** 32), 2 ** 53 - 1, 1 - 2 ** 53),
);
const event = fc.oneof(
  { weight: 40, arbitrary: fc.tuple(time, fc.nat(0x7fff), fc.nat(0x7fff), fc.nat(1)) },
  { weight: 40, arbitrary: fc.tuple(time, fc.constantFrom(0, 1, 0x3fff), fc.nat(1), fc.nat(1)) },
  { weight: 4, arbitrary: fc.tuple(time, fc.constantFrom(0, 0x4000), fc.nat(2), fc.nat(1)) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom(0, 0.5, NaN, Infinity, 2 ** 53, -(2 ** 53)),
      fc.nat(0xffff),
      fc.nat(0xffff),
      fc.nat(1),
    ),
  },
);

/** Events lie at its edges and beyond. */
const sensor = fc.record({
  width: fc.constantFrom(1, 0x4000, 0x7fff, 0x8000),
  height: fc.constantFrom(1, 2, 0x7000, 0x8000),
});

it('the kernel that encodes structs equals the plain loop', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40, size: 'max' }), fc.nat(3), sensor, (list, skipped, size) => {
      const batch = batchFromTuples(list);
      const from = Math.min(skipped, batch.length);
      expect(encoded(fast, batch, from, size)).toEqual(encoded(encodeStructsScalar, batch, from, size));
    }),
    { numRuns: 1000 },
  );
});

it('the kernel that encodes structs goes on from block to block', () => {
  const list = Array.from({ length: 10_001 }, (_, i): EventTuple => [2 ** 40 + i, i % 640, i % 480, i & 1]);
  const batch = batchFromTuples(list);
  expect(encoded(fast, batch, 1)).toEqual(encoded(encodeStructsScalar, batch, 1));
});
