import { describe, expect, it } from 'vitest';
import { batchFromTuples, concatBatches } from '../../../src/events/index.ts';
import {
  createDecoder,
  detectFormat,
  EsDecoder,
  EsEncoder,
  type ColourEvent,
  type EsDecoderOptions,
  type ExposureEvent,
  type PayloadEvent,
} from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { digestOf } from '../../helpers/digest.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { referenceDecode } from '../../helpers/reference-decode.ts';
import { encodeAll, expectRoundTrip, joinBytes } from '../../helpers/round-trip.ts';
import { hasSharedData, readShared } from '../../helpers/shared-data.ts';
import {
  file,
  GENERIC,
  DVS,
  DISPLAY,
  COLOUR,
  geometry,
  events,
  generic,
  colour,
  atis,
  esSamples,
} from './samples.ts';

describe.skipIf(!hasSharedData)('real recordings', () => {
  referenceDecode(['ES2/dvs']);

  it('counts the overflows of the dvs recording', () => {
    const decoder = new EsDecoder({ policy: 'strict' });
    decodeAll(decoder, readShared('es/dvs.es'), [65_536]);
    expect(decoder.report).toMatchObject({ wraps: 6993, headerBytes: 20, faultCount: 0 });
  });

  it('reads the generic recording', () => {
    for (const chunks of [[Infinity], [1], [13, 4096]]) {
      const items: PayloadEvent[] = [];
      const decoder = createDecoder({ sideChannels: { payload: (item) => items.push(item) } });
      expect(decodeAll(decoder, readShared('es/generic.es'), chunks).length).toBe(0);
      const words = items.map(({ tMicros, bytes }) => [tMicros, new TextDecoder().decode(bytes)]);
      expect(words.slice(0, 3)).toEqual([
        [0, 'Lorem'],
        [616, 'ipsum'],
        [1896, 'dolor'],
      ]);
      expect(items.length).toBe(70);
      expect(items.at(-1)?.tMicros).toBe(1_207_922);
      expect(items.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(822);
      expect(decoder.report).toMatchObject({ variant: 'ES/other', wraps: 4724, side: { payload: 70 } });
    }
  });

  it('writes the dvs recording byte for byte as it was', () => {
    const bytes = readShared('es/dvs.es');
    const again = encodeAll(new EsEncoder(), decodeAll(new EsDecoder(), bytes));
    expect(Buffer.compare(again, bytes)).toBe(0);
  });
});

formatContract(esSamples);

describe('decode(encode(events)) = events', () => {
  it.each(['dvs', 'atis'] as const)('%s', (esType) => {
    expectRoundTrip({
      limits: { geometry: { width: 1280, height: 720 }, maxTime: 2 ** 22 },
      encoder: () => new EsEncoder({ esType }),
    });
  });

  it.each(['dvs', 'atis'] as const)('%s at every step up to three overflows', (esType) => {
    const steps = Array.from({ length: 600 }, (_, step) => step);
    let time = 0;
    const all = batchFromTuples(
      steps.map((step) => [(time += step), step % 304, step % 240, step % 2] as const),
      geometry,
    );
    const decoded = decodeAll(new EsDecoder(), encodeAll(new EsEncoder({ esType }), all));
    expect(digestOf(decoded)).toBe(digestOf(all));
  });

  it('no events, size known or not', () => {
    const sized = createDecoder();
    expect(decodeAll(sized, new EsEncoder({ geometry }).finish()).length).toBe(0);
    expect(sized.geometry).toEqual(geometry);
    expect(decodeAll(new EsDecoder(), new EsEncoder().finish()).length).toBe(0);
  });
});

describe('pixel events', () => {
  it('dvs: overflows take 127 µs, padding nothing, y counts from the bottom', () => {
    const bytes = file(DVS, [8, 4], 0xff, 0xfe, (3 << 1) | 1, 5, 0, 0, 0, 0xff, 0xff, 0, 6, 0, 3, 0, 0xff);
    const decoder = new EsDecoder({ policy: 'strict' });
    const batch = decodeAll(decoder, bytes);
    expect([[...batch.t], [...batch.x], [...batch.y], [...batch.p]]).toEqual([
      [130, 384],
      [5, 6],
      [3, 0],
      [1, 0],
    ]);
    expect(decoder.report).toMatchObject({ wraps: 4, truncatedBytes: 0, variant: 'ES2/dvs' });
  });

  it('atis: overflows count 63 µs by their low bits, threshold crossings go to who listens', () => {
    const crossings: ExposureEvent[] = [];
    const bytes = joinBytes(atis, Uint8Array.of((1 << 2) | 1, 4, 0, 0, 0, (1 << 2) | 3, 4, 0, 1, 0));
    const decoder = new EsDecoder({ sideChannels: { exposure: (item) => crossings.push(item) } });
    const batch = decodeAll(decoder, bytes, [1]);
    expect([[...batch.t], [...batch.y], [...batch.p]]).toEqual([
      [9, 9 + 63 * 6 + 2],
      [3, 0],
      [0, 1],
    ]);
    expect(crossings).toEqual([
      { tMicros: 390, x: 4, y: 3, second: false },
      { tMicros: 391, x: 4, y: 2, second: true },
    ]);
    expect(decoder.report).toMatchObject({ side: { exposure: 2 }, variant: 'ES2/atis', wraps: 3 });
    const deaf = new EsDecoder();
    decodeAll(deaf, bytes);
    expect(deaf.report).toMatchObject({ side: { exposure: 0 }, dropped: { 'not-a-pixel': 2 } });
  });

  it('drops what lies outside the sensor, and bounds its batches', () => {
    const bytes = file(DVS, [8, 4], ...[0, 8, 0, 0, 0], ...[0, 7, 0, 4, 0], ...[2, 7, 0, 3, 0]);
    const decoder = new EsDecoder();
    expect([...decodeAll(decoder, bytes).t]).toEqual([1]);
    expect(decoder.report.dropped['outside-sensor']).toBe(2);
    const batches = new EsDecoder({ maxBatchEvents: 4 }).push(encodeAll(new EsEncoder(), events));
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(4);
    expect(digestOf(concatBatches(batches))).toBe(digestOf(events));
  });

  it('keeps what came before a cut event', () => {
    const bytes = encodeAll(new EsEncoder(), events);
    const decoder = new EsDecoder();
    expect(decodeAll(decoder, bytes.subarray(0, -2)).length).toBe(events.length - 1);
    expect(decoder.report).toMatchObject({ truncatedBytes: 3, truncatedAt: bytes.length - 5 });
    const strict = new EsDecoder({ policy: 'strict' });
    expect(() => decodeAll(strict, bytes.subarray(0, -2))).toThrow(
      expect.objectContaining({ code: 'TRUNCATED', byteOffset: bytes.length - 5 }),
    );
  });
});

describe('other types', () => {
  const read = (bytes: Uint8Array, options: EsDecoderOptions = {}, chunk = 3) => {
    const items: (ColourEvent | PayloadEvent)[] = [];
    const take = (item: ColourEvent | PayloadEvent): number => items.push(item);
    const decoder = new EsDecoder({ ...options, sideChannels: { colour: take, payload: take } });
    decodeAll(decoder, bytes, [chunk]);
    return { items, decoder };
  };

  it('generic: payloads with sizes of several bytes', () => {
    expect(read(generic).items).toEqual([
      { tMicros: 5, bytes: Uint8Array.of(1, 2) },
      { tMicros: 265, bytes: Uint8Array.of(7, 8, 9) },
      { tMicros: 520, bytes: new Uint8Array(0) },
    ]);
    const long = new Uint8Array(1000).fill(7);
    const bytes = joinBytes(file(GENERIC, null, 1, ((1000 & 127) << 1) | 1, (1000 >> 7) << 1), long);
    expect(read(bytes).items).toEqual([{ tMicros: 1, bytes: long }]);
  });

  it('generic: payloads beyond the limit are left out, what follows is read', () => {
    const tooLong = joinBytes(Uint8Array.of(1, 4 << 1), new Uint8Array(4));
    const bytes = joinBytes(generic, tooLong, Uint8Array.of(2, 1 << 1, 9), tooLong);
    const second = bytes.length - tooLong.length;
    for (const chunk of [1, 3, Infinity]) {
      const { items, decoder } = read(bytes, { maxPayloadBytes: 3 }, chunk);
      expect(items.map(({ tMicros }) => tMicros)).toEqual([5, 265, 520, 523]);
      expect(decoder.report.faults).toMatchObject([
        { code: 'TOO_LARGE', byteOffset: generic.length },
        { code: 'TOO_LARGE', byteOffset: second },
      ]);
    }
    expect(() => read(bytes, { maxPayloadBytes: 3, policy: 'strict' })).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE', byteOffset: generic.length }),
    );
  });

  it('generic: nothing is read behind a size without end', () => {
    const bytes = joinBytes(generic, Uint8Array.of(0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0));
    const { items, decoder } = read(bytes);
    expect(items).toHaveLength(3);
    expect(decoder.report).toMatchObject({
      faults: [{ code: 'CORRUPT_DATA', byteOffset: generic.length }],
      truncatedBytes: 0,
    });
    expect(() => read(bytes, { policy: 'strict' })).toThrow(
      expect.objectContaining({ code: 'CORRUPT_DATA', byteOffset: generic.length }),
    );
  });

  it('colour', () => {
    expect(read(colour).items).toEqual([
      { tMicros: 5, x: 1, y: 3, rgb: [10, 20, 30] },
      { tMicros: 265, x: 7, y: 0, rgb: [40, 50, 60] },
    ]);
    expect(read(file(COLOUR, [8, 4], 5, 8, 0, 0, 0, 1, 1, 1)).decoder.report.dropped).toMatchObject({
      'outside-sensor': 1,
    });
  });

  it('colour of an older version, without a size in its header, needs a stated one', () => {
    const old = file(COLOUR, null, 0, 0, 0xef, 0xa3, 0, 10, 20, 30);
    const tall = { width: 0xf000, height: 0xf000 };
    expect(() => read(old)).toThrow(expect.objectContaining({ code: 'BAD_HEADER', byteOffset: 16 }));
    expect(read(old, { geometry: tall }).items).toEqual([
      { tMicros: 0, x: 0xef00, y: 0xf000 - 1 - 0xa3, rgb: [10, 20, 30] },
    ]);
  });

  it('display is counted', () => {
    const { decoder } = read(file(DISPLAY, null, 0xff, 0xfe, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    expect(decoder.report).toMatchObject({ dropped: { 'not-a-pixel': 2 }, truncatedBytes: 1 });
  });
});

describe('headers', () => {
  it.each([
    ['an unknown type', file(5, null, 0, 0, 0, 0), 'BAD_HEADER'],
    ['a sensor of impossible size', file(DVS, [0, 41_967], 0), 'BAD_HEADER'],
    ['events without a size', file(DVS, [0, 0], 0, 0, 0, 0, 0), 'BAD_HEADER'],
    [
      'another version',
      joinBytes(new TextEncoder().encode('Event Stream'), Uint8Array.of(0, 1, 1)),
      'UNSUPPORTED_FORMAT',
    ],
    ['another signature', new TextEncoder().encode('Event Scream'), 'BAD_HEADER'],
  ])('%s', (_, bytes, code) => {
    expect(() => decodeAll(new EsDecoder(), bytes)).toThrow(expect.objectContaining({ code }));
  });

  it('are told from the first bytes', () => {
    expect(detectFormat(file(DVS, [320, 240]))).toMatchObject({
      format: { id: 'es' },
      confidence: 'certain',
      sniff: { variant: 'ES2/dvs', geometry: { width: 320, height: 240 } },
    });
    expect(detectFormat(generic).sniff).toEqual({ confidence: 'certain', variant: 'ES/other' });
  });
});

it('refuses what it cannot hold', () => {
  for (const [t, x, y] of [
    [-1, 0, 0],
    [NaN, 0, 0],
    [0, 304, 0],
    [0, 0, 240],
    [2 ** 32, 0, 0],
  ] as const) {
    expect(() => new EsEncoder().push(batchFromTuples([[t, x, y, 1]], geometry))).toThrow(
      expect.objectContaining({ code: 'UNENCODABLE_EVENT' }),
    );
  }
  const back = batchFromTuples(
    [
      [5, 0, 0, 1],
      [4, 0, 0, 1],
    ],
    geometry,
  );
  expect(() => new EsEncoder().push(back)).toThrow(/Sort/);
  expect(() => new EsEncoder().push(batchFromTuples([[0, 0, 0, 1]]))).toThrow(/state geometry/);
  expect(() => new EsEncoder({ esType: 'colour' as 'dvs' })).toThrow(
    expect.objectContaining({ option: 'esType' }),
  );
});
