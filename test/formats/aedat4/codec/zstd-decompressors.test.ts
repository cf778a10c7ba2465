import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { OptionError, SeededRandom } from '../../../../src/events/index.ts';
import { AEDAT4_CODECS } from '../../../../src/formats/aedat4/codec/codec.ts';
import { CodecError } from '../../../../src/formats/aedat4/codec/codec-error.ts';
import {
  decompressByKernel,
  decompressPlainly,
  type ZstdDecompressor,
} from '../../../../src/formats/aedat4/codec/zstd-decompressors.ts';
import { measureZstdFrame } from '../../../../src/formats/aedat4/codec/zstd-frame.ts';
import { Aedat4Encoder, prepareZstdEncoder } from '../../../../src/formats/index.ts';
import { nodeZlib } from '../../../../src/formats/compression/node-zlib.ts';
import { endRun, startRun } from '../../../../src/formats/records/run.ts';

const LIMIT = 2 ** 24;
const codec = AEDAT4_CODECS.zstd;

/** Structs of events, and noise. */
function content(length: number, seed: number): Uint8Array {
  const random = new SeededRandom(seed);
  return Uint8Array.from({ length }, (_, i) =>
    i % 16 < 2 ? i >> (4 + 8 * (i & 1)) : random.integer(1 + (seed % 90)),
  );
}

function outcome(decompress: ZstdDecompressor, frame: Uint8Array, maxBytes: number): string | null {
  try {
    const measured = measureZstdFrame(frame, maxBytes);
    const bytes = decompress(frame.subarray(0, measured.end), measured);
    return bytes && Buffer.from(bytes).toString('base64');
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

afterEach(() => {
  vi.restoreAllMocks();
});

it('without what compresses, zstd is refused and never stored', async () => {
  const options = { compression: 'zstd' } as const;
  if (nodeZlib()?.zstdCompressSync === undefined)
    expect(() => new Aedat4Encoder(options)).toThrow(
      expect.objectContaining({
        name: 'OptionError',
        message: expect.stringContaining('prepareZstdEncoder'),
      }),
    );
  await prepareZstdEncoder();
  expect(() => new Aedat4Encoder(options)).not.toThrow(OptionError);
});

describe('what decompresses ZSTD', () => {
  it('gives the same bytes in WebAssembly and in the plain loop', async () => {
    await prepareZstdEncoder();
    fc.assert(
      fc.property(fc.nat(200_000), fc.nat(1000), (length, seed) => {
        const bytes = content(length, seed);
        const frame = codec.compress(bytes);
        const whole = Buffer.from(bytes).toString('base64');
        expect(outcome(decompressByKernel, frame, LIMIT)).toBe(whole);
        expect(outcome(decompressPlainly, frame, LIMIT)).toBe(whole);
      }),
      { numRuns: 40 },
    );
  });

  it('survives damage', async () => {
    await prepareZstdEncoder();
    fc.assert(
      fc.property(fc.nat(40_000), fc.nat(1000), fc.integer({ min: 1, max: 4 }), (length, seed, flips) => {
        const random = new SeededRandom(seed);
        const frame = codec.compress(content(length, seed));
        for (let i = 0; i < flips; i++) frame[4 + random.integer(frame.length - 4)] = random.integer(256);
        const limit = random.integer(2) === 0 ? LIMIT : 1 + random.integer(50_000);
        const made = outcome(decompressByKernel, frame, limit);
        expect(made).not.toBeNull();
        expect(typeof outcome(decompressPlainly, frame, limit)).toBe('string');
      }),
      { numRuns: 300 },
    );
  });

  it('keeps small memory only', () => {
    const bomb = codec.compress(new Uint8Array(2 ** 26));
    expect(bomb.length).toBeLessThan(20_000);
    expect(codec.decompress(bomb, 2 ** 26).length).toBe(2 ** 26);
    const run = startRun(100);
    expect(codec.decompress(bomb, 2 ** 26, run).length).toBe(2 ** 26);
    expect(run.space.buffer.byteLength).toBeLessThan(2 ** 24);
    endRun(run);
  });

  it('gives memory of its own where the run cannot grow', () => {
    const bytes = content(500_000, 3);
    const frame = codec.compress(bytes);
    vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
      throw new RangeError('no memory');
    });
    const run = startRun(100);
    expect(Buffer.compare(codec.decompress(frame, LIMIT, run), bytes)).toBe(0);
    endRun(run);
  });
});
