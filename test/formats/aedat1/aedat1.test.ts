import { describe, expect, it } from 'vitest';
import { Aedat1Decoder, createDecoder, detectFormat } from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { digestOf } from '../../helpers/digest.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { referenceDecode } from '../../helpers/reference-decode.ts';
import { joinBytes } from '../../helpers/round-trip.ts';
import { expectedRows, hasSharedData, readShared } from '../../helpers/shared-data.ts';
import { aedat1Samples, dvs, HEADER, records, SOME } from './samples.ts';

describe.skipIf(!hasSharedData)('the reference decode', () => {
  referenceDecode(['AEDAT1.0']);

  it('without its header, by its name', () => {
    const [row] = expectedRows('AEDAT1.0');
    const bytes = readShared(row!.path);
    const start = bytes.length - 6 * row!.events;
    const decoder = createDecoder({ fileName: row!.path });
    expect(digestOf(decodeAll(decoder, bytes.subarray(start), [4099]))).toBe(row!.sha256);
    expect(decoder.report).toMatchObject({ format: 'aedat1', headerBytes: 0 });
  });
});

describe('the contract', () => {
  formatContract(aedat1Samples);
});

describe('records', () => {
  it('reads a record, its first byte 0x23 too', () => {
    const decoder = new Aedat1Decoder();
    const events = decodeAll(decoder, joinBytes(HEADER, records([dvs(10, 35, 0), 7], [dvs(127, 0, 1), 8])));
    expect([[...events.t], [...events.x], [...events.y], [...events.p]]).toEqual([
      [7, 8],
      [117, 0],
      [92, 127],
      [1, 0],
    ]);
    expect(decoder.report.headerBytes).toBe(HEADER.length);
  });

  it('drops words with bit 15, which still move the clock', () => {
    const top = 2 ** 31 - 5;
    const decoder = new Aedat1Decoder();
    const bytes = records([0, top], [0x8000, -(2 ** 31) + 1], [0, -(2 ** 31) + 7]);
    expect([...decodeAll(decoder, bytes).t]).toEqual([top, 2 ** 31 + 7]);
    expect(decoder.report).toMatchObject({ wraps: 1, dropped: { 'not-a-pixel': 1 } });
  });

  it('shares the conventions of AEDAT 2.0', () => {
    const events = decodeAll(new Aedat1Decoder({ convention: 'raw' }), records([dvs(10, 20, 1), -5]));
    expect([events.t[0], events.x[0], events.y[0], events.p[0]]).toEqual([-5, 10, 20, 1]);
    const decoder = new Aedat1Decoder({ convention: 'spikingjelly', geometry: { width: 128, height: 100 } });
    expect(decoder.geometry).toEqual({ width: 100, height: 128 });
  });
});

describe('detection', () => {
  it('is certain of the header', () => {
    expect(detectFormat(HEADER)).toMatchObject({ format: { id: 'aedat1' }, confidence: 'certain' });
  });

  it('needs a name or a word without one', () => {
    expect(detectFormat(SOME, { fileName: 'a.dat' })).toMatchObject({
      format: { id: 'aedat1' },
      confidence: 'plausible',
    });
    expect(detectFormat(SOME, { format: 'aedat1' })).toMatchObject({ confidence: 'stated' });
    expect(() => detectFormat(SOME)).toThrow(expect.objectContaining({ code: 'AMBIGUOUS_FORMAT' }));
  });

  it.each([
    ['few records', SOME.subarray(0, 30)],
    ['times all over', records(...Array.from({ length: 9 }, (_, i) => [0, i * 1e8] as const))],
    ['times that fall', records(...Array.from({ length: 9 }, (_, i) => [0, -i] as const))],
    ['no pixels', records(...Array.from({ length: 9 }, (_, i) => [0xffff, i] as const))],
  ])('does not guess from %s', (_, bytes) => {
    expect(() => detectFormat(bytes, { fileName: 'a.dat' })).toThrow(
      expect.objectContaining({ code: 'NOT_A_RECORDING' }),
    );
  });
});

it.each([
  ['BAD_HEADER', '#!AER-DAT2.0\r\n'],
  ['UNSUPPORTED_CHIP', '#!AER-DAT1.0\r\n# AEChip: eu.seebetter.ini.chips.davis.DAVIS240C\r\n'],
  ['UNSUPPORTED_CHIP', '#!AER-DAT1.0\r\n# AEChip: ch.unizh.ini.jaer.chip.cochlea.CochleaLP\r\n'],
])('%s', (code, header) => {
  const bytes = joinBytes(new TextEncoder().encode(header), SOME);
  expect(() => decodeAll(new Aedat1Decoder(), bytes)).toThrow(expect.objectContaining({ code }));
});
