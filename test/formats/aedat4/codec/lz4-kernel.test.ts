import fc from 'fast-check';
import { xxHash32 } from 'js-xxhash';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SeededRandom } from '../../../../src/events/index.ts';
import { CodecError } from '../../../../src/formats/aedat4/codec/codec-error.ts';
import { AEDAT4_CODECS } from '../../../../src/formats/aedat4/codec/codec.ts';
import { Lz4Kernel } from '../../../../src/formats/aedat4/codec/lz4-kernel.ts';
import { endRun, startRun, type RecordRun } from '../../../../src/formats/records/run.ts';
import { joinBytes } from '../../../helpers/round-trip.ts';
import { hasTool, pipe } from '../../../helpers/tools.ts';

const LIMIT = 2 ** 26;
const lz4Codec = AEDAT4_CODECS.lz4;
const BLOCK_BYTES = 65_536;

let run: RecordRun;
beforeEach(() => {
  run = startRun(1000);
});
afterEach(() => {
  vi.restoreAllMocks();
  endRun(run);
});

type Outcome = { readonly bytes: string; readonly length: number } | { readonly fault: string };

function outcome(frame: Uint8Array, maxBytes: number, within?: RecordRun): Outcome {
  try {
    const bytes = lz4Codec.decompress(frame, maxBytes, within);
    return { bytes: Buffer.from(bytes).toString('base64'), length: bytes.length };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return { fault: `${error.code}: ${error.message}` };
  }
}

function expectEqual(frame: Uint8Array, maxBytes = LIMIT): Outcome {
  const plain = outcome(frame, maxBytes);
  expect(outcome(frame, maxBytes, run)).toEqual(plain);
  return plain;
}

function lengthBytes(rest: number): number[] {
  return [...Array<number>(Math.floor(rest / 255)).fill(255), rest % 255];
}

/** A sequence of random literals and, unless it is the last, a match. */
function sequence(random: SeededRandom, literals: number, match: readonly [number, number] | null): number[] {
  const bytes = Array.from({ length: literals }, () => random.integer(256));
  const extra = match === null ? 0 : match[1] - 4;
  return [
    (Math.min(15, literals) << 4) | Math.min(15, extra),
    ...(literals >= 15 ? lengthBytes(literals - 15) : []),
    ...bytes,
    ...(match === null ? [] : [match[0] & 0xff, match[0] >> 8]),
    ...(extra >= 15 ? lengthBytes(extra - 15) : []),
  ];
}

/** Small numbers mostly, others now and then. */
const few = (random: SeededRandom, most: number, rarely: number): number =>
  random.integer(random.integer(12) === 0 ? rarely : most);

/** A block that is right behind `before` bytes of output, and its bytes. */
function block(random: SeededRandom, before: number): { readonly bytes: number[]; readonly length: number } {
  const bytes: number[] = [];
  let length = 0;
  for (let left = random.integer(60); left > 0; left--) {
    const literals = few(random, 6, 300);
    const most = Math.min(BLOCK_BYTES - 1, before + length + literals);
    if (most === 0) continue;
    const usual = [16, 32, 1 + random.integer(15), 1 + random.integer(most)][random.integer(4)]!;
    const offset = Math.min(usual, most);
    const matched = 4 + few(random, 16, 900);
    bytes.push(...sequence(random, literals, [offset, matched]));
    length += literals + matched;
  }
  const last = few(random, 8, 40);
  bytes.push(...sequence(random, last, null));
  return { bytes, length: length + last };
}

/** A frame of linked blocks. */
function framed(
  blocks: readonly { readonly bytes: readonly number[]; readonly stored: boolean }[],
): Uint8Array {
  const descriptor = Uint8Array.of(0x40, 0x40);
  const parts = blocks.flatMap(({ bytes, stored }) => {
    const head = new Uint8Array(4);
    new DataView(head.buffer).setUint32(0, (bytes.length | (stored ? 2 ** 31 : 0)) >>> 0, true);
    return [head, Uint8Array.from(bytes)];
  });
  const check = (xxHash32(descriptor, 0) >>> 8) & 0xff;
  return joinBytes(Uint8Array.of(0x04, 0x22, 0x4d, 0x18, ...descriptor, check), ...parts, new Uint8Array(4));
}

/** A frame of linked blocks, some stored, all cut by up to so many bytes. */
function frameOf(random: SeededRandom, cut = 0): Uint8Array {
  let length = 0;
  return framed(
    Array.from({ length: 1 + random.integer(4) }, () => {
      const stored = random.integer(5) === 0;
      const made = block(random, length);
      length += stored ? made.bytes.length : made.length;
      return { bytes: made.bytes.slice(0, made.bytes.length - random.integer(cut + 1)), stored };
    }),
  );
}

describe('the kernel that decompresses LZ4', () => {
  it('runs here', () => {
    expect(run.space.kernel(Lz4Kernel)).not.toBeNull();
    const bytes = lz4Codec.decompress(lz4Codec.compress(new Uint8Array(1000)), LIMIT, run);
    expect(bytes.buffer).toBe(run.space.buffer);
  });

  it('equals the plain loop', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(expectEqual(frameOf(new SeededRandom(seed)))).toHaveProperty('bytes');
      }),
      { numRuns: 200 },
    );
  });

  it('equals it on damaged frames, and under any limit', () => {
    const faults = new Set<string>();
    fc.assert(
      fc.property(fc.nat(), fc.nat(3), fc.boolean(), (seed, flips, isLimited) => {
        const random = new SeededRandom(seed);
        const frame = frameOf(random, isLimited ? 0 : 12);
        for (let i = 0; i < flips; i++) frame[7 + random.integer(frame.length - 7)] = random.integer(256);
        const limit = isLimited ? random.integer(4 * frame.length) : LIMIT;
        const made = expectEqual(frame, limit);
        if ('fault' in made) faults.add(made.fault.replace(/\d{2,}/, 'N'));
      }),
      { numRuns: 1500 },
    );
    expect([...faults].filter((fault) => fault.includes('LZ4 block')).length).toBe(5);
    expect([...faults].join()).toContain('TOO_LARGE');
  });

  it('equals it on blocks of more than 64 KiB', () => {
    for (const matched of [BLOCK_BYTES - 6, BLOCK_BYTES - 5, 3 * BLOCK_BYTES]) {
      const random = new SeededRandom(matched);
      const bytes = [...sequence(random, 1, [1, matched]), ...sequence(random, 5, null)];
      const made = expectEqual(framed([{ bytes, stored: false }]));
      if (matched + 6 <= BLOCK_BYTES) expect(made).toHaveProperty('length', matched + 6);
      else expect(made).toHaveProperty('fault', expect.stringContaining('longer than it may be'));
    }
  });

  it('equals it where frames are cut', () => {
    const frame = frameOf(new SeededRandom(5));
    for (let length = 0; length < frame.length; length++) expectEqual(frame.subarray(0, length));
  });

  it.skipIf(!hasTool('lz4'))('reads what the lz4 program writes', () => {
    const random = new SeededRandom(6);
    const events = new Uint8Array(300_000);
    for (let at = 0; at < events.length; at += 16) {
      events[at] = at >> 4;
      events[at + 1] = at >> 11;
      for (const i of [8, 10, 12]) events[at + i] = random.integer(40);
    }
    for (const options of [['-B4', '-BD'], ['-B7', '-BD', '-9'], ['-B4', '-BI', '-BX'], ['-12']])
      expect(expectEqual(pipe('lz4', ['-zcq', ...options], events))).toHaveProperty('length', events.length);
  });

  it('keeps the events of its run while the memory grows', () => {
    const { t, x } = run.arrays;
    for (let i = 0; i < 1000; i++) [t[i], x[i]] = [i, i];
    run.length = 1000;
    const bytes = lz4Codec.decompress(lz4Codec.compress(new Uint8Array(20_000_000)), LIMIT, run);
    expect(bytes.length).toBe(20_000_000);
    const events = endRun(run);
    expect(Array.from(events.t)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(Array.from(events.x)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    run = startRun(1000);
  });

  it('leaves it to the plain loop where the memory cannot grow', () => {
    const frame = lz4Codec.compress(new Uint8Array(60_000_000));
    vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
      throw new RangeError('no memory');
    });
    const bytes = lz4Codec.decompress(frame, LIMIT, run);
    expect(bytes.length).toBe(60_000_000);
    expect(bytes.buffer).not.toBe(run.space.buffer);
  });
});
