/** What every encoder promises, as tests: times at which clocks break are written right or refused. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchFromTuples, sliceBatch, type EventBatch, type EventTuple } from '../../src/events/index.ts';
import {
  createDecoder,
  createEncoder,
  EventFormatError,
  prepareZstdEncoder,
  writableFormats,
  type FormatEncoderOptions,
} from '../../src/formats/index.ts';
import { canonicalText, decodeAll } from './decode.ts';
import { encodeAll } from './round-trip.ts';

// Node before 22.15, and Chromium, load what compresses zstd.
await prepareZstdEncoder();

const VARIANTS: readonly (readonly [format: string, options: FormatEncoderOptions])[] = [
  ...writableFormats().map(({ id }) => [id, {}] as const),
  ['aedat4', { compression: 'none' }],
  ['aedat4', { compression: 'zstd' }],
  ['dat', { datVersion: 1 }],
  ['es', { esType: 'atis' }],
  ['csv', { columns: 'p,y,x,t', timeUnit: 'ns' }],
  ['hdf5', { layout: 'prophesee' }],
];

/** Where counters end, and half of it. */
const EDGES = [0, 6, 12, 16, 23, 24, 31, 32, 33, 34, 52].map((bits) => 2 ** bits);
/** Event Stream writes a silence as bytes, 33 MB for 2^32 µs; HDF5 an entry of its index for each millisecond. */
const LONGEST_SILENCE: Readonly<Record<string, number>> = { es: 2 ** 22, hdf5: 2 ** 22 };

/** Streams whose times begin at, jump by and fall by what clocks break on. */
function wildStreams(longest: number): fc.Arbitrary<EventBatch> {
  const around = fc
    .tuple(fc.constantFrom(...EDGES), fc.integer({ min: -2, max: 2 }), fc.constantFrom(1, -1))
    .map(([edge, by, sign]) => sign * Math.min(edge + by, longest));
  const step = fc.oneof({ arbitrary: fc.nat(200), weight: 3 }, around);
  const event = fc.tuple(step, fc.nat(127), fc.nat(127), fc.nat(1));
  return fc.tuple(around, fc.array(event, { minLength: 1, maxLength: 12 })).map(([start, list]) => {
    let time = Math.max(start, longest < EDGES.at(-1)! ? 0 : start);
    const tuples = list.map(([by, x, y, p]): EventTuple => {
      if (Number.isSafeInteger(time + by)) time += by;
      return [time, x, y, p];
    });
    return batchFromTuples(tuples, { width: 128, height: 128 });
  });
}

/** Registers the tests. */
export function encoderContract(): void {
  it.each(VARIANTS)('%s %j: what is taken is given back, the rest is refused', (format, options) => {
    let taken = 0;
    fc.assert(
      fc.property(wildStreams(LONGEST_SILENCE[format] ?? Infinity), fc.nat(12), (events, cut) => {
        const at = Math.min(cut, events.length);
        const halves = [sliceBatch(events, 0, at), sliceBatch(events, at, events.length)];
        let file: Uint8Array;
        try {
          file = encodeAll(createEncoder(format, options), ...halves);
        } catch (error) {
          expect(error).toBeInstanceOf(EventFormatError);
          expect(error).toMatchObject({ code: 'UNENCODABLE_EVENT' });
          return;
        }
        taken++;
        const decoder = createDecoder({ format, policy: 'strict', geometry: { width: 128, height: 128 } });
        expect(canonicalText(decodeAll(decoder, file))).toBe(canonicalText(events));
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(10);
  });

  it.each(VARIANTS)('%s %j: what lies outside the sensor is given back, or refused', (format, options) => {
    const place = fc.constantFrom(0, 126, 127, 128, 130, 239, 511, 2047);
    fc.assert(
      fc.property(fc.array(fc.tuple(place, place), { minLength: 1, maxLength: 8 }), (places) => {
        const tuples = places.map(([x, y], i): EventTuple => [i >> 2, x, y, 1]);
        const events = batchFromTuples(tuples, { width: 128, height: 128 });
        let file: Uint8Array;
        try {
          file = encodeAll(createEncoder(format, options), events);
        } catch (error) {
          expect(error).toMatchObject({ code: 'UNENCODABLE_EVENT' });
          return;
        }
        const decoder = createDecoder({ format });
        expect(canonicalText(decodeAll(decoder, file))).toBe(canonicalText(events));
      }),
      { numRuns: 50 },
    );
  });
}
