import { describe, expect, it } from 'vitest';
import { batchFromTuples } from '../../../src/events/index.ts';
import {
  createDecoder,
  DatDecoder,
  DatEncoder,
  detectFormat,
  type Trigger,
} from '../../../src/formats/index.ts';
import { looksLikeDat1 } from '../../../src/formats/dat/record.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { referenceDecode } from '../../helpers/reference-decode.ts';
import { encodeAll, expectRoundTrip, joinBytes } from '../../helpers/round-trip.ts';
import { hasSharedData } from '../../helpers/shared-data.ts';
import { DAT_TRIGGERS, datRecords, datSamples, HEADERLESS_DAT1 } from './samples.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
describe.skipIf(!hasSharedData)('the reference decode', () => {
  referenceDecode(['DAT1', 'DAT2']);
});

formatContract(datSamples);

describe('decode(encode(events)) = events', () => {
  it('version 2, times beyond 32 bits', () => {
    expectRoundTrip({
      limits: { geometry: { width: 16_384, height: 16_384 }, maxTime: 2 ** 31 - 1 },
      encoder: () => new DatEncoder(),
    });
  });
  it('version 1', () => {
    expectRoundTrip({
      limits: { geometry: { width: 512, height: 256 }, maxTime: 2 ** 31 - 1, backward: true },
      encoder: () => new DatEncoder({ datVersion: 1 }),
      options: { format: 'dat' },
    });
  });
  it('an hour and more apart, over the wrap', () => {
    const long = batchFromTuples([0, 1, 2, 3, 4, 5].map((i) => [i * (2 ** 31 - 1), i, i, 1] as const));
    const decoder = new DatDecoder();
    expect([...decodeAll(decoder, encodeAll(new DatEncoder(), long)).t]).toEqual([...long.t]);
    expect(decoder.report.wraps).toBe(2);
  });
});

describe('records', () => {
  it('reads the fields of version 2 up to their top bits', () => {
    const bytes = datRecords(8, [77, ((9 << 28) | (8191 << 14) | 300) >>> 0]);
    const [batch] = new DatDecoder().push(joinBytes(text('% Version 2\n'), Uint8Array.of(0, 8), bytes));
    expect([batch?.t[0], batch?.x[0], batch?.y[0], batch?.p[0]]).toEqual([77, 300, 8191, 1]);
  });

  it('steps by the stated size', () => {
    const bytes = joinBytes(
      text('% Version 2\n'),
      Uint8Array.of(0x0c, 11),
      datRecords(11, [1, 5], [2, 6], [3, 7]),
    );
    expect([...decodeAll(new DatDecoder(), bytes).x]).toEqual([5, 6, 7]);
  });

  it('delivers triggers to who listens, and counts them otherwise', () => {
    const triggers: Trigger[] = [];
    const decoder = new DatDecoder({ sideChannels: { trigger: (item) => triggers.push(item) } });
    expect(decodeAll(decoder, DAT_TRIGGERS).length).toBe(0);
    expect(triggers).toEqual([
      { tMicros: 2 ** 32 - 5, channel: 0, edge: 'rising' },
      { tMicros: 2 ** 32 + 3, channel: 2, edge: 'falling' },
      { tMicros: 2 ** 32 + 9, channel: 5, edge: 'rising' },
    ]);
    expect(decoder.report).toMatchObject({ wraps: 1, side: { trigger: 3 }, dropped: { 'not-a-pixel': 0 } });
    const deaf = new DatDecoder();
    decodeAll(deaf, DAT_TRIGGERS);
    expect(deaf.report).toMatchObject({ side: { trigger: 0 }, dropped: { 'not-a-pixel': 3 } });
  });

  it('drops what lies outside the stated sensor', () => {
    const bytes = joinBytes(
      text('% Width 4\n% Height 4\n'),
      Uint8Array.of(0x0c, 8),
      datRecords(8, [1, 3], [2, 4]),
    );
    const decoder = new DatDecoder();
    expect(decodeAll(decoder, bytes).length).toBe(1);
    expect(decoder.report.dropped['outside-sensor']).toBe(1);
  });
});

describe('headers', () => {
  it.each([
    ['an unknown type', Uint8Array.of(0x25, 8)],
    ['a size below 8', Uint8Array.of(0, 7)],
  ])('%s is refused', (_, bytes) => {
    const decoder = new DatDecoder();
    expect(() => decoder.push(joinBytes(text('% Version 2\n% end\n'), bytes))).toThrow(
      expect.objectContaining({ code: 'BAD_HEADER', byteOffset: expect.any(Number) }),
    );
  });

  it('RAW data are not DAT', () => {
    expect(() => createDecoder({ format: 'dat' }).push(new Uint8Array(0))).not.toThrow();
    expect(() => new DatDecoder().push(text('% evt 3.0\n% end\n.'))).toThrow(
      expect.objectContaining({ code: 'BAD_HEADER' }),
    );
  });

  it('a headerless recording needs its name or a word', () => {
    const bytes = HEADERLESS_DAT1;
    expect(detectFormat(bytes, { fileName: 'cl_60.dat' })).toMatchObject({
      format: { id: 'dat' },
      confidence: 'plausible',
    });
    expect(() => detectFormat(bytes)).toThrow(expect.objectContaining({ code: 'AMBIGUOUS_FORMAT' }));
  });
});

describe('what looks like version 1 without a header', () => {
  const looks = (...words: [number, number][]): boolean => looksLikeDat1(datRecords(8, ...words));

  it('goes forward in time, by steps of a second at most, with free bits that are 0', () => {
    expect(looks([7, 2 ** 18 - 1])).toBe(true);
    expect(looks([7, 2 ** 18])).toBe(false);
    expect(looks([2 ** 32 - 1, 1])).toBe(true);
    expect(looks([50, 1], [50, 1], [1_000_050, 1])).toBe(true);
    expect(looks([50, 1], [1_000_051, 1])).toBe(false);
    expect(looks([5, 1], [4, 1])).toBe(false);
    expect(looks([5, 1], [6, 2 ** 31])).toBe(false);
    expect(looksLikeDat1(new Uint8Array(7))).toBe(false);
    expect(looksLikeDat1(joinBytes(datRecords(8, [5, 1]), Uint8Array.of(0, 0)))).toBe(true);
  });

  it('is told from the first 64 records', () => {
    const words = Array.from({ length: 64 }, (_, i): [number, number] => [10 * i, 1]);
    expect(looks(...words, [0, 1])).toBe(true);
    expect(looks(...words.slice(1), [0, 1])).toBe(false);
  });
});

describe('triggers', () => {
  const read = (...words: [number, number][]): { times: number[]; wraps: number } => {
    const times: number[] = [];
    const decoder = new DatDecoder({ sideChannels: { trigger: ({ tMicros }) => times.push(tMicros) } });
    const head = joinBytes(text('% Version 2\n'), Uint8Array.of(0x0e, 8));
    decodeAll(decoder, joinBytes(head, datRecords(8, ...words)));
    return { times, wraps: decoder.report.wraps };
  };

  it('have the clock of events: a fall by more than half the range is a wrap', () => {
    const top = 2 ** 32 - 1;
    expect(read([top, 0], [top - 2 ** 31, 0])).toEqual({ times: [top, top - 2 ** 31], wraps: 0 });
    expect(read([top, 0], [top - 2 ** 31 - 1, 0], [top, 1], [0, 1])).toEqual({
      times: [top, 2 ** 32 + top - 2 ** 31 - 1, 2 ** 32 + top, 2 ** 33],
      wraps: 2,
    });
  });
});

it('goes on where the counter wraps, but not back over it', () => {
  const at = (...times: number[]) => batchFromTuples(times.map((t) => [t, 1, 1, 1] as const));
  const times = [2 ** 32 - 5, 2 ** 32 + 5, 2 ** 32 + 1, 2 ** 33 - 2 ** 30, 2 ** 33 + 2 ** 29];
  const decoder = new DatDecoder({ policy: 'strict' });
  expect([...decodeAll(decoder, encodeAll(new DatEncoder(), at(...times))).t]).toEqual(times);
  expect(decoder.report).toMatchObject({ wraps: 2, backwardSteps: 1 });
  const encoder = new DatEncoder();
  encoder.push(at(2 ** 32 - 5, 2 ** 32 + 5));
  expect(() => encoder.push(at(2 ** 32 - 4))).toThrow(/passes a multiple/);
});

it('refuses what it cannot hold', () => {
  for (const [t, x, y] of [
    [-1, 0, 0],
    [0, 16_384, 0],
    [0, 0, 16_384],
    [2 ** 32, 0, 0],
    [0.5, 0, 0],
  ] as const) {
    expect(() => new DatEncoder().push(batchFromTuples([[t, x, y, 1]]))).toThrow(
      expect.objectContaining({ code: 'UNENCODABLE_EVENT' }),
    );
  }
});
