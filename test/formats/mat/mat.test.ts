import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDecoder, MatDecoder, type DecodeNote } from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { tuplesOf } from '../../helpers/raw-words.ts';
import { matFile, matSamples } from './samples.ts';

const EVENTS = [
  [10, 0, 2, 0],
  [20, 33, 0, 1],
  [20, 1, 33, 1],
  [2 ** 40, 4, 8, 0],
];

/** What is said of the array that is no part of the events. */
const beside = (name: string): readonly Partial<DecodeNote>[] =>
  name === 'td-compressed'
    ? [{ code: 'OTHER_DATA', message: 'Beside the events the file has other, not read.' }]
    : [];

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('MatDecoder', () => {
  formatContract(matSamples);

  it.each(['td', 'td-compressed'])('%s: places from 1 and polarities 1 and 2, which is said', (name) => {
    const decoder = createDecoder({ policy: 'strict' });
    expect(tuplesOf(decoder, matFile(name))).toEqual(EVENTS);
    expect(decoder.report).toMatchObject({
      variant: 'MAT5',
      notes: [...beside(name), { code: 'ONE_BASED', option: 'firstPixel' }],
    });
    const stated = new MatDecoder({ firstPixel: 0 });
    expect(tuplesOf(stated, matFile(name))).toEqual(EVENTS.map(([t, x, y, p]) => [t, x! + 1, y! + 1, p]));
    expect(stated.report.notes).toMatchObject(beside(name));
    expect(stated.report.notes).toHaveLength(beside(name).length);
  });

  it('without Node, too', () => {
    vi.stubGlobal('process', undefined);
    expect(tuplesOf(new MatDecoder({ policy: 'strict' }), matFile('td-compressed'))).toEqual(EVENTS);
  });

  it('a structure in a structure, of unsigned and signed numbers, with a place 0', () => {
    const decoder = new MatDecoder({ policy: 'strict' });
    expect(tuplesOf(decoder, matFile('signed'))).toEqual(EVENTS);
    expect(decoder.report.notes).toEqual([]);
  });

  it('a matrix, once its columns are stated', () => {
    expect(() => decodeAll(new MatDecoder(), matFile('matrix'))).toThrow(/"events" may hold them.*columns/);
    expect(tuplesOf(new MatDecoder({ columns: 'x,y,p,t' }), matFile('matrix'))).toEqual(EVENTS);
    expect(tuplesOf(new MatDecoder({ columns: 'x,y,p,t', timeUnit: 'ms' }), matFile('matrix'))[1]).toEqual([20_000, 33, 0, 1]); // prettier-ignore
  });

  it('names say what columns are, and an order is refused that nothing is read by', () => {
    expect(() => decodeAll(new MatDecoder({ columns: 'x,y,p,t' }), matFile('td'))).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', option: 'columns' }),
    );
  });

  it('says what is there where no events are, and keeps to its limit', () => {
    expect(() => decodeAll(new MatDecoder(), matFile('none'))).toThrow(/it has a\./);
    expect(() => decodeAll(new MatDecoder({ maxMatBytes: 300 }), matFile('td'))).toThrow(/maxMatBytes/);
    expect(() => decodeAll(new MatDecoder({ maxMatBytes: 302 }), matFile('td-compressed'))).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }),
    );
  });
});
