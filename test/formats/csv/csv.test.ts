import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, OptionError } from '../../../src/events/index.ts';
import {
  createDecoder,
  CsvDecoder,
  CsvEncoder,
  detectFormat,
  findFormat,
  type CsvDecoderOptions,
  type TimeUnit,
} from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { digestOf } from '../../helpers/digest.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { encodeAll, expectRoundTrip, type EventLimits } from '../../helpers/round-trip.ts';
import { csvSamples, geometry, events } from './samples.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const UNITS: TimeUnit[] = ['s', 'ms', 'us', 'ns'];
function read(content: string, options: CsvDecoderOptions = {}): (readonly number[])[] {
  const whole = decodeAll(new CsvDecoder(options), text(content));
  const bytewise = decodeAll(new CsvDecoder(options), text(content), [1]);
  expect(digestOf(bytewise)).toBe(digestOf(whole));
  return Array.from(whole.t, (t, i) => [t, whole.x[i]!, whole.y[i]!, whole.p[i]!]);
}

formatContract(csvSamples);

describe('decode(encode(events)) = events', () => {
  const limits: EventLimits = {
    geometry: { width: 65_536, height: 65_536 },
    minTime: -(2 ** 53) + 1,
    maxTime: 2 ** 53 - 1,
    backward: true,
  };
  it.each(UNITS)('times in %s', (timeUnit) => {
    expectRoundTrip({ limits, encoder: () => new CsvEncoder({ timeUnit }) });
  });
  it('columns in any order', () => {
    expectRoundTrip({ limits, encoder: () => new CsvEncoder({ columns: 'p,y,x,t' }) });
  });
});

describe('columns', () => {
  it.each([
    ['a header line', 'x,y,polarity,timestamp\n3,4,1,10\n'],
    ['in any case, with quotes and more columns', '"id";"Timestamp";"P";"X";"Y"\n9;10;1;3;4\n'],
    ['in a comment', '# t x y p\n10 3 4 1\n'],
    ['with a byte order mark', '\uFEFFts\tx\ty\ton\n10\t3\t4\t1\n'],
    ['with a unit', 't [ns],x,y,p\n9500,3,4,1\n'],
    ['with another unit', 'time_s,x,y,pol\n0.00001,3,4,1\n'],
  ])('from %s', (_, content) => {
    expect(read(content)).toEqual([[10, 3, 4, 1]]);
  });

  it('from the option, which wins over a header line', () => {
    expect(read('4,1,3,10\n', { columns: 'y,p,x,t' })).toEqual([[10, 3, 4, 1]]);
    expect(read('t,x,y,p\n4,1,3,10\n', { columns: 'y,p,x,t' })).toEqual([[10, 3, 4, 1]]);
    expect(read('a,b,c,d,e\n7,10,3,4,1\n', { columns: '-,t,x,y,p' })).toEqual([[10, 3, 4, 1]]);
    expect(read('0;10;3;4;1;note\n', { columns: '-,ts,x,y,polarity,-' })).toEqual([[10, 3, 4, 1]]);
  });

  it.each(['t,x,y', 't,x,y,p,p', '', 'txyp'])('option "%s" is refused', (columns) => {
    expect(() => new CsvDecoder({ columns })).toThrow(OptionError);
    expect(() => new CsvEncoder({ columns })).toThrow(OptionError);
  });

  it('options of other kinds are refused', () => {
    expect(() => new CsvEncoder({ columns: '-,t,x,y,p' })).toThrow(OptionError);
    expect(() => new CsvDecoder({ timeUnit: 'min' as 's' })).toThrow(OptionError);
    expect(() => new CsvEncoder({ timeUnit: 'toString' as 's' })).toThrow(OptionError);
  });
});

describe('numbers', () => {
  const micros = (value: string, timeUnit: TimeUnit): number | undefined =>
    read(`${value},0,0,1\n`, { columns: 't,x,y,p', timeUnit })[0]?.[0];

  it.each([
    ['1589163147.368868123', 's', 1589163147368868],
    ['1589163147368868499', 'ns', 1589163147368868],
    ['1589163147368868500.7', 'ns', 1589163147368869],
    ['499', 'ns', 0],
    ['500', 'ns', 0],
    ['1500', 'ns', 2],
    ['2500', 'ns', 2],
    ['2500.0', 'ns', 2],
    ['2500.01', 'ns', 3],
    ['2501', 'ns', 3],
    ['-1500', 'ns', -2],
    ['-0.0000005', 's', 0],
    ['0.0000005001', 's', 1],
    ['0.0000015', 's', 2],
    ['-0.0000015', 's', -2],
    ['0.0000025', 's', 2],
    ['0.0000025000', 's', 2],
    ['0.00000250001', 's', 3],
    ['2.5e-6', 's', 2],
    ['2.50001e-6', 's', 3],
    ['3.5e-6', 's', 4],
    ['0.0000004999', 's', 0],
    ['12', 's', 12_000_000],
    ['12.', 's', 12_000_000],
    ['.5', 'ms', 500],
    ['+1.5', 'us', 2],
    ['1.000000000000000000e+00', 's', 1_000_000],
    ['1.589163147368868e9', 's', 1589163147368868],
    ['25E-7', 's', 2],
    ['1e-200', 's', 0],
    ['-0', 'us', 0],
    ['9007199254740991', 'us', 2 ** 53 - 1],
  ] as const)('time %s %s is %d µs', (value, unit, expected) => {
    expect(micros(value, unit)).toBe(expected);
  });

  it('decimal times in every unit, spelled plainly or with an exponent', () => {
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.constantFrom(...UNITS),
        fc.integer({ min: -12, max: 12 }),
        (value, unit, moved) => {
          const shift = { s: 6, ms: 3, us: 0, ns: -3 }[unit];
          const digits = String(Math.abs(value)).padStart(24, '0') + (shift < 0 ? '000' : '');
          const sign = value < 0 ? '-' : '';
          const at = digits.length - Math.max(shift, 0);
          const plain = `${sign}${digits.slice(0, at)}.${digits.slice(at)}`;
          const point = at - moved;
          const moved_ = `${sign}${digits.slice(0, point)}.${digits.slice(point)}e${moved}`;
          const wanted = value === 0 ? 0 : value;
          if (Math.abs(value) < 2 ** 53 - 1) expect(micros(plain, unit)).toBe(wanted);
          if (point > 0 && point < digits.length) expect(micros(moved_, unit)).toBe(wanted);
        },
      ),
    );
  });

  it.each(['1', '+1', '1.0', 'true', 'TRUE', '1e0', '"1"'])('polarity %s is ON', (p) => {
    expect(read(`5,3,4,${p}\n`, { columns: 't,x,y,p' })).toEqual([[5, 3, 4, 1]]);
  });
  it.each(['0', '-1', '-1.0', 'False', '-0'])('polarity %s is OFF', (p) => {
    expect(read(`5,3,4,${p}\n`, { columns: 't,x,y,p' })).toEqual([[5, 3, 4, 0]]);
  });

  it('counts places outside the sensor, where its size is known', () => {
    const decoder = new CsvDecoder({ geometry, policy: 'strict' });
    expect(decodeAll(decoder, text('t,x,y,p\n1,346,0,1\n1,0,260,1\n1,-1,0,1\n1,3.0,4e0,1\n')).length).toBe(1);
    expect(decoder.report.dropped).toMatchObject({ 'outside-sensor': 3, invalid: 0 });
  });

  it.each([
    ['1,2.5,0,1', 'has 2.5 for x, which is no whole number'],
    ['1,0,2.5,1', 'has 2.5 for y, which is no whole number'],
    ['1,-1,0,1', 'has -1 for x, which is no place on a sensor'],
    ['1,0,65536,1', 'has 65536 for y, which is no place on a sensor'],
    ['1,0,0,2', 'has the polarity "2", which is none of'],
    ['1,0,0,255', 'has the polarity "255"'],
    ['1,0,0,0.5', 'has the polarity "0.5"'],
    [
      '9007199254740993,0,0,1',
      'has the time 9007199254740993, which is beyond 2^53 microseconds (--time-unit',
    ],
    ['1589163147368868123,0,0,1', '--time-unit states another unit, ns for example'],
    ['1,0,0', 'has 3 columns, not 4'],
    ['1,0,0,1,5', 'has 5 columns, not 4'],
    ['1,0,0,1\r1,0,0,1', 'CR without LF'],
    ['1,,0,1', 'has "" for x, which is no number'],
    ['soon,0,0,1', 'has the time "soon", which is no number'],
  ])('says what is wrong with %s', (line, problem) => {
    const decoder = new CsvDecoder();
    expect(decodeAll(decoder, text(`t,x,y,p\n7,7,7,1\n${line}\n8,8,8,1\n`), [3]).length).toBe(2);
    const { faults, faultCount, dropped } = decoder.report;
    expect([faultCount, dropped.invalid, dropped['outside-sensor']]).toEqual([1, 0, 0]);
    expect(faults[0]).toMatchObject({ code: 'CORRUPT_DATA', byteOffset: 16 });
    expect(faults[0]!.message).toContain('Line 3, "');
    expect(faults[0]!.message).toContain(problem);
    const strict = new CsvDecoder({ policy: 'strict' });
    expect(() => decodeAll(strict, text(`t,x,y,p\n${line}\n`))).toThrow(
      expect.objectContaining({ code: 'CORRUPT_DATA', byteOffset: 8 }),
    );
  });
});

describe('damage', () => {
  const damaged = 't,x,y,p\n1,1,1,1\nhello\n2,2,2\n3,3,3,2\n4,4,,1\n5,5,5,0\n0x6,6,6,1\n\n# 7\n8,8,8,1,\n9,9';

  it('malformed lines are left out, with their places', () => {
    const decoder = new CsvDecoder();
    expect([...decodeAll(decoder, text(damaged), [5]).t]).toEqual([1, 5, 8]);
    const { faults, truncatedAt, truncatedBytes } = decoder.report;
    expect(faults.map(({ code, byteOffset }) => [code, byteOffset])).toEqual([
      ['CORRUPT_DATA', damaged.indexOf('hello')],
      ['CORRUPT_DATA', damaged.indexOf('2,2,2')],
      ['CORRUPT_DATA', damaged.indexOf('3,3,3,2')],
      ['CORRUPT_DATA', damaged.indexOf('4,4,,1')],
      ['CORRUPT_DATA', damaged.indexOf('0x6')],
      ['TRUNCATED', damaged.length - 3],
    ]);
    expect([truncatedAt, truncatedBytes]).toEqual([damaged.length - 3, 3]);
    expect(faults[0]!.message).toContain('"hello"');
  });

  it('strict: the first one throws, with the events before it', () => {
    const decoder = new CsvDecoder({ policy: 'strict' });
    expect(() => decoder.push(text(damaged))).toThrow(
      expect.objectContaining({ code: 'CORRUPT_DATA', events: [expect.objectContaining({ length: 1 })] }),
    );
    expect(decoder.report.events).toBe(1);
  });

  it('a line without end is not kept, however it is cut', () => {
    const content = text(
      `t,x,y,p\n1,1,1,1\n2,2,2,1,${'z'.repeat(5000)}\n3,3,3,1\n#${'z'.repeat(5000)}\n4,4,4,0\n`,
    );
    for (const chunks of [[Infinity], [1], [4097], [4096, 3]]) {
      const decoder = new CsvDecoder();
      expect([...decodeAll(decoder, content, chunks).t]).toEqual([1, 3, 4]);
      expect(decoder.report.faults.map(({ byteOffset }) => byteOffset)).toEqual([16, 5033]);
    }
  });

  it('a last line without line feed counts', () => {
    expect(read('t,x,y,p\n1,1,1,1\n2,2,2,1')).toHaveLength(2);
  });
});

describe('detection', () => {
  it('is certain of named columns, whatever the file is called', () => {
    expect(detectFormat(text('t,x,y,p\n1,2,3,1\n'), { fileName: 'a.log' })).toMatchObject({
      format: { id: 'csv' },
      confidence: 'certain',
    });
  });

  it('is certain of lines of numbers, which need their columns stated, and takes their size from a first line', () => {
    const bare = text('240 180\n0.003811 96 133 0\n0.003820 20 30 1\n');
    for (const fileName of ['events.txt', undefined]) {
      expect(detectFormat(bare, fileName === undefined ? {} : { fileName })).toMatchObject({
        format: { id: 'csv' },
        confidence: 'certain',
        sniff: { geometry: { width: 240, height: 180 } },
      });
    }
    const decoder = createDecoder({ fileName: 'events.txt', columns: 't,x,y,p', timeUnit: 's' });
    expect([...decodeAll(decoder, bare).t]).toEqual([3811, 3820]);
    expect(decoder.geometry).toEqual({ width: 240, height: 180 });
  });

  it.each(['a,b\n1,2\n', '1,2,3\n4,5,6\n', 'one two three four\n', '1 2 3 4\n1 2 3\n', '# only a comment\n'])(
    'takes %j for no recording',
    (content) => {
      expect(findFormat('csv')!.sniff(text(content))).toBeNull();
    },
  );

  it('bounds its batches', () => {
    const decoder = new CsvDecoder({ maxBatchEvents: 4 });
    const batches = decoder.push(encodeAll(new CsvEncoder(), events));
    expect(Math.max(...batches.map(({ length }) => length))).toBe(4);
    expect(decoder.report.events).toBe(events.length);
  });
});

it('refuses times that are no whole numbers', () => {
  for (const t of [0.5, NaN, Infinity, 2 ** 53]) {
    expect(() => new CsvEncoder().push(batchFromTuples([[t, 0, 0, 1]]))).toThrow(
      expect.objectContaining({ code: 'UNENCODABLE_EVENT' }),
    );
  }
});
