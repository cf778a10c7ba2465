import { expect, it } from 'vitest';
import { createDecoder, type CreateDecoderOptions } from '../../src/formats/index.ts';
import { decodeAll } from './decode.ts';
import { digestOf } from './digest.ts';
import { expectedRows, readShared, type ExpectedRow } from './shared-data.ts';

/** So many recordings get a test each; more are checked in one. */
const MAX_TESTS = 50;

function check(row: ExpectedRow, options: CreateDecoderOptions): void {
  const decoder = createDecoder({ fileName: row.path, ...options });
  const events = decodeAll(decoder, readShared(row.path), [100_003, 7, 65_536]);
  const { report, geometry } = decoder;
  expect(digestOf(events), row.path).toBe(row.sha256);
  expect(geometry ?? { width: 0, height: 0 }).toEqual({ width: row.width, height: row.height });
  expect(report).toMatchObject({
    variant: row.format,
    events: row.events,
    on: row.on,
    tFirst: row.tFirst,
    tLast: row.tLast,
    backwardSteps: row.backward,
  });
}

/**
 * Registers tests that decode every recording of some formats and compare with the reference decode. Without
 * the recordings there are no rows: wrap it in `describe.skipIf(!hasSharedData)`.
 *
 * @param options what a caller must say because the recording does not.
 */
export function referenceDecode(
  formats: readonly string[],
  options: (row: ExpectedRow) => CreateDecoderOptions = () => ({}),
): void {
  const rows = expectedRows(...formats);
  if (rows.length <= MAX_TESTS) {
    it.each(rows)(
      '$path',
      (row) => {
        check(row, options(row));
      },
      60_000,
    );
  } else {
    it(`${rows.length} recordings`, () => {
      for (const row of rows) check(row, options(row));
    }, 120_000);
  }
}
