import { describe, expect, it } from 'vitest';
import { batchFromTuples } from '../../../src/events/index.ts';
import { Evt3Decoder, Evt3Encoder, type Trigger } from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { rawFile, tuplesOf } from '../../helpers/raw-words.ts';
import { referenceDecode } from '../../helpers/reference-decode.ts';
import { encodeAll, expectRoundTrip } from '../../helpers/round-trip.ts';
import { hasSharedData, readShared } from '../../helpers/shared-data.ts';
import { HEADER, x, low, high, WORDS, evt3Samples } from './samples.ts';

describe.skipIf(!hasSharedData)('the reference decode', () => {
  referenceDecode(['EVT3']);

  it('the triggers of a recording', () => {
    const triggers: Trigger[] = [];
    const decoder = new Evt3Decoder({ sideChannels: { trigger: (item) => triggers.push(item) } });
    decodeAll(decoder, readShared('evt/evt3-trigger.raw'));
    expect(triggers).toEqual([
      { tMicros: 14547491, channel: 0, edge: 'falling' },
      { tMicros: 14549491, channel: 0, edge: 'rising' },
    ]);
  });
});

formatContract(evt3Samples);

it('decode(encode(events)) = events', () => {
  expectRoundTrip({
    limits: { geometry: { width: 2048, height: 2048 }, maxTime: 2 ** 34 - 1 },
    encoder: () => new Evt3Encoder(),
  });
});

it('keeps the state that words set, and counts what is no event', () => {
  const decoder = new Evt3Decoder();
  expect(tuplesOf(decoder, rawFile(HEADER, 2, WORDS))).toEqual([
    [4101, 2, 1, 1],
    ...[0, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24].map((i) => [4102, 100 + i, 1, 1]),
    [4102, 7, 2, 0],
    // A TIME_HIGH that changes sets the low part to 0; one that does not leaves it.
    [8192, 8, 2, 0],
    [8201, 9, 2, 1],
  ]);
  expect(decoder.report.dropped).toMatchObject({ 'before-time': 3, 'not-a-pixel': 7, 'unknown-type': 1 });
});

it('unwraps 24 bits; a fall by less than half is a step back', () => {
  const decoder = new Evt3Decoder();
  const words = [
    high(4095),
    low(4095),
    x(1, 1),
    high(0),
    low(1),
    x(1, 1),
    high(7),
    x(1, 1),
    high(6),
    x(1, 1),
  ];
  expect(tuplesOf(decoder, rawFile(HEADER, 2, words)).map(([t]) => t)).toEqual([
    2 ** 24 - 1,
    2 ** 24 + 1,
    2 ** 24 + 7 * 4096,
    2 ** 24 + 6 * 4096,
  ]);
  expect(decoder.report).toMatchObject({ wraps: 1, backwardSteps: 1 });
});

it('writes vectors for neighbours and bridges silences', () => {
  const row = Array.from({ length: 32 }, (_, i) => [9, 32 + i, 4, 1] as const);
  const encoder = new Evt3Encoder();
  encoder.push(batchFromTuples([[9, 0, 4, 0]]));
  expect(encoder.push(batchFromTuples(row)).length).toBe(8);
  const late = batchFromTuples([[2 ** 34 - 1, 1, 1, 1]]);
  const decoder = new Evt3Decoder();
  expect(decodeAll(decoder, encodeAll(new Evt3Encoder(), late)).t[0]).toBe(2 ** 34 - 1);
  expect(decoder.report.wraps).toBe(1023);
});

it('drops what lies outside the sensor, in vectors too', () => {
  const decoder = new Evt3Decoder({ geometry: { width: 105, height: 2 } });
  expect(tuplesOf(decoder, rawFile(HEADER, 2, WORDS)).map(([, column]) => column)).toEqual([2, 100]);
  expect(decoder.report.dropped['outside-sensor']).toBe(17);
});
