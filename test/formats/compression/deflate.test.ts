import zlib from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  deflate,
  deflateWithoutNode,
  type DeflateOptions,
} from '../../../src/formats/compression/deflate.ts';
import { SeededRandom } from '../../../src/events/index.ts';

const LEVELS: readonly DeflateOptions['level'][] = [0, 1, 4, 6, 9];

test.each([
  ['of Node', deflate],
  ['of fflate', (bytes: Uint8Array, { level }: DeflateOptions) => deflateWithoutNode(bytes, level)],
])('the streams %s inflate to what they were made of, and the checksum is its', (_name, compress) => {
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 3000 }), fc.uint8Array({ max: 1, maxLength: 3000 })),
      fc.nat(40),
      fc.constantFrom(...LEVELS),
      fc.boolean(),
      (content, start, level, runsOnly) => {
        const bytes = content.subarray(Math.min(start, content.length));
        const made = compress(bytes, { level, runsOnly });
        expect(new Uint8Array(zlib.inflateRawSync(made.bytes))).toEqual(new Uint8Array(bytes));
        expect(made.crc32).toBe(zlib.crc32(bytes));
        expect(compress(bytes, { level, runsOnly })).toEqual(made);
      },
    ),
  );
});

test('counts of few events are smaller by runs than stored, and runs are not searched for anything else', () => {
  const random = new SeededRandom(5);
  const counts = new Uint8Array(20_000);
  for (let i = 0; i < 2000; i++) counts[random.integer(counts.length)]!++;
  const byRuns = deflate(counts, { level: 6, runsOnly: true }).bytes.length;
  expect(byRuns).toBeLessThan(deflate(counts, { level: 1 }).bytes.length);
  const repeated = new Uint8Array(20_000).map((_, i) => i % 250);
  const searched = deflate(repeated, { level: 6 }).bytes.length;
  expect(deflate(repeated, { level: 6, runsOnly: true }).bytes.length).toBeGreaterThan(10 * searched);
});
