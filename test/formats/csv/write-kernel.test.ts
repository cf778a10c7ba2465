/** The kernel that writes lines beside the plain loop. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchFromTuples } from '../../../src/events/index.ts';
import { CsvEncoder, EventFormatError } from '../../../src/formats/index.ts';
import { withoutKernels } from '../../helpers/without-kernels.ts';

const time = fc.oneof(
  { weight: 40, arbitrary: fc.nat(10 ** 9) },
  { weight: 20, arbitrary: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }) },
  {
    weight: 10,
    arbitrary: fc.constantFrom(0, 9, 10, 99_999_999, 100_000_000, 999_999, 1_000_000, 2 ** 53 - 1, 10 ** 15),
  },
  { weight: 1, arbitrary: fc.constantFrom(-1, -(2 ** 53) + 1, -0, 0.5, NaN, Infinity, 2 ** 53) },
);
const place = fc.oneof(fc.nat(65_535), fc.constantFrom(0, 9, 10, 99, 100, 999, 1000, 9999, 10_000));
const events = fc.array(fc.tuple(time, place, place, fc.nat(1)), { minLength: 1, maxLength: 40 });

it('equals the plain loop on any events', () => {
  fc.assert(
    fc.property(
      events,
      fc.constantFrom(1, 1, 60),
      fc.constantFrom('t,x,y,p', 'x,y,p,t', 'p,t,y,x'),
      fc.constantFrom('s', 'ms', 'us', 'ns'),
      (tuples, repeats, columns, timeUnit) => {
        const batch = batchFromTuples(Array.from({ length: repeats }, () => tuples).flat());
        const write = (): unknown => {
          try {
            const encoder = new CsvEncoder({ columns, timeUnit });
            return Buffer.from(encoder.push(batch)).toString('latin1');
          } catch (error) {
            if (!(error instanceof EventFormatError)) throw error;
            return [error.code, error.byteOffset, error.message];
          }
        };
        expect(write()).toEqual(withoutKernels(write));
      },
    ),
    { numRuns: 500 },
  );
});

it('writes numbers as JavaScript does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }), place, place, fc.nat(1)), {
        minLength: 1,
      }),
      (tuples) => {
        // prettier-ignore
        const text = new TextDecoder().decode(new CsvEncoder().push(batchFromTuples(tuples)));
        expect(text).toBe(`t,x,y,p\n${tuples.map((event) => `${event.join(',')}\n`).join('')}`);
      },
    ),
  );
});
