import { gzipSync as nodeGzip } from 'node:zlib';
import { gzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { createDecoder, type CreateDecoderOptions } from '../../../src/formats/index.ts';
import { canonicalText, decodeAll } from '../../helpers/decode.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { joinBytes } from '../../helpers/round-trip.ts';
import { packedSamples, PLAIN } from './samples.ts';

const EVENTS = canonicalText(decodeAll(createDecoder(), PLAIN));
const csv = new TextEncoder().encode(
  `t,x,y,p\n${Array.from({ length: 60_000 }, (_, i) => `${i * 3},${(i * i) % 97},${i % 89},${i % 2}\n`).join('')}`,
);

function faultsOf(bytes: Uint8Array, options: CreateDecoderOptions = {}): string[] {
  const decoder = createDecoder(options);
  decodeAll(decoder, bytes, [1000]);
  return decoder.report.faults.map(({ code }) => code);
}

describe('packed recordings', () => {
  formatContract(packedSamples);

  it('are told by their content, and said to be packed', () => {
    const decoder = createDecoder({ policy: 'strict' });
    expect(canonicalText(decodeAll(decoder, packedSamples[0]!.bytes, [7]))).toBe(EVENTS);
    expect(decoder.detection?.format.id).toBe('evt3');
    expect(decoder.report).toMatchObject({ format: 'evt3', bytes: packedSamples[0]!.bytes.length });
    expect(decoder.report.notes[0]).toMatchObject({ code: 'PACKED', message: expect.stringMatching(/gzip/) });
    expect(canonicalText(decodeAll(createDecoder({ policy: 'strict' }), packedSamples[1]!.bytes))).toBe(
      EVENTS,
    );
  });

  it('gzip of several members, by Node and by fflate', () => {
    const whole = canonicalText(decodeAll(createDecoder(), csv));
    const bytes = joinBytes(
      new Uint8Array(nodeGzip(csv.subarray(0, 300_001))),
      gzipSync(csv.subarray(300_001)),
    );
    for (const sizes of [[Infinity], [4096], [17, 100_000]])
      expect(canonicalText(decodeAll(createDecoder({ policy: 'strict' }), bytes, sizes))).toBe(whole);
    const altered = bytes.slice();
    altered[bytes.length - 5]! ^= 1;
    expect(faultsOf(altered)).toEqual(['CORRUPT_DATA']);
    expect(faultsOf(bytes.subarray(0, -9))).toContain('TRUNCATED');
  });

  it('a bomb ends at the limit', () => {
    const zeros = new Uint8Array(2 ** 24);
    zeros.set(new TextEncoder().encode('t,x,y,p\n1,2,3,1\n'));
    const bombs = [gzipSync(zeros), zipSync({ 'a.csv': zeros })];
    for (const bomb of bombs) {
      expect(bomb.length).toBeLessThan(20_000);
      expect(() => decodeAll(createDecoder({ format: 'csv', maxUnpackedBytes: 2 ** 20 }), bomb)).toThrow(
        expect.objectContaining({ code: 'TOO_LARGE' }),
      );
    }
  });

  it('a zip archive with several recordings, or none, is refused by name', () => {
    const several = zipSync({ 'a.raw': PLAIN, 'b/c.raw': PLAIN });
    expect(() => decodeAll(createDecoder(), several)).toThrow(/"a.raw" and "b\/c.raw"/);
    expect(() => decodeAll(createDecoder(), zipSync({ 'a.md': PLAIN }))).toThrow(/No member/);
    const beside = createDecoder();
    expect(canonicalText(decodeAll(beside, zipSync({ 'readme.md': PLAIN, 'a.raw': PLAIN })))).toBe(EVENTS);
    expect(beside.report.notes.map(({ code }) => code)).toContain('OTHER_MEMBERS');
  });

  it('nothing is packed twice, and what a caller states holds for what is packed', () => {
    expect(() => decodeAll(createDecoder(), gzipSync(gzipSync(PLAIN)))).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_FORMAT' }),
    );
    const atis = Uint8Array.of(3, 4, 0x80, 1, 0);
    expect(decodeAll(createDecoder({ fileName: '00001.bin.gz' }), gzipSync(atis)).length).toBe(1);
    expect(decodeAll(createDecoder({ format: 'atis40', fileName: 'x.gz' }), gzipSync(atis)).length).toBe(1);
  });
});
