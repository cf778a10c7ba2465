import { describe, expect, it } from 'vitest';
import { batchFromTuples, type EventTuple } from '../../src/events/index.ts';
import { createDecoder, createEncoder, writableFormats, type DecodeNote } from '../../src/formats/index.ts';
import { decodeAll } from '../helpers/decode.ts';
import { encodeAll } from '../helpers/round-trip.ts';

const events = (count: number, polarity: (i: number) => number): EventTuple[] =>
  Array.from({ length: count }, (_, i) => [1000 + i, i % 100, i % 90, polarity(i)]);

function notesOf(format: string, tuples: readonly EventTuple[], chunk = Infinity): readonly DecodeNote[] {
  const bytes = encodeAll(createEncoder(format), batchFromTuples(tuples, { width: 128, height: 128 }));
  const decoder = createDecoder({ format, geometry: { width: 128, height: 128 }, maxBatchEvents: 300 });
  decodeAll(decoder, bytes, [chunk]);
  // Everybody who prints the report as JSON has them.
  return JSON.parse(JSON.stringify({ ...decoder.report })).notes as DecodeNote[];
}

describe('a recording of one polarity', () => {
  it.each(writableFormats().map(({ id }) => id))('%s: is noted', (format) => {
    for (const [polarity, name] of [
      [0, 'OFF'],
      [1, 'ON'],
    ] as const) {
      const all = events(1500, () => polarity);
      for (const chunk of [Infinity, 501])
        expect(notesOf(format, all, chunk).filter(({ code }) => code !== 'LAYOUT')).toMatchObject([
          { code: 'ONE_POLARITY', message: expect.stringContaining(`All events are ${name}`) },
        ]);
      expect(notesOf(format, all.slice(0, 900)).filter(({ code }) => code !== 'LAYOUT')).toEqual([]);
    }
  });

  it('is none once the other comes, however late', () => {
    expect(
      notesOf(
        'aedat4',
        events(5000, (i) => Number(i === 4900)),
      ),
    ).toEqual([]);
    expect(
      notesOf(
        'aedat4',
        events(5000, (i) => Number(i !== 0)),
      ),
    ).toEqual([]);
  });
});
