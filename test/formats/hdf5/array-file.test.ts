import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, describe, it } from 'vitest';
import { decodeBytes } from '../../../src/pipeline/index.ts';
import { Hdf5Decoder } from '../../../src/formats/index.ts';
import { hdf5File } from '../../../src/formats/hdf5/writer/array-file.ts';
import type { ElementType, NamedArray } from '../../../src/formats/npy/elements.ts';
import { pythonWith } from '../../helpers/python.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const python = pythonWith('h5py', 'numpy');

/** Prints all datasets of files: shape, type, values, filters, chunks. */
const DUMP = `
import sys, json, h5py, numpy as np
files = []
def take(name, item):
    if not isinstance(item, h5py.Dataset): return
    value = item[()]
    plain = [list(map(int, row)) for row in value] if item.dtype.names else np.ravel(value).astype(float).tolist()
    kind = [[n, item.dtype[n].str] for n in item.dtype.names] if item.dtype.names else item.dtype.str
    files[-1][name] = [list(item.shape), kind, plain, item.compression, item.shuffle]
for name in sys.argv[1:]:
    files.append({})
    with h5py.File(name, "r") as file: file.visititems(take)
print(json.dumps(files))
`;

/** What h5py finds in files of this content. */
function dumped(files: readonly Uint8Array[]): unknown[] {
  const folder = temporaryFolder();
  const names = files.map((bytes, i) => {
    const file = path.join(folder, `${i}.hdf5`);
    writeFileSync(file, bytes);
    return file;
  });
  return JSON.parse(python!(DUMP, ...names)) as unknown[];
}

const RANGES: Readonly<Record<ElementType, readonly [number, number]>> = {
  uint8: [0, 255],
  uint16: [0, 65_535],
  uint32: [0, 2 ** 32 - 1],
  int8: [-128, 127],
  int16: [-32_768, 32_767],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 53) + 1, 2 ** 53 - 1],
  float32: [-(2 ** 24), 2 ** 24],
  float64: [-(2 ** 53) + 1, 2 ** 53 - 1],
};
const DESCR: Readonly<Record<ElementType, string>> = {
  ...{ uint8: '|u1', uint16: '<u2', uint32: '<u4', int8: '|i1', int16: '<i2', int32: '<i4', int64: '<i8' },
  ...{ float32: '<f4', float64: '<f8' },
};

describe('HDF5 files of arrays', () => {
  it.skipIf(python === null)(
    'give h5py every type and shape, many chunks, whole numbers, and no rows',
    () => {
      const types = Object.keys(RANGES) as ElementType[];
      const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
      const array = fc
        .tuple(fc.constantFrom(...types), sizes, fc.nat())
        .map(([type, shape, seed]): NamedArray => {
          const [low, high] = RANGES[type];
          const count = shape.reduce((product, size) => product * size, 1);
          const data = Array.from({ length: count }, (_, i) => [low, high][i] ?? (seed * i) % 100);
          return { name: 'a', type, shape, data };
        });
      const some = fc.sample(fc.tuple(fc.array(array, { minLength: 1, maxLength: 6 }), fc.nat(34)), 30);
      const contents = some.map(([arrays, target]) => ({
        data: Object.fromEntries(arrays.map((own, i) => [String(i), own])),
        target: { 0: target },
      }));
      // Two levels of nodes: a chunk has one row, or some.
      const long: NamedArray = {
        ...{ name: '', type: 'uint16', shape: [70, 2, 3] },
        data: Uint16Array.from({ length: 420 }, (_, i) => i),
      };
      const none: NamedArray = { name: 'x', type: 'int16', shape: [0], data: [] };
      const empty: NamedArray = { name: '', type: 'float32', shape: [0, 2, 3], data: [] };
      const found = dumped([
        ...contents.map((content, i) => hdf5File(content, i % 2 === 0 ? undefined : 16)),
        ...[1, 40].map((bytes) => hdf5File({ data: { 0: long } }, bytes)),
        hdf5File({ data: { 0: empty, 1: { columns: [none, { ...none, name: 'y' }] } } }),
      ]);
      const shown = ({ shape, type, data }: NamedArray): unknown[] => [
        ...[shape, DESCR[type], Array.from(data)],
        ...['gzip', !DESCR[type].endsWith('1')],
      ];
      expect(found).toEqual([
        ...some.map(([arrays, target]) => ({
          ...Object.fromEntries(arrays.map((own, i) => [`data/${i}`, shown(own)])),
          'target/0': [[], '<i8', [target], null, false],
        })),
        { 'data/0': shown(long) },
        { 'data/0': shown(long) },
        {
          'data/0': [[0, 2, 3], '<f4', [], 'gzip', true],
          'data/1': [
            [0],
            [
              ['x', '<i2'],
              ['y', '<i2'],
            ],
            [],
            'gzip',
            true,
          ],
        },
      ]);
    },
  );

  it('are read as events where records have their names', async () => {
    const column = (name: string, type: ElementType, data: number[]): NamedArray => ({
      ...{ name, type, data, shape: [data.length] },
    });
    const columns = [
      column('x', 'int16', [1, 2]),
      column('y', 'int16', [3, 4]),
      column('t', 'int64', [5, 2 ** 40]),
      column('p', 'int8', [1, 0]),
    ];
    const bytes = hdf5File({ events: { 0: { columns } }, target: { 0: 3 } });
    const decoder = new Hdf5Decoder({ timeUnit: 'us', hdf5Path: '/events/0' });
    const events: number[][] = [];
    for await (const { t, x, y, p, length } of decodeBytes([bytes], decoder))
      for (let i = 0; i < length; i++) events.push([t[i]!, x[i]!, y[i]!, p[i]!]);
    expect(events).toEqual([
      [5, 1, 3, 1],
      [2 ** 40, 2, 4, 0],
    ]);
  });

  it('refuse numbers that do not fill their shape, and single ones', () => {
    const array: NamedArray = { name: 'a', type: 'uint8', shape: [2, 2], data: [1, 2, 3] };
    expect(() => hdf5File({ data: { 0: array } })).toThrow(/has 4 elements, there are 3 numbers/);
    expect(() => hdf5File({ data: { 0: { ...array, shape: [], data: [1] } } })).toThrow(RangeError);
  });
});
