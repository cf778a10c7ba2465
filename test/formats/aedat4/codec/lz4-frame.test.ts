import fc from 'fast-check';
import { xxHash32 } from 'js-xxhash';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../src/events/index.ts';
import { CodecError } from '../../../../src/formats/aedat4/codec/codec-error.ts';
import { AEDAT4_CODECS } from '../../../../src/formats/aedat4/codec/codec.ts';
import { joinBytes } from '../../../helpers/round-trip.ts';
import { hasTool, pipe } from '../../../helpers/tools.ts';

const LIMIT = 2 ** 26;
const lz4Codec = AEDAT4_CODECS.lz4;

/** Bytes that repeat, near and far, as packets of events do. */
function repetitive(length: number, seed: number): Uint8Array {
  const random = new SeededRandom(seed);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = Math.min(length - at, 1 + random.integer(40));
    if (at > 100 && random.integer(3) > 0) {
      const from = random.integer(Math.min(at, 60_000));
      bytes.copyWithin(at, at - 1 - from, at - 1 - from + count);
    } else for (let i = 0; i < count; i++) bytes[at + i] = random.integer(256);
    at += count;
  }
  return bytes;
}

/** Events as packets have them, one by one. */
function eventStructs(events: number): Uint8Array {
  const random = new SeededRandom(8);
  const bytes = new Uint8Array(16 * events);
  const view = new DataView(bytes.buffer);
  let time = 0;
  for (let at = 0; at < bytes.length; at += 16) {
    time += random.integer(20);
    view.setUint32(at, time, true);
    view.setUint16(at + 8, 40 + random.integer(30), true);
    view.setUint16(at + 10, 70 + random.integer(30), true);
    view.setUint8(at + 12, random.integer(2));
  }
  return bytes;
}

/** A frame of blocks that are given as they stand. */
function frame(flags: number, ...blocks: readonly Uint8Array[]): Uint8Array {
  const descriptor = Uint8Array.of(flags, 0x40);
  const parts = blocks.flatMap((block) => [
    Uint8Array.of(block.length & 0xff, block.length >> 8, 0, 0),
    block,
  ]);
  return joinBytes(
    Uint8Array.of(0x04, 0x22, 0x4d, 0x18, ...descriptor, (xxHash32(descriptor, 0) >>> 8) & 0xff),
    ...parts,
    new Uint8Array(4),
  );
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
/** Five literals; then a match of 8 bytes, 5 back, and five literals. */
const FIRST = Uint8Array.of(0x50, ...text('abcde'));
const SECOND = Uint8Array.of(0x04, 5, 0, 0x50, ...text('vwxyz'));

describe('frames', () => {
  it('decompress(compress(bytes)) = bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(200_000), fc.nat(1000), (head, length, seed) => {
        const bytes = joinBytes(head, repetitive(length, seed));
        const packed = lz4Codec.compress(bytes);
        expect(Buffer.compare(lz4Codec.decompress(packed, LIMIT), bytes)).toBe(0);
        expect(packed.length).toBeLessThan(bytes.length + 100);
      }),
      { numRuns: 40 },
    );
  });

  it('matches of linked blocks reach into the block before', () => {
    expect(new TextDecoder().decode(lz4Codec.decompress(frame(0x40, FIRST, SECOND), LIMIT))).toBe(
      'abcdeabcdeabcvwxyz',
    );
  });

  it.each([
    ['a match before the start', frame(0x40, SECOND)],
    ['an offset of 0', frame(0x40, FIRST, Uint8Array.of(0x04, 0, 0, 0x50, ...text('vwxyz')))],
    ['a block without last literals', frame(0x40, FIRST, Uint8Array.of(0x04, 5, 0))],
    ['another magic number', joinBytes(Uint8Array.of(1), frame(0x40, FIRST).subarray(1))],
    ['another version', frame(0x80, FIRST)],
    ['a dictionary', frame(0x41, FIRST)],
    ['a damaged descriptor', frame(0x40, FIRST).fill(0x50, 5, 6)],
  ])('%s is damage', (_, bytes) => {
    expect(() => lz4Codec.decompress(bytes, LIMIT)).toThrow(
      expect.objectContaining({ code: 'CORRUPT_DATA' }),
    );
  });

  it('cut anywhere is damage', () => {
    const packed = lz4Codec.compress(repetitive(3000, 1));
    for (let length = 0; length < packed.length; length++)
      expect(() => lz4Codec.decompress(packed.subarray(0, length), LIMIT)).toThrow(CodecError);
  });

  it('never gives more than the limit', () => {
    const bomb = lz4Codec.compress(new Uint8Array(1_000_000));
    expect(() => lz4Codec.decompress(bomb, 999_999)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
    expect(lz4Codec.decompress(bomb, 1_000_000).length).toBe(1_000_000);
  });
});

describe.skipIf(!hasTool('lz4'))('the lz4 program', () => {
  const contents = [0, 1, 12, 13, 65_536, 65_537, 700_000].map((length) => repetitive(length, length));
  contents.push(Uint8Array.from({ length: 100_000 }, (_, i) => Math.imul(i, 2_654_435_761) >>> 13));

  it('reads what is written', () => {
    for (const compression of ['lz4', 'lz4-high'] as const)
      for (const bytes of contents) {
        const packed = AEDAT4_CODECS[compression].compress(bytes);
        expect(Buffer.compare(pipe('lz4', ['-dcq'], packed), bytes)).toBe(0);
        expect(Buffer.compare(lz4Codec.decompress(packed, LIMIT), bytes)).toBe(0);
      }
  });

  it.each([
    ['lz4', '-1', 1.1],
    // The program also looks for the best way through overlapping matches.
    ['lz4-high', '-9', 1.2],
  ] as const)('writes about as much as %s', (compression, level, most) => {
    const bytes = eventStructs(8000);
    const packed = AEDAT4_CODECS[compression].compress(bytes);
    const theirs = pipe('lz4', ['-zcq', level, '-B4', '-BD', '--no-frame-crc'], bytes);
    expect(packed.length).toBeLessThan(most * theirs.length);
    expect(packed.length).toBeLessThan(bytes.length / 1.5);
  });

  it.each([
    ['linked blocks', ['-B4', '-BD']],
    ['linked blocks of 4 MB, high', ['-B7', '-BD', '-9']],
    ['independent blocks', ['-B4', '-BI']],
    ['block checksums', ['-B4', '-BX']],
    ['no content checksum', ['--no-frame-crc']],
    ['the fastest', ['--fast=9']],
    ['the smallest', ['-12', '-BD', '-B5']],
  ])('writes what is read: %s', (_, options) => {
    for (const bytes of contents) {
      const packed = pipe('lz4', ['-zcq', ...options], bytes);
      expect(Buffer.compare(lz4Codec.decompress(packed, LIMIT), bytes)).toBe(0);
    }
  });

  it('writes checksums, by which every flipped bit is found', () => {
    const packed = pipe('lz4', ['-zcq', '-B4', '-BX'], repetitive(2000, 3));
    const random = new SeededRandom(4);
    for (let i = 0; i < 500; i++) {
      const damaged = packed.slice();
      damaged[random.integer(packed.length)]! ^= 1 << random.integer(8);
      expect(() => lz4Codec.decompress(damaged, LIMIT)).toThrow(CodecError);
    }
  });
});
