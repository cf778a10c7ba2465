/** The kernel over rows beside the exact loop: equal in events, account, faults and errors, however rows are cut. */
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { NpyDecoder, type NpyDecoderOptions } from '../../../src/formats/index.ts';
import { RowKernel } from '../../../src/formats/npy/kernel.ts';
import { decodeOutcome } from '../../helpers/decode-outcome.ts';
import { withoutKernels } from '../../helpers/without-kernels.ts';
import { npyFile, numbers } from './samples.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const WHOLE = ['|u1', '|i1', '<u2', '<i2', '<u4', '<i4', '<u8', '<i8'] as const;
const TYPES = [...WHOLE, '<f4', '<f8', '>i8', '>u2', '>f8', '|b1'] as const;

/** A value of a type as bytes, whatever it was. */
function stored(descr: string, value: number): Uint8Array {
  if (descr[1] === 'f') return numbers(descr, [value]);
  const bytes = Number(descr.slice(2));
  const bits = BigInt.asUintN(64, BigInt(Number.isFinite(value) ? Math.trunc(value) : 0));
  const all = new Uint8Array(new BigUint64Array([bits]).buffer).slice(0, bytes);
  return descr.startsWith('>') ? all.reverse() : all;
}

const mostly = (
  plain: fc.Arbitrary<number>,
  odd: fc.Arbitrary<number>,
  rare: number,
): fc.Arbitrary<number> =>
  rare === 0 ? plain : fc.oneof({ weight: 60, arbitrary: plain }, { weight: rare, arbitrary: odd });
const anyNumber = fc.oneof(
  fc.constantFrom(
    -1,
    2,
    127,
    128,
    255,
    256,
    32_767,
    32_768,
    65_535,
    65_536,
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    2 ** 32 - 1,
  ),
  fc.constantFrom(
    2 ** 51 - 1,
    2 ** 51,
    -(2 ** 51),
    2 ** 53 - 1,
    2 ** 53,
    -(2 ** 53),
    2 ** 63,
    -(2 ** 63),
    2 ** 64,
  ),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 0.5, 1.5, 2.5, -0.5, 1e-7, 2_251_799_813.685247, 1e300),
);

const recording = fc
  .record({
    types: fc.tuple(...Array.from({ length: 4 }, () => fc.constantFrom(...TYPES))),
    /** Fields of other things in front of each. */
    gaps: fc.array(fc.constantFrom(0, 0, 1, 3), { minLength: 4, maxLength: 4 }),
    order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
    structured: fc.boolean(),
    oddity: fc.constantFrom(0, 0, 1, 4),
    signed: fc.boolean(),
  })
  .chain(({ oddity, signed, ...layout }) =>
    fc.record({
      layout: fc.constant(layout),
      rows: fc.array(
        fc.tuple(
          mostly(fc.nat(100), anyNumber, oddity),
          mostly(fc.nat(120), anyNumber, oddity),
          mostly(fc.nat(120), anyNumber, oddity),
          mostly(signed ? fc.constantFrom(-1, 1) : fc.nat(1), anyNumber, oddity),
        ),
        { minLength: 1, maxLength: 60 },
      ),
    }),
  );

const NAMES = ['t', 'x', 'y', 'p'] as const;

it('equals the exact loop on any rows of any types', () => {
  const read = vi.spyOn(RowKernel.prototype, 'read');
  fc.assert(
    fc.property(
      recording,
      fc.record({
        policy: fc.constantFrom('strict', 'salvage'),
        timeUnit: fc.option(fc.constantFrom('s', 'ms', 'us', 'ns'), { nil: undefined }),
        geometry: fc.option(fc.constantFrom({ width: 100, height: 121 }, { width: 70_000, height: 300 }), {
          nil: undefined,
        }),
      }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }),
      fc.nat(600),
      ({ layout, rows }, options, chunks, repeats) => {
        const { types, gaps, order, structured } = layout;
        // Many plain rows in front, so that odd ones meet the kernel in the middle of a block.
        const all = [...Array.from({ length: repeats }, (_, i) => [i, i % 90, i % 80, i & 1]), ...rows];
        let bytes: Uint8Array;
        let columns = 't,x,y,p';
        if (structured) {
          const fields = order.map((i) => `('g${i}', 'V${gaps[i]! + 1}'), ('${NAMES[i]!}', '${types[i]!}')`);
          const parts = all.flatMap((row) =>
            order.flatMap((i) => [new Uint8Array(gaps[i]! + 1), stored(types[i]!, row[i]!)]),
          );
          bytes = npyFile(`[${fields.join(', ')}]`, `(${all.length},)`, new Uint8Array(Buffer.concat(parts)));
        } else {
          columns = order.map((i) => NAMES[i]!).join(',');
          const type = types[0]!;
          const [first, second] = gaps[0] === 0 ? [all.length, 4] : [4, all.length];
          const parts =
            gaps[0] === 0
              ? all.flatMap((row) => order.map((i) => stored(type, row[i]!)))
              : order.flatMap((i) => all.map((row) => stored(type, row[i]!)));
          bytes = npyFile(`'${type}'`, `(${first}, ${second})`, new Uint8Array(Buffer.concat(parts)));
        }
        const open = () => {
          const { timeUnit, geometry, policy } = options;
          return new NpyDecoder({
            policy,
            ...(timeUnit !== undefined && { timeUnit }),
            ...(geometry !== undefined && { geometry }),
            ...(!structured && { columns }),
          } as NpyDecoderOptions);
        };
        const sizes = repeats > 100 ? chunks.map((size) => 40 * size) : chunks;
        const expected = withoutKernels(() => decodeOutcome(open(), bytes, sizes));
        expect(decodeOutcome(open(), bytes, sizes)).toEqual(expected);
      },
    ),
    { numRuns: 200 },
  );
  const outcomes = read.mock.results.map(({ value }) => value as number);
  expect(outcomes.filter((rows) => rows > 0).length).toBeGreaterThan(5);
  expect(outcomes.filter((rows) => rows === 0).length).toBeGreaterThan(5);
});
