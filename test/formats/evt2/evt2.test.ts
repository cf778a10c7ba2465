import { describe, expect, it } from 'vitest';
import { batchFromTuples } from '../../../src/events/index.ts';
import { detectFormat, Evt2Decoder, Evt2Encoder, type Trigger } from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { rawFile, tuplesOf } from '../../helpers/raw-words.ts';
import { referenceDecode } from '../../helpers/reference-decode.ts';
import { expectRoundTrip } from '../../helpers/round-trip.ts';
import { hasSharedData } from '../../helpers/shared-data.ts';
import { HEADER, high, cd, evt2Samples, WORDS } from './samples.ts';

describe.skipIf(!hasSharedData)('the reference decode', () => {
  referenceDecode(['EVT2']);
});

formatContract(evt2Samples);

it('decode(encode(events)) = events', () => {
  expectRoundTrip({
    limits: { geometry: { width: 2048, height: 2048 }, maxTime: 2 ** 34 - 1 },
    encoder: () => new Evt2Encoder(),
  });
});

describe('time', () => {
  it('drops events before the first TIME_HIGH and counts them', () => {
    const decoder = new Evt2Decoder();
    expect(tuplesOf(decoder, rawFile(HEADER, 4, [cd(1, 3, 1, 2), high(2), cd(1, 3, 1, 2)]))).toEqual([
      [131, 1, 2, 1],
    ]);
    expect(decoder.report.dropped['before-time']).toBe(1);
  });

  it('unwraps 34 bits, and takes a smaller fall for a step back', () => {
    const decoder = new Evt2Decoder();
    const top = 2 ** 28 - 1;
    const words = [
      high(top),
      cd(0, 63, 1, 1),
      high(0),
      cd(0, 0, 1, 1),
      high(5),
      cd(0, 0, 1, 1),
      high(4),
      cd(0, 0, 1, 1),
    ];
    expect(tuplesOf(decoder, rawFile(HEADER, 4, words)).map(([t]) => t)).toEqual([
      2 ** 34 - 1,
      2 ** 34,
      2 ** 34 + 320,
      2 ** 34 + 256,
    ]);
    expect(decoder.report).toMatchObject({ wraps: 1, backwardSteps: 1, resets: 0 });
  });
});

describe('words that are no pixel events', () => {
  it('are skipped and counted', () => {
    const decoder = new Evt2Decoder();
    expect(tuplesOf(decoder, rawFile(HEADER, 4, WORDS))).toEqual([[65, 2047, 2047, 1]]);
    expect(decoder.report.dropped).toMatchObject({ 'before-time': 1, 'not-a-pixel': 3, 'unknown-type': 1 });
  });
  it('triggers go to who listens', () => {
    const triggers: Trigger[] = [];
    const decoder = new Evt2Decoder({ sideChannels: { trigger: (item) => triggers.push(item) } });
    decodeAll(decoder, rawFile(HEADER, 4, WORDS));
    expect(triggers).toEqual([
      { tMicros: 71, channel: 3, edge: 'rising' },
      { tMicros: 72, channel: 31, edge: 'falling' },
    ]);
  });
});

describe('headers', () => {
  it('state the geometry in three ways, and nothing outside it gets through', () => {
    for (const line of ['% format EVT2;height=4;width=3', '% geometry 3x4', '% Width 3\n% Height 4']) {
      const decoder = new Evt2Decoder();
      const file = rawFile(`% evt 2.0\n${line}\n% end\n`, 4, [
        high(0),
        cd(1, 0, 2, 3),
        cd(1, 0, 3, 3),
        cd(1, 0, 2, 4),
      ]);
      expect(tuplesOf(decoder, file)).toEqual([[0, 2, 3, 1]]);
      expect(decoder.geometry).toEqual({ width: 3, height: 4 });
      expect(decoder.report.dropped['outside-sensor']).toBe(2);
    }
  });

  it('name the encoding; another one is refused', () => {
    expect(() => new Evt2Decoder().push(rawFile('% evt 3.0\n% end\n', 4, [0]))).toThrow(
      expect.objectContaining({ code: 'BAD_HEADER' }),
    );
    expect(detectFormat(rawFile('% format EVT2;height=4;width=3\n% end\n', 4, [high(0)]))).toMatchObject({
      format: { id: 'evt2' },
      sniff: { variant: 'EVT2', geometry: { width: 3, height: 4 } },
    });
    expect(() => detectFormat(rawFile('% format EVT4\n% end\n', 4, [0]))).toThrow(/EVT4/);
  });
});

it('refuses what it cannot hold', () => {
  for (const [t, x, y] of [
    [-1, 0, 0],
    [2 ** 34, 0, 0],
    [0, 2048, 0],
    [0, 0, 2048],
  ] as const) {
    expect(() => new Evt2Encoder().push(batchFromTuples([[t, x, y, 1]]))).toThrow(
      expect.objectContaining({ code: 'UNENCODABLE_EVENT' }),
    );
  }
  expect(() =>
    new Evt2Encoder().push(
      batchFromTuples([
        [5, 0, 0, 1],
        [4, 0, 0, 1],
      ]),
    ),
  ).toThrow(/not before/);
  expect(() => new Evt2Encoder({ geometry: { width: 4000, height: 1 } })).toThrow(
    expect.objectContaining({ option: 'geometry' }),
  );
});
