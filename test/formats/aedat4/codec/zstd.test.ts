import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodecError } from '../../../../src/formats/aedat4/codec/codec-error.ts';
import { AEDAT4_CODECS } from '../../../../src/formats/aedat4/codec/codec.ts';
import { prepareZstdEncoder } from '../../../../src/formats/index.ts';
import { hasTool, pipe } from '../../../helpers/tools.ts';

await prepareZstdEncoder();
const LIMIT = 2 ** 26;
const zstdCodec = AEDAT4_CODECS.zstd;
const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i % 7 === 0 ? Math.imul(i, 2_654_435_761) >>> 24 : i >> 6));

describe('frames', () => {
  it('decompress(compress(bytes)) = bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(300), fc.nat(400_000)), (length) => {
        const bytes = pattern(length);
        expect(Buffer.compare(zstdCodec.decompress(zstdCodec.compress(bytes), LIMIT), bytes)).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  it('cut anywhere are damage', () => {
    const packed = zstdCodec.compress(pattern(300));
    for (let length = 0; length < packed.length; length++)
      expect(() => zstdCodec.decompress(packed.subarray(0, length), LIMIT), `${length}`).toThrow(CodecError);
  });

  it('never give more than the limit', () => {
    const packed = zstdCodec.compress(new Uint8Array(1_000_000));
    expect(() => zstdCodec.decompress(packed, 999_999)).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }),
    );
    expect(zstdCodec.decompress(packed, 1_000_000).length).toBe(1_000_000);
  });
});

describe.skipIf(!hasTool('zstd'))('the zstd program', () => {
  const contents = [0, 1, 300, 131_072, 131_073, 700_000].map(pattern);

  it.each([
    ['zstd', '-3'],
    ['zstd-high', '-19'],
  ] as const)('reads what is written, and writes about as much: %s', (compression, level) => {
    for (const bytes of contents) {
      const packed = AEDAT4_CODECS[compression].compress(bytes);
      expect(Buffer.compare(pipe('zstd', ['-dcq'], packed), bytes)).toBe(0);
    }
    // What DV writes has at most some thousand events.
    const packet = contents[3]!;
    const theirs = pipe('zstd', ['-zcq', level, '--no-check'], packet);
    expect(AEDAT4_CODECS[compression].compress(packet).length).toBeLessThan(1.1 * theirs.length);
  });

  it.each([['-1'], ['-3', '--check'], ['-19', '--no-check'], ['--fast=5']])(
    'writes what is read: %s %s',
    (...options) => {
      for (const bytes of contents) {
        const packed = pipe('zstd', ['-zcq', ...options], bytes);
        expect(Buffer.compare(zstdCodec.decompress(packed, LIMIT), bytes)).toBe(0);
      }
    },
  );

  it('makes bombs that stop at the limit', () => {
    const bomb = pipe('zstd', ['-zcq', '-19'], new Uint8Array(50_000_000));
    expect(bomb.length).toBeLessThan(10_000);
    expect(() => zstdCodec.decompress(bomb, 1_000_000)).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }),
    );
  });
});
