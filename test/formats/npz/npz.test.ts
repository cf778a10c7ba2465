import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { strToU8, zipSync, type Zippable } from 'fflate';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, OptionError } from '../../../src/events/index.ts';
import {
  createDecoder,
  detectFormat,
  NpzDecoder,
  NpzEncoder,
  type NpzDecoderOptions,
} from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { digestOf } from '../../helpers/digest.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { hasPythonModule, python } from '../../helpers/python.ts';
import { encodeAll, expectRoundTrip, joinBytes } from '../../helpers/round-trip.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { npyFile, numbers, NUMPY_EVENTS } from '../npy/samples.ts';
import { array, npzSamples, SPIKINGJELLY } from './samples.ts';

function read(bytes: Uint8Array, options: NpzDecoderOptions = {}): (readonly number[])[] {
  const whole = decodeAll(new NpzDecoder(options), bytes);
  expect(digestOf(decodeAll(new NpzDecoder(options), bytes, [7]))).toBe(digestOf(whole));
  return Array.from(whole.t, (t, i) => [t, whole.x[i]!, whole.y[i]!, whole.p[i]!]);
}

const MEMBERS: Readonly<Zippable> = {
  't.npy': array('<i8', [1, 2]),
  'x.npy': array('<u2', [3, 4]),
  'y.npy': array('<u2', [5, 6]),
  'p.npy': array('|u1', [1, 0]),
};
const zip = (changes: Zippable, level: 0 | 6 = 6): Uint8Array =>
  zipSync({ ...MEMBERS, ...changes }, { level });
/** A header that announces zeros, and the zeros. */
const zeros = (descr: string, stated: number, present: number): Uint8Array =>
  npyFile(`'${descr}'`, `(${stated},)`, new Uint8Array(present));

formatContract(npzSamples);

it('decode(encode(events)) = events', () => {
  expectRoundTrip({
    limits: {
      geometry: { width: 65_536, height: 65_536 },
      minTime: -(2 ** 53) + 1,
      maxTime: 2 ** 53 - 1,
      backward: true,
    },
    encoder: () => new NpzEncoder(),
    numRuns: 40,
  });
});

describe('members', () => {
  it('that are not read are named', () => {
    const notesOf = (bytes: Uint8Array): readonly string[] => {
      const decoder = new NpzDecoder();
      decodeAll(decoder, bytes);
      return decoder.report.notes.map(({ code, message }) => `${code} ${message}`);
    };
    const image = { 'frames.npy': array('|u1', [1, 2, 3]), 'readme.txt': strToU8('none') };
    for (const level of [0, 6] as const)
      expect(notesOf(zip(image, level))).toEqual([
        'OTHER_DATA Beside the events the archive has frames, not read.',
      ]);
    expect(notesOf(zip({}))).toEqual([]);
  });

  const expected = [
    [-5, 4, 1, 1],
    [10, 5, 2, 0],
    [2 ** 40, 6, 3, 1],
  ];
  it.each([0, 6] as const)('in any order, with others between, at level %d', (level) => {
    expect(read(zipSync(SPIKINGJELLY, { level }), { policy: 'strict' })).toEqual(expected);
  });

  it('of other names, with a unit', () => {
    const bytes = zipSync({
      'timestamps_ns.npy': array('<i8', [1500, 3000]),
      'xs.npy': array('<f4', [1, 2]),
      'ys.npy': array('|u1', [3, 4]),
      'polarity.npy': array('|i1', [-1, 1]),
    });
    expect(read(bytes, { policy: 'strict' })).toEqual([
      [2, 1, 3, 0],
      [3, 2, 4, 1],
    ]);
    expect(read(bytes, { timeUnit: 'us' })[0]).toEqual([1500, 1, 3, 0]);
  });

  it('over many blocks, in batches', () => {
    const count = 70_000;
    const t = Array.from({ length: count }, (_, i) => (i * 7919) % 1e9);
    const x = t.map((time) => time % 1280);
    const bytes = zip({
      't.npy': array('<i8', t),
      'x.npy': array('<u2', x),
      'y.npy': [array('<u2', x), { level: 0 }],
      'p.npy': array(
        '|u1',
        x.map((value) => value & 1),
      ),
    });
    const decoder = new NpzDecoder({ maxBatchEvents: 1000, policy: 'strict' });
    for (let at = 0; at < bytes.length; at += 50_001)
      expect(decoder.push(bytes.slice(at, at + 50_001))).toEqual([]);
    const batches = decoder.finish();
    expect(batches.map(({ length }) => length)).toEqual(Array.from({ length: 70 }, () => 1000));
    expect(batches.flatMap((batch) => [...batch.t])).toEqual(t);
    expect(batches.flatMap((batch) => [...batch.x])).toEqual(x);
  });

  it('that are many and empty do not exhaust the stack', () => {
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`${i}`, new Uint8Array(0)]));
    expect(read(zipSync({ ...many, ...MEMBERS }, { level: 0 }), { policy: 'strict' })).toHaveLength(2);
  });

  it('hold rows that are no events, which are named', () => {
    const decoder = new NpzDecoder();
    decodeAll(decoder, zip({ 't.npy': array('<f8', [NaN, 1]), 'p.npy': array('<i4', [0, 1]) }));
    expect(decoder.report).toMatchObject({ events: 1, faults: [{ code: 'CORRUPT_DATA' }] });
    expect(decoder.report.faults[0]!.message).toContain('Row 0 has the time NaN');
    expect(() => decodeAll(new NpzDecoder(), zip({ 'x.npy': array('<i4', [-1, 70_000]) }))).toThrow(
      expect.objectContaining({ code: 'CORRUPT_DATA', message: expect.stringContaining('-1 for x') }),
    );
  });
});

describe('refuses', () => {
  it.each([
    ['a missing array', zipSync({ 't.npy': MEMBERS['t.npy']!, 'frames.npy': array('<f8', [1]) })],
    ['an array twice', zip({ 'ts.npy': array('<i8', [1, 2]) })],
    ['two dimensions', zip({ 'x.npy': npyFile("'<u2'", '(2, 1)', numbers('<u2', [1, 2])) })],
    ['Fortran order', zip({ 'x.npy': npyFile("'<u2'", '(2,)', numbers('<u2', [1, 2]), 'True') })],
    ['pickled objects', zip({ 'x.npy': npyFile("'|O'", '(2,)', new Uint8Array(16)) })],
    ['a structure', zip({ 'x.npy': npyFile("[('x', '<u2')]", '(2,)', new Uint8Array(4)) })],
    ['what is no array', zip({ 'x.npy': strToU8('no array') })],
    ['what is no archive', strToU8('PK, but no archive')],
  ])('%s', (_, bytes) => {
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code: 'BAD_HEADER' }));
  });

  it('says what is missing and what is there', () => {
    expect(() => read(zipSync({ 't.npy': MEMBERS['t.npy']!, 'frames.npy': array('<f8', [1]) }))).toThrow(
      /lacks an array for x, y, p; it has t, frames/,
    );
  });
});

describe('bombs', () => {
  const bomb = zip({ 'x.npy': zeros('<u2', 2_500_000, 5_000_000) });
  it('a member that inflates beyond the limit is refused at its header', () => {
    const decoder = new NpzDecoder({ maxNpzBytes: 1e6 });
    expect(() => decodeAll(decoder, bomb, [1000])).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE', message: expect.stringContaining('maxNpzBytes') }),
    );
  });

  it('a header that announces more than there is is not believed', () => {
    expect(() => read(zip({ 'x.npy': zeros('<u2', 2 ** 52, 4) }))).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }),
    );
    const decoder = new NpzDecoder();
    expect(decodeAll(decoder, zip({ 'x.npy': zeros('<u2', 2 ** 28, 4) })).length).toBe(2);
    expect(decoder.report.faultCount).toBeGreaterThan(0);
  });

  it('a member is not inflated beyond its header, nor one that is passed over', () => {
    const bytes = zip({ 'x.npy': zeros('<u2', 2, 5_000_000), 'other.npy': zeros('<u2', 25e5, 50e5) });
    const decoder = new NpzDecoder({ maxNpzBytes: 1000 });
    expect(decodeAll(decoder, bytes).length).toBe(2);
    expect(decoder.report.faults.map(({ code }) => code)).toEqual(['CORRUPT_DATA']);
  });

  it('compressed data that end early are not gathered', () => {
    const whole = zipSync({ 't.npy': MEMBERS['t.npy'] as Uint8Array });
    const member = 35 + new DataView(whole.buffer).getUint32(18, true);
    const bytes = joinBytes(whole.subarray(0, member), new Uint8Array(2_000_000));
    new DataView(bytes.buffer).setUint32(18, bytes.length, true);
    const decoder = new NpzDecoder();
    decodeAll(decoder, bytes);
    expect(decoder.report.faults[0]!.message).toContain('end early');
  });

  it('the limit must be a whole number', () => {
    expect(() => new NpzDecoder({ maxNpzBytes: 0 })).toThrow(OptionError);
    expect(() => new NpzEncoder({ maxNpzBytes: 1.5 })).toThrow(OptionError);
  });
});

describe('damage', () => {
  it('arrays of different lengths: events end with the shortest', () => {
    const bytes = zip({ 'x.npy': array('<u2', [3]) });
    const decoder = new NpzDecoder();
    expect(decodeAll(decoder, bytes).length).toBe(1);
    expect(decoder.report.faults).toMatchObject([{ code: 'CORRUPT_DATA' }]);
    const strict = new NpzDecoder({ policy: 'strict' });
    strict.push(bytes);
    expect(() => strict.finish()).toThrow(
      expect.objectContaining({ code: 'CORRUPT_DATA', events: [expect.objectContaining({ length: 1 })] }),
    );
  });

  it('a cut inside the last array keeps what is there', () => {
    const bytes = zip({}, 0);
    const end = bytes.length - 4 * 51 - 22 - 1;
    const decoder = new NpzDecoder();
    expect(decodeAll(decoder, bytes.subarray(0, end)).length).toBe(1);
    expect(decoder.report.faults[0]).toMatchObject({ code: 'TRUNCATED' });
    expect(decoder.report.faults[0]!.message).toContain('p.npy');
  });

  it('a missing directory is damage, the events are there', () => {
    const bytes = zip({}).subarray(0, -30);
    expect(read(bytes)).toHaveLength(2);
    expect(() => read(bytes, { policy: 'strict' })).toThrow(expect.objectContaining({ code: 'TRUNCATED' }));
  });

  it('an unknown compression is damage', () => {
    const bytes = zip({});
    bytes[8] = 93;
    const decoder = new NpzDecoder();
    expect(decodeAll(decoder, bytes).length).toBe(0);
    expect(decoder.report.faults[0]!.message).toContain('method 93');
  });
});

describe('detection', () => {
  it('tells archives of arrays from archives of recordings', () => {
    expect(detectFormat(zip({}), { fileName: 'a.zip' })).toMatchObject({
      format: { id: 'npz' },
      confidence: 'certain',
    });
    const recordings = zipSync({ '1.bin': new Uint8Array(5), 't.npy': MEMBERS['t.npy']! });
    expect(() => detectFormat(recordings, { fileName: 'a.npz' })).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_FORMAT',
        message: expect.stringContaining('archive.zip!1.bin'),
      }),
    );
  });

  it('the option reaches the decoder', () => {
    expect(() => decodeAll(createDecoder({ maxNpzBytes: 3 }), zip({}))).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }),
    );
  });
});

it('the encoder refuses what it cannot hold', () => {
  const event = batchFromTuples([[1, 2, 3, 1]]);
  const encoder = new NpzEncoder({ maxNpzBytes: 27 });
  encoder.push(event);
  encoder.push(event);
  expect(() => encoder.push(event)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  expect(() => encoder.push(batchFromTuples([[0.5, 0, 0, 1]]))).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/TOO_LARGE|UNENCODABLE_EVENT/) }),
  );
  expect(() => new NpzEncoder().push(batchFromTuples([[0.5, 0, 0, 1]]))).toThrow(
    expect.objectContaining({ code: 'UNENCODABLE_EVENT' }),
  );
});

describe.skipIf(!hasPythonModule('numpy'))('with NumPy', () => {
  it('NumPy reads what is written', () => {
    const file = path.join(temporaryFolder(), 'events.npz');
    writeFileSync(file, encodeAll(new NpzEncoder(), NUMPY_EVENTS));
    const script =
      'import numpy, sys, json; a = numpy.load(sys.argv[1]); print(json.dumps({k: [str(a[k].dtype), a[k].tolist()] for k in a}))';
    expect(JSON.parse(python(script, file))).toEqual({
      t: ['int64', [...NUMPY_EVENTS.t]],
      x: ['uint16', [...NUMPY_EVENTS.x]],
      y: ['uint16', [...NUMPY_EVENTS.y]],
      p: ['uint8', [...NUMPY_EVENTS.p]],
    });
  });

  it.each(['savez', 'savez_compressed'])('what %s writes is read, also into a pipe', (save) => {
    const folder = temporaryFolder();
    const script = `
import numpy, sys
class Pipe:
  def __init__(self, f): self.f = f
  def write(self, b): return self.f.write(b)
  def flush(self): self.f.flush()
  def read(self, *a): raise OSError()
a = numpy.arange(20000)
e = dict(t=(a * 131 + 2**45).astype('>i8'), x=(a % 1280).astype('f4'), y=(a % 720).astype('>u2'), p=a % 3 == 0, extra=numpy.ones((2, 3)))
numpy.${save}(sys.argv[1] + '/file.npz', **e)
with open(sys.argv[1] + '/pipe.npz', 'wb') as f: numpy.${save}(Pipe(f), **e)`;
    python(script, folder);
    for (const name of ['file.npz', 'pipe.npz']) {
      const bytes = new Uint8Array(readFileSync(path.join(folder, name)));
      const { t, x, y, p } = decodeAll(new NpzDecoder({ policy: 'strict' }), bytes, [50_000]);
      expect(t.every((time, i) => time === i * 131 + 2 ** 45)).toBe(true);
      expect(x.every((column, i) => column === i % 1280)).toBe(true);
      expect(y.every((row, i) => row === i % 720)).toBe(true);
      expect(p.every((polarity, i) => polarity === Number(i % 3 === 0))).toBe(true);
      expect(t.length).toBe(20_000);
    }
  });
});
