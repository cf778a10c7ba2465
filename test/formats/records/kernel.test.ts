import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONVENTIONS } from '../../../src/events/index.ts';
import { CHIP_LAYOUTS, conventionRule } from '../../../src/formats/aedat2/addressing.ts';
import { aedat2Layout } from '../../../src/formats/aedat2/layout.ts';
import type { Clock, RecordLayout } from '../../../src/formats/records/index.ts';
import { RecordKernel } from '../../../src/formats/records/kernel.ts';
import { RUN_EVENTS } from '../../../src/formats/records/run-space.ts';
import { startRun, type RecordRun } from '../../../src/formats/records/run.ts';
import { runOutcome } from '../../helpers/run-outcome.ts';
import { decodeRecordsScalar } from '../../../src/formats/records/scalar.ts';

const axis = fc.record({
  shift: fc.integer({ min: 0, max: 31 }),
  mask: fc.constantFrom(0x7f, 0xff, 0x1ff, 0x3fff),
  size: fc.integer({ min: 1, max: 0x4000 }),
  flip: fc.boolean(),
});

/** Any layout at all. */
const anyLayout: fc.Arbitrary<RecordLayout> = fc.integer({ min: 3, max: 8 }).chain((recordBytes) =>
  fc.record({
    recordBytes: fc.constant(recordBytes),
    addressBytes: fc.array(fc.integer({ min: 0, max: recordBytes - 1 }), { minLength: 1, maxLength: 4 }),
    timeBytes: fc.array(fc.integer({ min: 0, max: recordBytes - 1 }), { minLength: 1, maxLength: 4 }),
    timeMask: fc.constantFrom(-1, 0x7f_ffff, 0x7fff_ffff),
    timeSigned: fc.boolean(),
    counterRange: fc.constantFrom(2 ** 32, 2 ** 23, Infinity),
    x: axis,
    y: axis,
    polarity: fc.record({
      shift: fc.integer({ min: 0, max: 31 }),
      mask: fc.constantFrom(1, 0xf),
      inverted: fc.boolean(),
    }),
    pixel: fc.option(fc.constantFrom({ mask: 0x8000_0400, value: 0 }, { mask: 1, value: 1 })),
    marker: fc.option(fc.constantFrom({ mask: 0xff00, value: 240 << 8 }, { mask: 0xf0, value: 0 })),
  }),
);

/** The layouts of AEDAT 2.0: here most records are plain events, as the fast path wants them. */
const aedat2: fc.Arbitrary<RecordLayout> = fc
  .tuple(fc.constantFrom(...Object.values(CHIP_LAYOUTS)), fc.constantFrom(...CONVENTIONS))
  .map(([chip, convention]) => aedat2Layout(chip, conventionRule(convention), chip.geometry));

/** Records whose times mostly rise, with a few of anything. */
const records = fc.array(
  fc.oneof(
    { weight: 30, arbitrary: fc.tuple(fc.integer({ min: 0, max: 0x7fff }), fc.integer({ min: 0, max: 50 })) },
    { weight: 1, arbitrary: fc.tuple(fc.integer(), fc.integer()) },
  ),
  { maxLength: 120 },
);

function bigEndian(words: readonly (readonly [number, number])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * words.length));
  let time = 0x7fff_ff00;
  words.forEach(([address, step], i) => {
    time = (time + step) | 0;
    view.setInt32(8 * i, address);
    view.setInt32(8 * i + 4, time);
  });
  return new Uint8Array(view.buffer);
}

type Decode = (
  layout: RecordLayout,
  bytes: Uint8Array,
  offset: number,
  count: number,
  clock: Clock,
  run: RecordRun,
) => number;

/** Decodes everything, going on after markers, in runs of a given size. */
function decodeAll(decode: Decode, layout: RecordLayout, bytes: Uint8Array, runRecords: number): unknown {
  const clock = { offset: 0, last: layout.timeSigned ? -5 : 5, wraps: 0 };
  const count = Math.floor(bytes.length / layout.recordBytes);
  const runs: unknown[] = [];
  for (let first = 0; first < count; first += runRecords) {
    const size = Math.min(runRecords, count - first);
    const run = startRun(size);
    const stops: number[] = [];
    for (let done = 0; ; done++) {
      done += decode(layout, bytes, (first + done) * layout.recordBytes, size - done, clock, run);
      stops.push(done);
      if (done === size) break;
      clock.offset += 8192;
    }
    runs.push({ run: runOutcome(run), stops, clock: { ...clock } });
  }
  return runs;
}

describe('the record kernel', () => {
  const fast: Decode = (layout, bytes, offset, count, clock, run) =>
    run.space.kernel(RecordKernel)!.decode(layout, bytes, offset, count, clock, run);

  it('equals the plain loop for any layout and any bytes', () => {
    fc.assert(
      fc.property(
        anyLayout,
        fc.uint8Array({ maxLength: 600 }),
        fc.integer({ min: 1, max: 50 }),
        (layout, bytes, runRecords) => {
          expect(decodeAll(fast, layout, bytes, runRecords)).toEqual(
            decodeAll(decodeRecordsScalar, layout, bytes, runRecords),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('equals the plain loop where most records are plain events', () => {
    fc.assert(
      fc.property(aedat2, records, fc.integer({ min: 1, max: 100 }), (layout, words, runRecords) => {
        const bytes = bigEndian(words);
        expect(decodeAll(fast, layout, bytes, runRecords)).toEqual(
          decodeAll(decodeRecordsScalar, layout, bytes, runRecords),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('goes on from block to block', () => {
    const words = Array.from(
      { length: 20_003 },
      (_, i) => [(i * 7919) & 0x7fff, i % 997 === 0 ? -40 : 3] as const,
    );
    const layout = aedat2Layout(
      CHIP_LAYOUTS.dvs128,
      conventionRule('canonical'),
      CHIP_LAYOUTS.dvs128.geometry,
    );
    const bytes = bigEndian(words);
    expect(decodeAll(fast, layout, bytes, RUN_EVENTS)).toEqual(
      decodeAll(decodeRecordsScalar, layout, bytes, RUN_EVENTS),
    );
  });
});
