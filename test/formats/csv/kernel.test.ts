/** The kernel over lines beside the plain loop: equal in events, account, faults and errors, however text is cut. */
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { CsvDecoder, type CsvDecoderOptions } from '../../../src/formats/index.ts';
import { LineKernel } from '../../../src/formats/csv/kernel.ts';
import { decodeOutcome } from '../../helpers/decode-outcome.ts';
import { withoutKernels } from '../../helpers/without-kernels.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const digits = (most: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^\\d{0,${most}}$`));
const wholeTime = fc.oneof(
  fc.integer({ min: 0, max: 10 ** 6 }).map(String),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).map(String),
  fc.constantFrom(
    '0',
    '00000000',
    '9007199254740991',
    '9007199254740992',
    '9999999999999999',
    '12345678901234567',
  ),
  fc.constantFrom('9007199254', '9007199255', '99999999', '100000000', '0000000000000001'),
);
const fraction = fc.oneof(
  digits(6),
  digits(9),
  digits(18),
  fc
    .tuple(digits(6), fc.constantFrom('5', '50', '500000', '5000000001', '49999', '05'))
    .map(([a, b]) => a + b),
);
const places = fc.oneof(
  { weight: 20, arbitrary: fc.nat(300).map(String) },
  { weight: 1, arbitrary: digits(6) },
);
const oddField = fc.constantFrom(
  '',
  '-1',
  '+3',
  '1e3',
  '"5"',
  '0.0',
  '7.',
  '.5',
  'true',
  'ON',
  ' 4',
  '4 ',
  'x',
  '٣',
  '1:2',
  '1/2',
);
const oddLine = fc.constantFrom('', '   ', '# 1,2,3,4', '%', '1', '1,2,3', '1,2,3,1,', '1,2,3,1 # note', 'nonsense', '1;2;3;1', '1 2 3 1', '\t1,2,3,0', `${' '.repeat(50)}1,2,3,1`, '1,2,3,1\r\r', '5\r6', 'x'.repeat(5000), '1.5.5,2,3,1', '--1,2,3,1'); // prettier-ignore

const NAMES = ['t', 'x', 'y', 'p'] as const;
const recording = fc
  .record({
    order: fc.oneof(
      fc.constant<number[]>([0, 1, 2, 3]),
      fc.shuffledSubarray<number>([0, 1, 2, 3], { minLength: 4 }),
    ),
    separator: fc.constantFrom(',', ',', ' ', ';', '\t', ', '),
    lineEnd: fc.constantFrom('\n', '\n', '\r\n'),
    pointed: fc.boolean(),
    oddity: fc.constantFrom(0, 0, 1, 5),
    hasEnd: fc.boolean(),
  })
  .chain(({ pointed, oddity, ...layout }) => {
    const odd = <Value>(plain: fc.Arbitrary<Value>, other: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
      oddity === 0 ? plain : fc.oneof({ weight: 40, arbitrary: plain }, { weight: oddity, arbitrary: other });
    const time = pointed ? fc.tuple(wholeTime, fraction).map((parts) => parts.join('.')) : wholeTime;
    const line = fc.tuple(
      odd(time, oddField),
      odd(places, oddField),
      odd(places, oddField),
      odd(fc.constantFrom('0', '1', '1', '-1'), fc.oneof(oddField, fc.constantFrom('2', '-0', '01', '-'))),
    );
    return fc.record({
      layout: fc.constant(layout),
      lines: fc.array(odd<string | readonly string[]>(line, oddLine), { minLength: 1, maxLength: 60 }),
    });
  });

it('equals the plain loop on any text', () => {
  const read = vi.spyOn(LineKernel.prototype, 'read');
  fc.assert(
    fc.property(
      recording,
      fc.record({
        policy: fc.constantFrom('strict', 'salvage', 'salvage'),
        timeUnit: fc.option(fc.constantFrom('s', 's', 'ms', 'us', 'ns'), { nil: undefined }),
        geometry: fc.option(fc.constantFrom({ width: 200, height: 250 }), { nil: undefined }),
        maxBatchEvents: fc.constantFrom(7, 100_000),
      }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(0, 0, 5, 3000),
      ({ layout, lines }, options, chunks, repeats) => {
        const { order, separator, lineEnd, hasEnd } = layout;
        const row = (fields: readonly string[]): string => order.map((i) => fields[i]!).join(separator);
        const plain = Array.from({ length: repeats }, (_, i) => row([String(i), '12', String(i % 100), '1']));
        const all = [...plain, ...lines.map((line) => (typeof line === 'string' ? line : row(line)))];
        const text = all.join(lineEnd) + (hasEnd ? lineEnd : '');
        const bytes = new TextEncoder().encode(text);
        const { timeUnit, geometry, policy, maxBatchEvents } = options;
        const open = () =>
          new CsvDecoder({
            policy,
            maxBatchEvents,
            columns: order.map((i) => NAMES[i]!).join(','),
            ...(timeUnit !== undefined && { timeUnit }),
            ...(geometry !== undefined && { geometry }),
          } as CsvDecoderOptions);
        const sizes = repeats > 100 ? chunks.map((size) => 400 * size) : chunks;
        if (bytes.length === 0) return;
        const expected = withoutKernels(() => decodeOutcome(open(), bytes, sizes));
        expect(decodeOutcome(open(), bytes, sizes)).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
  expect(read.mock.calls.length).toBeGreaterThan(100);
});
