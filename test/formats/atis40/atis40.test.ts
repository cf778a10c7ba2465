import { describe, expect, it } from 'vitest';
import { batchFromTuples, type EventTuple } from '../../../src/events/index.ts';
import { Atis40Decoder, Atis40Encoder } from '../../../src/formats/index.ts';
import { looksLikeAtis40 } from '../../../src/formats/atis40/record.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { referenceDecode } from '../../helpers/reference-decode.ts';
import { expectRoundTrip } from '../../helpers/round-trip.ts';
import { hasSharedData } from '../../helpers/shared-data.ts';
import { parseAtis40Records } from './parse-records.ts';
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

describe('what looks like it', () => {
  const record = (t: number): number[] => [1, 2, 0x80 | (t >> 16), (t >> 8) & 0xff, t & 0xff];
  const looks = (...times: number[]): boolean => looksLikeAtis40(Uint8Array.from(times.flatMap(record)));

  it('goes forward in time, by steps of a tenth of a second at most', () => {
    expect(looks(7)).toBe(true);
    // The first time may be any.
    expect(looks(8_000_000, 8_000_000, 8_100_000, 8_100_001)).toBe(true);
    expect(looks(0, 100_001)).toBe(false);
    expect(looks(5, 4)).toBe(false);
    expect(looksLikeAtis40(new Uint8Array(4))).toBe(false);
    // What is cut off is not looked at.
    expect(looksLikeAtis40(Uint8Array.from([...record(9), 1, 2, 0]))).toBe(true);
  });

  it('is told from the first 64 records', () => {
    const times = Array.from({ length: 64 }, (_, i) => 10 * i);
    expect(looks(...times, 0)).toBe(true);
    expect(looks(...times.slice(1), 0)).toBe(false);
  });

  it('is looked at where it lies in its memory', () => {
    const memory = Uint8Array.from([9, ...record(3), ...record(5)]);
    expect(looksLikeAtis40(memory.subarray(1))).toBe(true);
    expect(looksLikeAtis40(Uint8Array.from([...record(5), ...record(3), ...record(4)]).subarray(5))).toBe(
      true,
    );
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
