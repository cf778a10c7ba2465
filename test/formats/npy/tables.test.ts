/** Arrays of events as people have them: matrices, structures, archives, polarities, units. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, type EventTuple } from '../../../src/events/index.ts';
import {
  createDecoder,
  NpyDecoder,
  type DecodeReport,
  type NpyDecoderOptions,
  type NpzDecoderOptions,
} from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { digestOf } from '../../helpers/digest.ts';
import { hasPythonModule } from '../../helpers/python.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { MATRIX, npyFile, numbers, structRows } from './samples.ts';

type Rows = readonly (readonly number[])[];
type Options = NpyDecoderOptions & NpzDecoderOptions;

/** Rows, which are the same in whole and byte by byte. */
function read(bytes: Uint8Array, options: Options = {}): Rows {
  const decode = (chunks: readonly number[]) =>
    decodeAll(createDecoder({ policy: 'strict', ...options }), bytes, chunks);
  const whole = decode([Infinity]);
  expect(digestOf(decode([7]))).toBe(digestOf(whole));
  return Array.from(whole.t, (t, i) => [t, whole.x[i]!, whole.y[i]!, whole.p[i]!]);
}

const transposed = (rows: Rows): Rows => rows[0]!.map((_, i) => rows.map((row) => row[i]!));

/** A matrix in a file: shape (rows, columns) of what is given. */
function matrix(descr: string, rows: Rows, order: 'C' | 'F' = 'C'): Uint8Array {
  const shape = `(${rows.length}, ${rows[0]!.length})`;
  const data = numbers(descr, (order === 'C' ? rows : transposed(rows)).flat());
  return npyFile(`'${descr}'`, shape, data, order === 'C' ? 'False' : 'True');
}

const EVENTS: Rows = [
  [250_000, 3, 4, 1],
  [250_001, 5, 6, 0],
  [500_000, 7, 8, 0],
  [1_589_163_147_368_868, 9, 1, 1],
];
const COLUMNS = 'x,y,-,t_s,p';

describe('matrices', () => {
  const forms: readonly (readonly [string, Uint8Array])[] = [
    ['N x 5', matrix('<f8', MATRIX)],
    ['5 x N', matrix('<f8', transposed(MATRIX))],
    ['N x 5 in Fortran order', matrix('<f8', MATRIX, 'F')],
    ['5 x N in Fortran order', matrix('>f8', transposed(MATRIX), 'F')],
  ];
  it.each(forms)('%s, in files and archives', (_, file) => {
    expect(read(file, { columns: COLUMNS })).toEqual(EVENTS);
    expect(read(zipSync({ 'events.npy': file }), { columns: COLUMNS })).toEqual(EVENTS);
    expect(read(file, { columns: 'x,y,-,t,p', timeUnit: 's' })).toEqual(EVENTS);
  });

  it.each(['<i8', '>i4', '<f4', '<f8'])('of %s, whole times are microseconds', (descr) => {
    const rows: Rows = [[-9, 3, 4, 1], [7, 5, 6, 0], [7, 0, 0, -1], [8, 0, 1, 1], [9, 2, 2, 1]]; // prettier-ignore
    const expected = rows.map(([t, x, y, p]) => [t, x, y, p === 1 ? 1 : 0]);
    expect(read(matrix(descr, rows), { columns: 't,x,y,p' })).toEqual(expected);
    expect(read(matrix(descr, transposed(rows)), { columns: 't,x,y,p' })).toEqual(expected);
  });

  it('any events in any layout, cut anywhere', () => {
    const event = fc.tuple(
      fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
      fc.nat(65_535),
      fc.nat(65_535),
      fc.nat(1),
    );
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 5, maxLength: 40 }),
        fc.shuffledSubarray(['t', 'x', 'y', 'p'], { minLength: 4 }),
        fc.boolean(),
        fc.constantFrom('C' as const, 'F' as const),
        fc.constantFrom('<i8', '>i8', '<f8', '>f8'),
        fc.integer({ min: 1, max: 60 }),
        (events, order, isTransposed, layout, descr, chunk) => {
          const rows = events.map((row) => order.map((role) => row['txyp'.indexOf(role)]!));
          const file = matrix(descr, isTransposed ? transposed(rows) : rows, layout);
          const decoder = new NpyDecoder({ columns: order.join(','), policy: 'strict' });
          expect(digestOf(decodeAll(decoder, file, [chunk]))).toBe(
            digestOf(batchFromTuples(events as EventTuple[])),
          );
        },
      ),
    );
  });

  it('cut short, columns one after the other give the rows that are whole', () => {
    const file = matrix('<f8', transposed(MATRIX));
    const decoder = new NpyDecoder({ columns: COLUMNS });
    expect(decodeAll(decoder, file.subarray(0, -9), [50]).length).toBe(2);
    expect(decoder.report.faults).toMatchObject([{ code: 'TRUNCATED' }]);
    expect(decodeAll(new NpyDecoder({ columns: COLUMNS }), file.subarray(0, -40)).length).toBe(0);
  });

  it('are kept only up to a limit, where they must be kept', () => {
    const open = (maxNpyBytes: number) => new NpyDecoder({ columns: COLUMNS, maxNpyBytes });
    expect(() => decodeAll(open(159), matrix('<f8', transposed(MATRIX)))).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE', message: expect.stringContaining('maxNpyBytes') }),
    );
    expect(decodeAll(open(160), matrix('<f8', transposed(MATRIX))).length).toBe(4);
    expect(decodeAll(open(1), matrix('<f8', MATRIX)).length).toBe(4);
    const lying = npyFile("'<f8'", '(5, 9000000000)', numbers('<f8', MATRIX.flat()));
    expect(() => decodeAll(open(2 ** 30), lying)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
    expect(decodeAll(open(2 ** 40), lying).length).toBe(0);
  });

  it.each([
    [
      'no columns stated',
      matrix('<f8', MATRIX),
      undefined,
      /It is 4 x 5 numbers.*--format npy --columns t,x,y,p --time-unit s/,
    ],
    ['other columns', matrix('<f8', MATRIX), 't,x,y,p,-,-', /no side has the 6 columns/],
    [
      'as many events as columns',
      matrix(
        '<f8',
        MATRIX.slice(0, 4).map((row) => row.slice(0, 4)),
      ),
      't,x,y,p',
      /rows or its columns cannot be told/,
    ],
    ['text', npyFile("'<U8'", '(2, 4)', new Uint8Array(256)), 't,x,y,p', /type <U8/],
    [
      'three dimensions',
      npyFile("'<f8'", '(2, 4, 1)', new Uint8Array(64)),
      't,x,y,p',
      /shape is \(2, 4, 1\)/,
    ],
    [
      'one dimension',
      npyFile("'<f8'", '(8,)', new Uint8Array(64)),
      't,x,y,p',
      /structured array, or a matrix/,
    ],
  ] as const)('%s: says so', (_, file, columns, message) => {
    const options = columns === undefined ? {} : { columns };
    expect(() => read(file, options)).toThrow(expect.objectContaining({ code: 'BAD_HEADER' }));
    expect(() => read(file, options)).toThrow(message);
  });
});

describe('structures', () => {
  const data = structRows(['<i8', '<u2', '<u2', '|i1'], [10, 3, 4, 1], [11, 5, 6, -1]);
  const named = (...names: string[]): Uint8Array =>
    npyFile(
      `[('${names[0]}', '<i8'), ('${names[1]}', '<u2'), ('${names[2]}', '<u2'), ('${names[3]}', '|i1')]`,
      '(2,)',
      data,
    );
  const expected = [[10, 3, 4, 1], [11, 5, 6, 0]]; // prettier-ignore
  it.each([
    ['timestamp', 'x_pos', 'y_pos', 'polarity'],
    ['time_us', 'x', 'y', 'on_off'],
    ['ts', 'x', 'y', 'pol'],
  ])('with fields %s, %s, %s, %s', (...names) => {
    expect(read(named(...names))).toEqual(expected);
    expect(read(zipSync({ 'event_data.npy': named(...names) }))).toEqual(expected);
  });

  it('of other names need the order', () => {
    const file = named('f0', 'f1', 'f2', 'f3');
    expect(read(file, { columns: 't,x,y,p' })).toEqual(expected);
    expect(() => read(file)).toThrow(/Its fields are f0, f1, f2, f3.*--columns t,x,y,p/);
    expect(() => read(file, { columns: 't,x,y,p,-' })).toThrow(/Its fields are/);
  });
});

describe('pickled objects', () => {
  it.each([
    ['an object', npyFile("'|O'", '()', new Uint8Array(50))],
    ['a matrix of objects', npyFile("'|O'", '(100, 4)', new Uint8Array(50))],
    ['a field of objects', npyFile("[('t', '<i8'), ('x', '|O')]", '(100,)', new Uint8Array(50))],
  ])('%s is told by name, and what to do', (_, file) => {
    for (const bytes of [file, zipSync({ 'events.npy': file }), zipSync({ 'x.npy': file, 't.npy': file })]) {
      expect(() => read(bytes, { columns: 't,x,y,p' })).toThrow(
        expect.objectContaining({
          code: 'BAD_HEADER',
          message: expect.stringMatching(/pickled Python objects.*numpy\.load\(…, allow_pickle=True\)/s),
        }),
      );
    }
  });

  it('beside events are passed over', () => {
    const objects = npyFile("'|O'", '(100,)', new Uint8Array(50));
    const events = matrix('<f8', MATRIX);
    expect(read(zipSync({ 'meta.npy': objects, 'events.npy': events }), { columns: COLUMNS })).toEqual(
      EVENTS,
    );
  });
});

describe('archives', () => {
  const column = (descr: string, ...values: number[]): Uint8Array =>
    npyFile(`'${descr}'`, `(${values.length},)`, numbers(descr, values));
  const times = column('<i8', 10, 11);
  const small = column('|u1', 1, 0);
  const expected = [[10, 1, 1, 1], [11, 0, 0, 0]]; // prettier-ignore

  it.each([
    ['x', 'y', 'timestamp', 'pol'],
    ['xs', 'ys', 'ts', 'ps'],
    ['x_pos', 'y_pos', 'time_us', 'on_off'],
  ])('of arrays %s, %s, %s, %s', (x, y, t, p) => {
    const members = { [`${x}.npy`]: small, [`${y}.npy`]: small, [`${t}.npy`]: times, [`${p}.npy`]: small };
    expect(
      read(zipSync({ 'boxes.npy': matrix('<f8', MATRIX), ...members }), { columns: 'x,y,-,t,p' }),
    ).toEqual(expected);
  });

  it('the unit that the option states holds', () => {
    const members = { 'x.npy': small, 'y.npy': small, 't.npy': column('<f8', 0.5, 1), 'p.npy': small };
    expect(read(zipSync(members), { columns: 't_ms,x,y,p' }).map(([t]) => t)).toEqual([500, 1000]);
  });

  it('of arrays without names need the order', () => {
    const archive = zipSync({
      'arr_0.npy': small,
      'arr_1.npy': times,
      'arr_2.npy': small,
      'arr_3.npy': small,
    });
    expect(read(archive, { columns: 'x,t,y,p' })).toEqual(expected);
    expect(() => read(archive)).toThrow(/lacks an array for t, x, y, p; it has arr_0, arr_1, arr_2, arr_3/);
  });

  it('of arrays with names beside others without: the names hold', () => {
    const named = { 'x.npy': small, 'y.npy': small, 'ts.npy': times, 'p.npy': small };
    for (const archive of [
      { ...named, 'arr_0.npy': column('<i8', 5, 6) },
      { 'arr_3.npy': column('|u1', 9, 9), ...named },
    ])
      expect(read(zipSync(archive), { columns: 't,x,y,p' })).toEqual(expected);
  });

  it('of several arrays that may be events: the one with the name', () => {
    const other = matrix('<f8', MATRIX.slice(0, 3));
    const events = matrix('<f8', MATRIX);
    const archive = (name: string): Uint8Array => zipSync({ 'boxes.npy': other, [`${name}.npy`]: events });
    for (const name of ['events', 'event_data', 'arr_0'])
      expect(read(archive(name), { columns: COLUMNS })).toEqual(EVENTS);
    expect(() => read(archive('other'), { columns: COLUMNS })).toThrow(/several arrays.*boxes, other/);
    expect(() => read(archive('events'))).toThrow(/"events": It is 4 x 5 numbers.*--format npz --columns/);
  });

  it('cut inside the array of events: whole rows are read, and it is said', () => {
    const archive = zipSync({ 'events.npy': matrix('<f8', MATRIX) }, { level: 0 });
    const decoder = createDecoder({ columns: COLUMNS });
    const end = archive.length - 22 - 56 - 9;
    expect(decodeAll(decoder, archive.subarray(0, end)).length).toBe(3);
    expect(decoder.report.faults.map(({ code }) => code)).toEqual(['TRUNCATED']);
  });
});

describe('polarities', () => {
  const polarities = (descr: string, values: readonly number[], options: Options = {}): DecodeReport => {
    const rows = values.map((p, i) => [i, 1, 2, p]);
    const file = npyFile(
      `[('t', '<i8'), ('x', '<u2'), ('y', '<u2'), ('p', '${descr}')]`,
      `(${values.length},)`,
      structRows(['<i8', '<u2', '<u2', descr], ...rows),
    );
    const decoder = createDecoder(options);
    decodeAll(decoder, file, [31]);
    return decoder.report;
  };
  it.each([
    ['|b1', [0, 1, 1], 2],
    ['|u1', [0, 1, 1], 2],
    ['|i1', [-1, 1, 1], 2],
    ['|u1', [-1, 1, 1], 2],
    ['<u2', [-1, 1, 1], 2],
    ['>u4', [-1, 1, 1], 2],
    ['<u8', [-1, 1, 1], 2],
    ['<f4', [-1, 1, 1], 2],
  ] as const)('%s of %j', (descr, values, on) => {
    expect(polarities(descr, values, { policy: 'strict' })).toMatchObject({ events: 3, on, faultCount: 0 });
  });

  it('0 and 255 can be OFF and ON: asked for, wherever the second of them comes', () => {
    for (const values of [
      [0, -1],
      [1, -1, 1, 0],
      [0, 1, ...Array.from({ length: 2000 }, () => 1), -1],
    ])
      // prettier-ignore
      for (const policy of ['strict', 'salvage'] as const)
        expect(() => polarities('|u1', values, { policy })).toThrow(
          expect.objectContaining({
            code: 'UNKNOWN_POLARITY',
            message: expect.stringContaining(`row ${values.length - 1}`),
          }),
        );
  });

  it.each([
    ['|u1', 2],
    ['|u1', 254],
    ['|i1', -2],
    ['<f8', 0.5],
    ['<f8', 255],
  ] as const)('%s of %d is named', (descr, p) => {
    const report = polarities(descr, [1, p, 1]);
    expect(report).toMatchObject({ events: 2, faultCount: 1, dropped: { invalid: 0 } });
    expect(report.faults[0]!.message).toContain(`Row 1 has the polarity ${p}, which is none of 1, 0 and -1`);
  });
});

describe('the unit of the times', () => {
  const file = (descr: string, times: readonly number[], name = 't'): readonly Uint8Array[] => {
    const rows = times.map((t) => [t, 1, 2, 1]);
    const types = [descr, '|u1', '|u1', '|u1'];
    const structured = `[('${name}', '${descr}'), ('x', '|u1'), ('y', '|u1'), ('p', '|u1')]`;
    const small = npyFile("'|u1'", `(${times.length},)`, new Uint8Array(times.length).fill(1));
    return [
      npyFile(structured, `(${times.length},)`, structRows(types, ...rows)),
      zipSync({ 'x.npy': small, 'y.npy': small, 'p.npy': small, [`${name}.npy`]: npyFile(`'${descr}'`, `(${times.length},)`, numbers(descr, times)) }), // prettier-ignore
      ...(name === 't' ? [matrix(descr, rows)] : []),
    ];
  };
  const options = { columns: 't,x,y,p' };

  it.each([
    ['<f8', [0, 0.5, 1], '0.5 in row 1'],
    ['>f4', [0, 1, 2, 0.25, 3], '0.25 in row 3'],
    ['<f8', [...Array.from({ length: 10_000 }, (_, i) => i), 10_000.001], '10000.001 in row 10000'],
    ['<f8', [-0.001, 1, 2, 3, 4], '-0.001 in row 0'],
  ] as const)(
    '%s with a fraction is an error that names the option, the value and the row',
    (descr, times, text) => {
      for (const bytes of file(descr, times)) {
        for (const policy of ['strict', 'salvage'] as const) {
          const decoder = createDecoder({ policy, ...options });
          expect(() => decodeAll(decoder, bytes, [997])).toThrow(
            expect.objectContaining({ code: 'UNKNOWN_TIME_UNIT', message: expect.stringMatching(new RegExp(`The time ${text} .*--time-unit s`)) }), // prettier-ignore
          );
        }
        expect(read(bytes, { ...options, timeUnit: 's' })).toHaveLength(times.length);
      }
    },
  );

  it('that a name states holds', () => {
    for (const name of ['t_s', 'time (s)', 'timestamp_seconds'])
      for (const bytes of file('<f8', [0.5, 1.25], name)) expect(read(bytes).map(([t]) => t)).toEqual([500_000, 1_250_000]); // prettier-ignore
    for (const bytes of file('<i8', [5, 6], 't [10us]'))
      expect(() => read(bytes)).toThrow(expect.objectContaining({ code: 'UNKNOWN_TIME_UNIT' }));
  });

  it('whole times are microseconds, unless all of many are one', () => {
    const unix = Array.from({ length: 50 }, () => 1_589_163_136);
    for (const bytes of file('<f4', unix)) {
      expect(() => read(bytes, options)).toThrow(expect.objectContaining({ code: 'UNKNOWN_TIME_UNIT' }));
      expect(read(bytes, { ...options, timeUnit: 'us' })).toHaveLength(50);
    }
    for (const times of [unix.map((t, i) => t + 128 * i), unix.map(() => 0), unix.slice(0, 5)])
      for (const bytes of file('<f4', times)) expect(read(bytes, options)).toHaveLength(times.length);
    for (const bytes of file('<i8', unix)) expect(read(bytes, options)).toHaveLength(50);
  });
});

describe.skipIf(!hasPythonModule('numpy'))('with NumPy', () => {
  const script = `
import numpy as np, sys, hashlib
folder = sys.argv[1]
r = np.random.default_rng(3)
n = 3000
t = np.sort(r.integers(0, 2_000_000, n)) * 1e-6
x, y, p = r.integers(0, 640, n), r.integers(0, 480, n), r.integers(0, 2, n)
m = np.stack([t, x, y, p], axis=1)
s = np.zeros(n, [('timestamp_s', '>f8'), ('x', 'f4'), ('y', 'u2'), ('polarity', 'i1')])
s['timestamp_s'], s['x'], s['y'], s['polarity'] = t, x, y, 2 * p - 1
np.save(folder + '/rows.npy', m)
np.save(folder + '/fortran.npy', np.asfortranarray(m))
np.save(folder + '/view.npy', np.stack([t, x, y, p]).T)
np.save(folder + '/columns.npy', m.T.copy())
np.save(folder + '/structured.npy', s)
np.savez(folder + '/events.npz', events=m, boxes=np.ones((9, 4)))
np.savez_compressed(folder + '/unnamed.npz', t, x, y, p)
np.savez(folder + '/casts.npz', ts=t, xs=x.astype('f4'), ys=y, ps=(2 * p - 1).astype('i1').astype('u1'))
np.savez(folder + '/objects.npz', events=np.array([t, x], dtype=object))
np.savetxt(folder + '/plain.txt', m)
np.savetxt(folder + '/short.csv', m, fmt=['%.6f', '%d', '%d', '%d'], delimiter=',', header='t,x,y,p')
a = np.empty(n, '<i8,<u2,<u2,u1')
a['f0'], a['f1'], a['f2'], a['f3'] = np.rint(t * 1e6), x, y, p
print(hashlib.sha256(a.tobytes()).hexdigest())
`;
  it('what it writes is read, all of it the same', () => {
    const folder = temporaryFolder();
    const digest = execFileSync('python3', ['-c', script, folder], { encoding: 'utf8' }).trim();
    const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(path.join(folder, name)));
    for (const name of [
      'rows.npy',
      'fortran.npy',
      'view.npy',
      'columns.npy',
      'structured.npy',
      'events.npz',
      'unnamed.npz',
      'casts.npz',
      'plain.txt',
      'short.csv',
    ]) {
      const decoder = createDecoder({ fileName: name, policy: 'strict', columns: 't,x,y,p', timeUnit: 's' });
      expect([name, digestOf(decodeAll(decoder, bytesOf(name), [4999]))]).toEqual([name, digest]);
    }
    expect(() => read(bytesOf('objects.npz'))).toThrow(/pickled Python objects/);
  });
});
