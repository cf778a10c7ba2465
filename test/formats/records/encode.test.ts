import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchFromTuples, type EventBatch, type EventTuple } from '../../../src/events/index.ts';
import { CHIP_LAYOUTS, conventionRule } from '../../../src/formats/aedat2/addressing.ts';
import { aedat2Layout } from '../../../src/formats/aedat2/layout.ts';
import { pixelLayout } from '../../../src/formats/aedat3/layout.ts';
import { atis40Layout } from '../../../src/formats/atis40/layout.ts';
import { datLayout } from '../../../src/formats/dat/layout.ts';
import { RecordEncodeKernel } from '../../../src/formats/records/encode-kernel.ts';
import {
  encodeRecordsScalar,
  type EncodeRecords,
  type TimeWindow,
} from '../../../src/formats/records/encode-scalar.ts';
import type { RecordLayout } from '../../../src/formats/records/index.ts';
import { giveSpace, RUN_EVENTS, takeSpace } from '../../../src/formats/records/run-space.ts';

const fast: EncodeRecords = (...args) => {
  const space = takeSpace();
  const next = space.kernel(RecordEncodeKernel)!.encode(...args);
  giveSpace(space);
  return next;
};

const chips = Object.values(CHIP_LAYOUTS);
const layout: fc.Arbitrary<RecordLayout> = fc.constantFrom(
  ...chips.map((chip) => aedat2Layout(chip, conventionRule('canonical'), chip.geometry)),
  pixelLayout('3.1', null, 8, 4),
  atis40Layout({ width: 256, height: 240 }, false),
  datLayout(1, null, 8),
  datLayout(2, null, 8),
);

const window: fc.Arbitrary<TimeWindow> = fc
  .record({ offset: fc.constantFrom(0, 5, 2 ** 31, 2 ** 40 - 1), base: fc.integer(), span: fc.nat(2 ** 23) })
  .map(({ offset, base, span }) => ({ offset, base, lowest: offset - 3, highest: offset + span }));

/** Events around a window; `far` of a hundred lie anywhere. */
const events = (from: number, far: number): fc.Arbitrary<EventBatch> =>
  fc
    .array(
      fc.oneof(
        {
          weight: 100 - far,
          arbitrary: fc.tuple(fc.nat(60), fc.nat(127), fc.nat(127), fc.nat(1)),
        },
        {
          weight: far,
          arbitrary: fc.tuple(
            fc.oneof(fc.integer(), fc.constantFrom(NaN, -Infinity, 2 ** 52, 0.5)),
            fc.nat(0xffff),
            fc.nat(0xffff),
            fc.nat(1),
          ),
        },
      ),
      { maxLength: 60, size: 'max' },
    )
    .map((list) => batchFromTuples(list.map(([t, x, y, p]): EventTuple => [from + t, x, y, p])));

/** All that encoding writes, and where it stops. */
function encoded(
  encode: EncodeRecords,
  records: RecordLayout,
  times: TimeWindow,
  batch: EventBatch,
  from: number,
): unknown {
  const output = new Uint8Array(3 + batch.length * records.recordBytes).fill(0xaa);
  const next = encode(records, times, batch, from, batch.length, output, 3);
  const bytes = output.subarray(0, 3 + (next - from) * records.recordBytes);
  return { next, bytes: Buffer.from(bytes).toString('hex') };
}

it('the encoding kernel equals the plain loop', () => {
  const input = fc
    .tuple(window, fc.constantFrom(0, 1, 10))
    .chain(([times, far]) => fc.tuple(fc.constant(times), events(times.offset, far)));
  fc.assert(
    fc.property(layout, input, fc.nat(5), (records, [times, batch], skipped) => {
      const from = Math.min(skipped, batch.length);
      expect(encoded(fast, records, times, batch, from)).toEqual(
        encoded(encodeRecordsScalar, records, times, batch, from),
      );
    }),
    { numRuns: 1000 },
  );
});

it('the encoding kernel goes on from block to block', () => {
  const list = Array.from({ length: 2 * RUN_EVENTS + 5 }, (_, i): EventTuple => [
    i,
    i % 128,
    (i * 7) % 128,
    i & 1,
  ]);
  const times = { lowest: 0, highest: 2 ** 23, offset: 0, base: 0 };
  for (const records of [datLayout(2, null, 8), atis40Layout({ width: 256, height: 240 }, false)])
    expect(encoded(fast, records, times, batchFromTuples(list), 2)).toEqual(
      encoded(encodeRecordsScalar, records, times, batchFromTuples(list), 2),
    );
});
