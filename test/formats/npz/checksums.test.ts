/** Members of archives: their checksums, and Node's zlib beside fflate. */
import { zipSync } from 'fflate';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { crc32, crc32WithoutNode } from '../../../src/formats/compression/crc32.ts';
import { NpzDecoder } from '../../../src/formats/index.ts';
import { decodeOutcome } from '../../helpers/decode-outcome.ts';
import { array, npzSamples } from './samples.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

function withoutNode<Result>(run: () => Result): Result {
  vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
  try {
    return run();
  } finally {
    vi.unstubAllGlobals();
  }
}

const MEMBERS = {
  't.npy': array('<i8', [1, 2, 3]),
  'x.npy': array('<u2', [4, 5, 6]),
  'y.npy': array('<u2', [7, 8, 9]),
  'p.npy': array('|u1', [1, 0, 1]),
};

describe('checksums', () => {
  it('a member whose content was altered is damage, its events are there', () => {
    const bytes = zipSync(MEMBERS, { level: 0 });
    // The last byte of x.npy, in front of the header of y.npy.
    const at = Buffer.from(bytes).indexOf('y.npy') - 30 - 2;
    bytes[at]! ^= 1;
    const decoder = new NpzDecoder();
    decoder.push(bytes);
    expect(decoder.finish()[0]!.length).toBe(3);
    expect(decoder.report.faults).toMatchObject([{ code: 'CORRUPT_DATA' }]);
    expect(decoder.report.faults[0]!.message).toContain('"x.npy" has another checksum');
    const strict = new NpzDecoder({ policy: 'strict' });
    strict.push(bytes);
    expect(() => strict.finish()).toThrow(expect.objectContaining({ code: 'CORRUPT_DATA' }));
  });

  it('are those of zlib', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
        const before = crc32WithoutNode(bytes.subarray(0, cut));
        expect(crc32WithoutNode(bytes.subarray(cut), before)).toBe(crc32(bytes));
      }),
    );
  });
});

it('archives are read the same without zlib, damaged and cut ones too', () => {
  const samples = [...npzSamples.map(({ bytes }) => bytes), zipSync(MEMBERS, { level: 6 })];
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 }),
      fc.option(fc.nat()),
      fc.integer({ min: 1, max: 500 }),
      (whole, changes, cut, chunk) => {
        const bytes = whole.slice(0, cut === null ? whole.length : 1 + (cut % whole.length));
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const open = () => new NpzDecoder({ maxNpzBytes: 2 ** 20 });
        const expected = withoutNode(() => decodeOutcome(open(), bytes, [chunk]));
        expect(decodeOutcome(open(), bytes, [chunk])).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});
