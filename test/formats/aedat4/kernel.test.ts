import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  decodeStructsScalar,
  EVENT_BYTES,
  type EventRules,
  type StructRun,
} from '../../../src/formats/aedat4/events.ts';
import { StructKernel } from '../../../src/formats/aedat4/kernel.ts';
import { RUN_EVENTS } from '../../../src/formats/records/run-space.ts';
import { startRun } from '../../../src/formats/records/run.ts';
import { runOutcome } from '../../helpers/run-outcome.ts';

type Decode = typeof decodeStructsScalar;

const fast: Decode = (bytes, at, count, rules, run) => {
  run.space.kernel(StructKernel)!.decode(bytes, at, count, rules, run);
};

function decoded(decode: Decode, bytes: Uint8Array, at: number, count: number, rules: EventRules): unknown {
  const run: StructRun = { ...startRun(count), invalid: 0 };
  decode(bytes, at, count, rules, run);
  return runOutcome(run);
}

const rules = fc.record({
  width: fc.constantFrom(32_768, 346, 1),
  height: fc.constantFrom(32_768, 260, 1),
  flipY: fc.boolean(),
});

/** Mostly what a camera gives, with a few of anything. */
const struct = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      low: fc.constantFrom(0xffff_fff0, 0xffff_fff8, 0xffff_ffff),
      high: fc.constantFrom(0, 0, 0, 369_000, -1),
      x: fc.nat(345),
      y: fc.nat(259),
      p: fc.nat(1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      low: fc.nat(0xffff_ffff),
      high: fc.oneof(fc.integer(), fc.constantFrom(2 ** 21 - 1, 2 ** 21, -(2 ** 21), -(2 ** 21) - 1)),
      x: fc.nat(0xffff),
      y: fc.nat(0xffff),
      p: fc.nat(255),
    }),
  },
);

const structs = fc.array(struct, { maxLength: 120 }).map((list) => {
  const view = new DataView(new ArrayBuffer(EVENT_BYTES * list.length));
  list.forEach(({ low, high, x, y, p }, i) => {
    view.setUint32(EVENT_BYTES * i, low, true);
    view.setInt32(EVENT_BYTES * i + 4, high, true);
    view.setUint16(EVENT_BYTES * i + 8, x, true);
    view.setUint16(EVENT_BYTES * i + 10, y, true);
    view.setUint8(EVENT_BYTES * i + 12, p);
  });
  return new Uint8Array(view.buffer);
});

it('the struct kernel equals the plain loop for camera events and for any bytes', () => {
  const bytes = fc.oneof(structs, fc.uint8Array({ maxLength: 600 }));
  fc.assert(
    fc.property(bytes, rules, fc.nat(40), (input, setup, skipped) => {
      const at = Math.min(skipped, input.length);
      const count = Math.floor((input.length - at) / EVENT_BYTES);
      expect(decoded(fast, input, at, count, setup)).toEqual(
        decoded(decodeStructsScalar, input, at, count, setup),
      );
    }),
    { numRuns: 1000 },
  );
});

it('the struct kernel goes on from block to block', () => {
  const parts = fc.sample(structs, { numRuns: 4000, seed: 3 });
  const bytes = Uint8Array.from(parts.flatMap((part) => [...part])).subarray(0, RUN_EVENTS * EVENT_BYTES);
  const setup = { width: 346, height: 260, flipY: true };
  const count = bytes.length / EVENT_BYTES;
  expect(count).toBe(RUN_EVENTS);
  expect(decoded(fast, bytes, 0, count, setup)).toEqual(decoded(decodeStructsScalar, bytes, 0, count, setup));
});
