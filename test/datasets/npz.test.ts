import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readNpzFrames, writeNpzFrames, type FrameDtype } from '../../datasets/index.ts';
import { hasPythonModule, python } from '../helpers/python.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const DTYPES: FrameDtype[] = ['uint8', 'uint16', 'float64'];

describe('npz', () => {
  it('reads back what it wrote, and writes equal bytes for equal frames', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(...DTYPES),
        (values, dtype) => {
          const counts = Uint16Array.from(values);
          const file = writeNpzFrames(counts, [1, values.length], dtype);
          const { shape, data } = readNpzFrames(file, 'test');
          expect([...shape]).toEqual([1, values.length]);
          expect([...data]).toEqual(values);
          expect(writeNpzFrames(counts, [1, values.length], dtype)).toEqual(file);
        },
      ),
    );
  });

  it('refuses a count that does not fit', () => {
    expect(() => writeNpzFrames(Uint16Array.of(256), [1], 'uint8')).toThrow(RangeError);
    expect(() => writeNpzFrames(Uint32Array.of(65_536), [1], 'uint16')).toThrow(RangeError);
    const largest = writeNpzFrames(Uint32Array.of(2 ** 32 - 1), [1], 'float64');
    expect([...readNpzFrames(largest, 'test').data]).toEqual([2 ** 32 - 1]);
  });

  it('refuses a shape that is not that of the counts', () => {
    expect(() => writeNpzFrames(Uint8Array.of(1, 2, 3), [2, 2], 'uint8')).toThrow(RangeError);
  });

  const npy = (descr: string, shape: string, data: number[]): Uint8Array => {
    const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }\n`;
    return zipSync({
      'frames.npy': Uint8Array.from([
        0x93,
        ...Buffer.from('NUMPY'),
        1,
        0,
        header.length,
        0,
        ...Buffer.from(header),
        ...data,
      ]),
    });
  };

  it('reads big-endian arrays', () => {
    expect([...readNpzFrames(npy('>u2', '(2,)', [1, 0, 0, 5]), 'test').data]).toEqual([256, 5]);
  });

  it.each([
    ['not a zip', Uint8Array.of(1, 2, 3)],
    ['cut', writeNpzFrames(Uint8Array.of(1, 2, 3), [3], 'uint8').subarray(0, 40)],
    ['no frames', zipSync({ 'other.npy': Uint8Array.of(1) })],
    ['pickled objects', npy('|O', '(1,)', [0])],
    ['a shape that lies', npy('|u1', '(5,)', [0])],
  ])('refuses %s', (_name, bytes) => {
    expect(() => readNpzFrames(bytes, 'test')).toThrow(
      expect.objectContaining({ code: 'BAD_NPZ', path: 'test' }),
    );
  });

  it.skipIf(!hasPythonModule('numpy'))('numpy reads the same numbers', () => {
    const folder = temporaryFolder();
    const counts = Uint16Array.from({ length: 2 * 2 * 3 * 4 }, (_, i) => i * 5);
    for (const dtype of DTYPES) {
      const file = path.join(folder, `${dtype}.npz`);
      writeFileSync(file, writeNpzFrames(counts, [2, 2, 3, 4], dtype));
      const script =
        'import numpy, sys, json; f = numpy.load(sys.argv[1])["frames"]; print(json.dumps([str(f.dtype), f.shape, f.ravel().tolist()]))';
      const answer = JSON.parse(python(script, file)) as unknown;
      expect(answer).toEqual([dtype, [2, 2, 3, 4], [...counts]]);
    }
  });
});
