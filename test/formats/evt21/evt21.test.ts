import { describe, expect, it } from 'vitest';
import { batchFromTuples } from '../../../src/events/index.ts';
import { Evt21Decoder, Evt21Encoder, type Trigger } from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { rawFile, tuplesOf } from '../../helpers/raw-words.ts';
import { referenceDecode } from '../../helpers/reference-decode.ts';
import { expectRoundTrip } from '../../helpers/round-trip.ts';
import { hasSharedData } from '../../helpers/shared-data.ts';
import { HEADER, swapped, WORDS, evt21Samples } from './samples.ts';

describe.skipIf(!hasSharedData)('the reference decode', () => {
  referenceDecode(['EVT21']);
});

formatContract(evt21Samples);

it('decode(encode(events)) = events', () => {
  expectRoundTrip({
    limits: { geometry: { width: 2048, height: 2048 }, maxTime: 2 ** 34 - 1 },
    encoder: () => new Evt21Encoder(),
  });
});

describe('words', () => {
  const expected = [
    [67, 32, 2, 1],
    [67, 34, 2, 1],
    [67, 63, 2, 1],
    [68, 0, 3, 0],
    ...Array.from({ length: 32 }, (_, i) => [132, 96 + i, 3, 0]),
  ];
  it('give an event for every bit of the mask, in ascending order', () => {
    const decoder = new Evt21Decoder();
    expect(tuplesOf(decoder, rawFile(HEADER, 8, WORDS))).toEqual(expected);
    expect(decoder.report.dropped).toMatchObject({ 'before-time': 32, 'not-a-pixel': 2 });
    expect(decoder.report.backwardSteps).toBe(0);
  });

  it.each([
    ['an option', HEADER, { endianness: 'legacy' }],
    ['the format line', '% format EVT21;endianness=legacy\n% end\n', {}],
    ['a line of its own', '% evt 2.1\n% endianness legacy\n% end\n', {}],
    ['the first TIME_HIGH', HEADER, {}],
  ] as const)('are swapped where %s says so', (_, header, options) => {
    const decoder = new Evt21Decoder(options);
    expect(tuplesOf(decoder, rawFile(header, 8, WORDS.map(swapped)))).toEqual(expected);
  });

  it('drop pixels beyond the width, and keep to the batch size', () => {
    const decoder = new Evt21Decoder({ geometry: { width: 100, height: 10 }, maxBatchEvents: 2 });
    const batches = decoder.push(rawFile(HEADER, 8, WORDS));
    expect(Math.max(...batches.map(({ length }) => length))).toBe(2);
    expect(batches.at(-1)!.x[1]).toBe(99);
    expect(decoder.report.dropped['outside-sensor']).toBe(28);
  });

  it('hand triggers to who listens', () => {
    const triggers: Trigger[] = [];
    const decoder = new Evt21Decoder({ sideChannels: { trigger: (item) => triggers.push(item) } });
    decodeAll(decoder, rawFile(HEADER, 8, WORDS));
    expect(triggers).toEqual([{ tMicros: 69, channel: 2, edge: 'rising' }]);
  });
});

it('writes one word for neighbours', () => {
  const row = Array.from({ length: 32 }, (_, i) => [9, 32 + i, 4, 1] as const);
  const encoder = new Evt21Encoder();
  encoder.push(batchFromTuples([[0, 0, 0, 0]]));
  expect(encoder.push(batchFromTuples(row)).length).toBe(8);
});
