import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchFromTuples,
  concatBatches,
  type EventBatch,
  type EventTuple,
  type SensorGeometry,
} from '../../../src/events/index.ts';
import { encodeEvt2Scalar } from '../../../src/formats/evt2/encode-scalar.ts';
import { encodeEvt21Scalar } from '../../../src/formats/evt21/encode-scalar.ts';
import { encodeEvt3Scalar } from '../../../src/formats/evt3/encode-scalar.ts';
import { leadEvt3 } from '../../../src/formats/evt3/time-high.ts';
import { RawEncodeKernel, type RawEncodeLoop } from '../../../src/formats/prophesee/encode-kernel.ts';
import {
  canHold,
  startRawEncode,
  WordOutput,
  type EncodeRaw,
  type LeadRaw,
} from '../../../src/formats/prophesee/encode-words.ts';
import { giveSpace, RUN_EVENTS, takeSpace } from '../../../src/formats/records/run-space.ts';

/** Steps in time and place, mostly those of cameras that read row by row. */
const step = fc.oneof(
  { weight: 60, arbitrary: fc.tuple(fc.constant(0), fc.integer({ min: 1, max: 4 }), fc.constant(0)) },
  { weight: 10, arbitrary: fc.tuple(fc.nat(3), fc.integer({ min: -40, max: 40 }), fc.integer()) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constantFrom(64, 4096, 2 ** 22, 2 ** 23 + 5, 2 ** 24 - 4096, 2 ** 26),
      fc.nat(9),
      fc.nat(3),
    ),
  },
);

/** Events that all words can hold. */
const events = fc.array(fc.tuple(step, fc.nat(19)), { maxLength: 150, size: 'max' }).map((steps) => {
  let [t, x, y] = [0, 0, 0];
  return batchFromTuples(
    steps.map(([[micros, columns, rows], flip], i): EventTuple => {
      t += micros;
      x = (x + columns + 2048) % 2048;
      y = Math.abs(y + rows) % 2048;
      return [t, x, y, flip === 0 ? i % 2 : 1];
    }),
  );
});

/** Events that words may not hold. */
const anyEvents = fc
  .array(
    fc.tuple(
      fc.constantFrom(0, 1, 5, 4096, 2 ** 33, 2 ** 34, NaN, -1),
      fc.constantFrom(0, 2047, 2048),
      fc.constantFrom(0, 2047, 0xffff),
      fc.nat(1),
    ),
    { maxLength: 12 },
  )
  .map((list) => batchFromTuples(list.map(([t, x, y, p]): EventTuple => [t, x, y, p])));

/** All words of some batches, and where encoding stopped for good. */
function encodeAll(
  encode: EncodeRaw,
  batches: readonly EventBatch[],
  lead: LeadRaw,
  geometry: SensorGeometry | null = null,
): unknown {
  const state = startRawEncode(geometry);
  const output = new WordOutput();
  const stops = batches.map((batch) => {
    for (let i = 0; ;) {
      i = encode(state, batch, i, output);
      if (i === batch.length || !canHold(batch, i, state.last, state)) return i;
      lead(state, batch.t[i]!, output);
    }
  });
  return { state, stops, bytes: Buffer.from(output.take()).toString('hex') };
}

const neverNeeded: LeadRaw = () => {
  expect.unreachable('words that the loop writes itself');
};

/** Sensors at which groups of pixels end: none, and such as are narrower than a group or no multiple of it. */
const sensors = fc.option(
  fc.record({ width: fc.constantFrom(20, 32, 33, 346, 2048), height: fc.constantFrom(260, 2048) }),
);

describe.each([
  ['encodeEvt2', encodeEvt2Scalar, neverNeeded],
  ['encodeEvt21', encodeEvt21Scalar, neverNeeded],
  ['encodeEvt3', encodeEvt3Scalar, leadEvt3],
] as [RawEncodeLoop, EncodeRaw, LeadRaw][])('%s', (loop, scalar, lead) => {
  const fast: EncodeRaw = (...args) => {
    const space = takeSpace();
    const next = space.kernel(RawEncodeKernel)!.encode(loop, ...args);
    giveSpace(space);
    return next;
  };

  it('equals the plain loop', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(events, anyEvents), { maxLength: 3 }), sensors, (batches, sensor) => {
        expect(encodeAll(fast, batches, lead, sensor)).toEqual(encodeAll(scalar, batches, lead, sensor));
      }),
      { numRuns: 500 },
    );
  });

  it('goes on from block to block, in the middle of groups', () => {
    const samples = fc.sample(events, { numRuns: 600, seed: 11 });
    let start = 0;
    const all = concatBatches(
      samples.map((batch) => {
        const from = start;
        start += 1 + (batch.t.at(-1) ?? 0) / 64;
        start = Math.floor(start);
        return { ...batch, t: batch.t.map((t) => from + Math.floor(t / 64)) };
      }),
    );
    expect(all.length).toBeGreaterThan(2 * RUN_EVENTS);
    expect(encodeAll(fast, [all], lead)).toEqual(encodeAll(scalar, [all], lead));
  });
});
