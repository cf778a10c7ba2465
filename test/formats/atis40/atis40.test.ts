import { describe, expect, it } from 'vitest';
import { batchFromTuples, type EventTuple } from '../../../src/events/index.ts';
import { Atis40Decoder, Atis40Encoder, parseAtis40Records } from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { referenceDecode } from '../../helpers/reference-decode.ts';
import { expectRoundTrip } from '../../helpers/round-trip.ts';
import { hasSharedData } from '../../helpers/shared-data.ts';
import { atis40Samples } from './samples.ts';

describe.skipIf(!hasSharedData)('real recordings', () => {
  referenceDecode(['ATIS40'], ({ width, height }) => (width === 0 ? {} : { geometry: { width, height } }));
});

formatContract(atis40Samples);

it('decode(encode(events)) = events', () => {
  expectRoundTrip({
    limits: { geometry: { width: 256, height: 240 }, maxTime: 2 ** 23 - 1, backward: true },
    encoder: () => new Atis40Encoder(),
    options: { format: 'atis40' },
  });
});

describe('records', () => {
  it('adds 2^13 µs per overflow marker and leaves it out', () => {
    const bytes = Uint8Array.of(1, 2, 0, 0, 5, 0, 240, 0, 0, 0, 3, 4, 0x80, 0, 6);
    const decoder = new Atis40Decoder();
    expect([...decodeAll(decoder, bytes).t]).toEqual([5, 8198]);
    expect(decoder.report.wraps).toBe(1);
    expect(decodeAll(new Atis40Decoder({ overflowMarkers: false }), bytes).length).toBe(3);
  });

  it('counts events outside the sensor', () => {
    const decoder = new Atis40Decoder({ geometry: { width: 34, height: 34 } });
    expect(decodeAll(decoder, Uint8Array.of(34, 0, 0, 0, 1, 33, 33, 0, 0, 2)).length).toBe(1);
    expect(decoder.report.dropped['outside-sensor']).toBe(1);
  });

  it('reads like the declarative description of a record', () => {
    expect(parseAtis40Records(Uint8Array.of(7, 8, 0x81, 2, 3))).toEqual([
      { x: 7, y: 8, polarity: 1, timestamp: 0x10203 },
    ]);
  });
});

it('refuses what it cannot hold', () => {
  for (const event of [
    [0, 256, 0, 1],
    [0, 0, 240, 1],
    [2 ** 23, 0, 0, 1],
    [-1, 0, 0, 1],
  ] as EventTuple[]) {
    expect(() => new Atis40Encoder().push(batchFromTuples([event]))).toThrow(
      expect.objectContaining({ code: 'UNENCODABLE_EVENT' }),
    );
  }
});
