import { execFileSync } from 'node:child_process';
import { gzipSync as nodeGzip } from 'node:zlib';
import { gzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { createDecoder, type CreateDecoderOptions } from '../../../src/formats/index.ts';
import { canonicalText, decodeAll } from '../../helpers/decode.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { tuplesOf } from '../../helpers/raw-words.ts';
import { joinBytes } from '../../helpers/round-trip.ts';
import { hasTool } from '../../helpers/tools.ts';
import { packedSamples, PLAIN, TEXT, ZSTD_TEXT } from './samples.ts';

const EVENTS = canonicalText(decodeAll(createDecoder(), PLAIN));
const csv = new TextEncoder().encode(
  `t,x,y,p\n${Array.from({ length: 60_000 }, (_, i) => `${i * 3},${(i * i) % 97},${i % 89},${i % 2}\n`).join('')}`,
);
const zstd = (bytes: Uint8Array, ...flags: string[]): Uint8Array =>
  new Uint8Array(execFileSync('zstd', ['-c', '-q', ...flags], { input: bytes, maxBuffer: 2 ** 28 }));

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
    expect(tuplesOf(createDecoder({ policy: 'strict' }), ZSTD_TEXT)).toEqual(
      tuplesOf(createDecoder(), new TextEncoder().encode(TEXT)),
    );
    expect(canonicalText(decodeAll(createDecoder({ policy: 'strict' }), packedSamples[2]!.bytes))).toBe(
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

  it.skipIf(!hasTool('zstd'))('zstd of several frames, with and without checksums, of any level', () => {
    const whole = canonicalText(decodeAll(createDecoder(), csv));
    for (const flags of [['-1'], ['-19'], ['--no-check', '-3']]) {
      const frames = [csv.subarray(0, 10), csv.subarray(10, 500_000), csv.subarray(500_000)];
      const skippable = Uint8Array.of(0x5e, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
      const [first, ...others] = frames.map((frame) => zstd(frame, ...flags));
      const bytes = joinBytes(first!, skippable, ...others);
      for (const sizes of [[Infinity], [1, 5000]])
        expect(canonicalText(decodeAll(createDecoder({ policy: 'strict' }), bytes, sizes))).toBe(whole);
    }
    const bytes = zstd(csv);
    const altered = bytes.slice();
    altered[bytes.length - 1]! ^= 1;
    expect(faultsOf(altered)).toEqual(['CORRUPT_DATA']);
    expect(faultsOf(bytes.subarray(0, -5))).toContain('TRUNCATED');
    expect(faultsOf(zstd(csv, '--long=28', '--ultra', '-3').map((byte, i) => (i === 5 ? 0xa0 : byte)))).toEqual(['TOO_LARGE']); // prettier-ignore
  });

  it('a bomb ends at the limit', () => {
    const zeros = new Uint8Array(2 ** 24);
    zeros.set(new TextEncoder().encode('t,x,y,p\n1,2,3,1\n'));
    const bombs = [gzipSync(zeros), zipSync({ 'a.csv': zeros }), ...(hasTool('zstd') ? [zstd(zeros)] : [])];
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
