import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, OptionError, type EventTuple } from '../../../src/events/index.ts';
import { detectFormat, NpyDecoder, NpyEncoder, type NpyDecoderOptions } from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { digestOf } from '../../helpers/digest.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { hasPythonModule, python } from '../../helpers/python.ts';
import { encodeAll, expectRoundTrip, joinBytes } from '../../helpers/round-trip.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { npyFile, npySamples, NUMPY_EVENTS, structRows } from './samples.ts';

const PLAIN = "[('t', '<i8'), ('x', '<u2'), ('y', '<u2'), ('p', '|u1')]";
const PLAIN_TYPES = ['<i8', '<u2', '<u2', '|u1'];

function read(bytes: Uint8Array, options: NpyDecoderOptions = {}): (readonly number[])[] {
  const whole = decodeAll(new NpyDecoder(options), bytes);
  expect(digestOf(decodeAll(new NpyDecoder(options), bytes, [1]))).toBe(digestOf(whole));
  return Array.from(whole.t, (t, i) => [t, whole.x[i]!, whole.y[i]!, whole.p[i]!]);
}

formatContract(npySamples);

it('decode(encode(events)) = events', () => {
  expectRoundTrip({
    limits: {
      geometry: { width: 65_536, height: 65_536 },
      minTime: -(2 ** 53) + 1,
      maxTime: 2 ** 53 - 1,
      backward: true,
    },
    encoder: () => new NpyEncoder(),
  });
});

describe('types', () => {
  const TIMES = ['i1', 'i2', 'i4', 'i8', 'f4', 'f8'].flatMap((type) => [`<${type}`, `>${type}`]);
  const PLACES = ['u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'u8', 'i8', 'f4', 'f8'].flatMap((type) => [
    `<${type}`,
    `>${type}`,
  ]);
  it.each(TIMES)('times of %s', (type) => {
    const bytes = npyFile(
      `[('ts', '${type}'), ('x', '<u2'), ('y', '<u2'), ('pol', '<i2')]`,
      '(2,)',
      structRows([type, '<u2', '<u2', '<i2'], [-100, 1, 2, 1], [100, 3, 4, -1]),
    );
    expect(read(bytes, { policy: 'strict' })).toEqual([
      [-100, 1, 2, 1],
      [100, 3, 4, 0],
    ]);
  });
  it.each(PLACES)('places and polarities of %s', (type) => {
    const bytes = npyFile(
      `[('x', '${type}'), ('y', '${type}'), ('p', '${type}'), ('t', '<i8')]`,
      '(2L,)',
      structRows([type, type, type, '<i8'], [100, 7, 1, 2 ** 41 + 5], [0, 99, 0, 2 ** 41 + 6]),
    );
    expect(read(bytes, { policy: 'strict' })).toEqual([
      [2 ** 41 + 5, 100, 7, 1],
      [2 ** 41 + 6, 0, 99, 0],
    ]);
  });

  it('half precision', () => {
    const bytes = npyFile(
      "[('x', '<f2'), ('y', '>f2'), ('p', '?'), ('t', '<u2')]",
      '(2,)',
      Uint8Array.of(0x00, 0x64, 0x3c, 0x00, 255, 7, 0, 0x01, 0x00, 0x7c, 0x00, 0, 9, 0),
    );
    const decoder = new NpyDecoder();
    const { x, y, p } = decodeAll(decoder, bytes);
    expect([[...x], [...y], [...p]]).toEqual([[1024], [1], [1]]);
    expect(decoder.report.faults.map(({ message }) => message)).toEqual([
      'Row 1 has 5.960464477539063e-8 for x, which is no whole number; it is left out.',
    ]);
  });

  it('leaves other fields out: padding, text, arrays, structures, titles', () => {
    const descr =
      "[('', '|V3'), (('Time', 't'), '<i4'), ('name', '<U2'), ('box', '<f4', (2, 1)), ('x', '<u2'), ('more', [('a', '<i2'), ('b', 'S3')]), ('y', '<u2'), ('when', '<M8[us]'), ('p', '|u1')]";
    const row = new Uint8Array(3 + 4 + 8 + 8 + 2 + 5 + 2 + 8 + 1);
    [row[3], row[23], row[30], row[40]] = [7, 8, 9, 1];
    expect(read(npyFile(descr, '(1,)', row), { policy: 'strict' })).toEqual([[7, 8, 9, 1]]);
  });
});

describe('times', () => {
  it.each([
    ['t', '<f8', -7, -7],
    ['t', '<f4', 3, 3],
    ['t_us', '<f8', 1.5, 2],
    ['t_us', '<f8', -1.5, -2],
    ['t_us', '<f8', 2.5, 2],
    ['t_us', '<f8', -2.5, -2],
    ['t_us', '<f8', -0.25, 0],
    ['t_s', '<f8', 0.003811, 3811],
    ['timestamp_s', '<i4', -3, -3_000_000],
    ['t_ms', '>i2', 5, 5000],
    ['t_ns', '<i4', -1500, -2],
    ['t_ns', '<i4', 2500, 2],
    ['t_ns', '<i8', 2500, 2],
    ['t_ns', '<i8', -2500, -2],
    ['t_ns', '<i8', -500, 0],
    ['time (ms)', '<f8', 0.0015, 2],
    ['t_ns', '<i8', -1500, -2],
    ['t_ns', '<i8', -1501, -2],
    ['t_ns', '<i8', -1499, -1],
    ['t_ns', '>i8', 1500, 2],
    ['t_ns', '<u8', 1_499, 1],
    ['t_ns', '<i8', 1_589_163_147_368_868_864, 1_589_163_147_368_869],
    ['t_ns', '<i8', -(2 ** 62), -4_611_686_018_427_388],
  ])('%s of %s: %d is %d µs', (name, type, value, micros) => {
    const bytes = npyFile(
      `[('${name}', '${type}'), ('x', '|u1'), ('y', '|u1'), ('p', '|u1')]`,
      '(1,)',
      structRows([type, '|u1', '|u1', '|u1'], [value, 0, 0, 1]),
    );
    expect(read(bytes)).toEqual([[micros, 0, 0, 1]]);
  });

  it('the option wins over the name', () => {
    const bytes = npyFile(PLAIN.replace("'t'", "'t_ns'"), '(1,)', structRows(PLAIN_TYPES, [5, 0, 0, 1]));
    expect(read(bytes, { timeUnit: 'ms' })).toEqual([[5000, 0, 0, 1]]);
    expect(() => new NpyDecoder({ timeUnit: 'min' as 's' })).toThrow(OptionError);
  });
});

describe('rows that are no events', () => {
  const types = ['<f8', '<f8', '<f8', '<f8'];
  const descr = "[('t', '<f8'), ('x', '<f8'), ('y', '<f8'), ('p', '<f8')]";
  const good: EventTuple = [1, 65_535, 0, -1];
  it.each([
    [[NaN, 0, 0, 1], 'the time NaN'],
    [[Infinity, 0, 0, 1], 'the time Infinity'],
    [[2 ** 53, 0, 0, 1], 'the time 9007199254740992, beyond 2^53 microseconds (--time-unit states'],
    [[0, 0.5, 0, 1], '0.5 for x, which is no whole number'],
    [[0, 0, NaN, 1], 'NaN for y, which is no whole number'],
    [[0, 0, 0, 2], 'the polarity 2, which is none of 1, 0 and -1'],
    [[0, 0, 0, 255], 'the polarity 255'],
    [[0, 65_536, 0, 1], '65536 for x, which is no place on a sensor'],
    [[0, -1, 0, 1], '-1 for x, which is no place on a sensor'],
    [[0, 0, 1e300, 1], '1e+300 for y, which is no place on a sensor'],
  ] as const)('%j: %s', (row, problem) => {
    const file = npyFile(descr, '(3,)', structRows(types, good, row, good));
    for (const chunks of [[Infinity], [1]]) {
      const decoder = new NpyDecoder();
      expect(decodeAll(decoder, file, chunks).length).toBe(2);
      const { faults, faultCount, dropped, headerBytes } = decoder.report;
      expect([faultCount, dropped.invalid, dropped['outside-sensor']]).toEqual([1, 0, 0]);
      expect(faults[0]).toMatchObject({ code: 'CORRUPT_DATA', byteOffset: headerBytes + 32 });
      expect(faults[0]!.message).toContain(`Row 1 has ${problem}`);
    }
    expect(() => decodeAll(new NpyDecoder({ policy: 'strict' }), file)).toThrow(
      expect.objectContaining({ code: 'CORRUPT_DATA', events: [expect.objectContaining({ length: 1 })] }),
    );
  });

  it('are counted where they are outside a sensor whose size is known', () => {
    const file = npyFile(
      descr,
      '(4,)',
      structRows(types, [0, 10, 0, 1], [0, -1, 0, 1], [0, 0, 1e300, 1], [2, 1, 1, 1]),
    );
    const decoder = new NpyDecoder({ geometry: { width: 10, height: 10 }, policy: 'strict' });
    expect(decodeAll(decoder, file).length).toBe(1);
    expect(decoder.report.dropped['outside-sensor']).toBe(3);
  });

  it('if none is one, that is an error', () => {
    const file = npyFile(descr, '(2,)', structRows(types, [0, 0.5, 0, 1], [0, 1.5, 0, 1]));
    expect(() => decodeAll(new NpyDecoder(), file)).toThrow(
      expect.objectContaining({
        code: 'CORRUPT_DATA',
        message: expect.stringMatching(/No row is an event. Row 0 has 0.5 for x/),
      }),
    );
  });
});

describe('headers', () => {
  const row = structRows(PLAIN_TYPES, [1, 2, 3, 1]);
  it.each([
    ['Fortran order', npyFile(PLAIN, '(1,)', row, 'True')],
    ['two dimensions', npyFile(PLAIN, '(1, 1)', row)],
    ['no dimension', npyFile(PLAIN, '()', row)],
    ['a shape that is none', npyFile(PLAIN, '1', row)],
    ['a missing field', npyFile(PLAIN.replace("'p'", "'q'"), '(1,)', row)],
    ['a field twice', npyFile(PLAIN.replace("'y'", "'ts'"), '(1,)', row)],
    ['pickled objects', npyFile("'|O'", '(1,)', row)],
    ['a field of objects', npyFile(PLAIN.replace('|u1', '|O'), '(1,)', row)],
    ['complex numbers', npyFile(PLAIN.replace('|u1', '<c8'), '(1,)', row)],
    ['text for a place', npyFile(PLAIN.replace("'<u2'", "'<U1'"), '(1,)', row)],
    ['an array for a place', npyFile(PLAIN.replace("'<u2'", "'<u2', (2,)"), '(1,)', row)],
    ['no structure', npyFile("'<i8'", '(4,)', row)],
    ['elements without end', npyFile(PLAIN.replace('|u1', '|V9999999'), '(1,)', row)],
    ['no Python', npyFile('[[', '(1,)', row)],
    ['brackets without end', npyFile('['.repeat(30_000), '(1,)', row)],
    ['no array', new TextEncoder().encode('no array at all')],
    ['an unknown version', Uint8Array.of(0x93, ...new TextEncoder().encode('NUMPY'), 9, 0, 0, 0)],
  ])('%s is refused', (_, bytes) => {
    expect(() => decodeAll(new NpyDecoder(), bytes)).toThrow(expect.objectContaining({ code: 'BAD_HEADER' }));
  });

  it('a length without end is refused before it is waited for', () => {
    const start = Uint8Array.of(0x93, ...new TextEncoder().encode('NUMPY'), 2, 0, 255, 255, 255, 255);
    expect(() => new NpyDecoder().push(start)).toThrow(expect.objectContaining({ code: 'HEADER_TOO_LARGE' }));
  });

  it('versions 2 and 3 have a longer length', () => {
    const plain = npyFile(PLAIN, '(1,)', row);
    for (const version of [2, 3]) {
      const bytes = joinBytes(plain.subarray(0, 10), Uint8Array.of(0, 0), plain.subarray(10));
      bytes[6] = version;
      expect(read(bytes, { policy: 'strict' })).toEqual([[1, 2, 3, 1]]);
    }
  });

  it('are detected, whatever the file is called', () => {
    expect(detectFormat(npyFile(PLAIN, '(1,)', row), { fileName: 'a.bin' })).toMatchObject({
      format: { id: 'npy' },
      confidence: 'certain',
    });
  });
});

describe('damage', () => {
  const rows = structRows(PLAIN_TYPES, [1, 2, 3, 1], [4, 5, 6, 0]);
  it.each([
    ['fewer rows than stated', npyFile(PLAIN, '(3,)', rows), 'TRUNCATED', 2],
    ['a cut row', npyFile(PLAIN, '(2,)', rows.subarray(0, -1)), 'TRUNCATED', 1],
    ['rows beyond the stated', npyFile(PLAIN, '(1,)', rows), 'CORRUPT_DATA', 1],
    ['rows though none are stated', npyFile(PLAIN, '(0,)', rows), 'CORRUPT_DATA', 2],
    ['a length that lies', npyFile(PLAIN, '(9007199254740991,)', rows), 'TRUNCATED', 2],
  ])('%s', (_, bytes, code, events) => {
    for (const chunks of [[Infinity], [1]]) {
      const decoder = new NpyDecoder();
      expect(decodeAll(decoder, bytes, chunks).length).toBe(events);
      expect(decoder.report.faults.map((fault) => fault.code)).toEqual([code]);
      expect(() => decodeAll(new NpyDecoder({ policy: 'strict' }), bytes, chunks)).toThrow(
        expect.objectContaining({ code }),
      );
    }
  });

  it('an array of no rows has no events', () => {
    expect(read(npyFile(PLAIN, '(0,)', new Uint8Array(0)), { policy: 'strict' })).toEqual([]);
  });

  it('without patches the events are there', () => {
    const encoder = new NpyEncoder();
    const decoder = new NpyDecoder();
    const bytes = joinBytes(encoder.push(NUMPY_EVENTS), encoder.finish());
    expect(digestOf(decodeAll(decoder, bytes))).toBe(digestOf(NUMPY_EVENTS));
    expect(decoder.report.faultCount).toBe(1);
  });
});

it('refuses times that are no whole numbers', () => {
  for (const t of [0.5, NaN, 2 ** 53]) {
    expect(() => new NpyEncoder().push(batchFromTuples([[t, 0, 0, 1]]))).toThrow(
      expect.objectContaining({ code: 'UNENCODABLE_EVENT' }),
    );
  }
});

describe.skipIf(!hasPythonModule('numpy'))('with NumPy', () => {
  it('NumPy reads what is written', () => {
    const file = path.join(temporaryFolder(), 'events.npy');
    writeFileSync(file, encodeAll(new NpyEncoder(), NUMPY_EVENTS));
    const script =
      'import numpy, sys, json; a = numpy.load(sys.argv[1]); print(json.dumps([a.shape, a.dtype.names, a.tolist()]))';
    const rows = Array.from(NUMPY_EVENTS.t, (t, i) => [
      t,
      NUMPY_EVENTS.x[i],
      NUMPY_EVENTS.y[i],
      NUMPY_EVENTS.p[i],
    ]);
    expect(JSON.parse(python(script, file))).toEqual([[rows.length], ['t', 'x', 'y', 'p'], rows]);
  });

  it('what NumPy writes is read: aligned, big-endian, sliced', () => {
    const file = path.join(temporaryFolder(), 'events.npy');
    const script = `
import numpy, sys
d = numpy.dtype([('x', '>u2'), ('p', '?'), ('t', '>i8'), ('y', '<f2'), ('e', 'S3')], align=True)
a = numpy.zeros(6, d)
a['x'] = range(6); a['y'] = range(10, 16); a['p'] = [1, 0, 0, 1, 1, 0]; a['t'] = numpy.arange(6) * 2**45
numpy.save(sys.argv[1], a[::2])`;
    python(script, file);
    expect(read(new Uint8Array(readFileSync(file)), { policy: 'strict' })).toEqual([
      [0, 0, 10, 1],
      [2 ** 46, 2, 12, 0],
      [2 ** 47, 4, 14, 1],
    ]);
  });
});
