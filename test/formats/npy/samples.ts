import { batchFromTuples, type EventBatch } from '../../../src/events/index.ts';
import { NpyDecoder, NpyEncoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { encodeAll, joinBytes } from '../../helpers/round-trip.ts';

export const NUMPY_EVENTS: EventBatch = batchFromTuples(
  Array.from({ length: 21 }, (_, i) => [1000 * i - 500, (7 * i) % 346, (11 * i) % 260, i % 2] as const),
  { width: 346, height: 260 },
);

/** An `.npy` as any writer might make it; header and data need not fit. */
export function npyFile(descr: string, shape: string, data: Uint8Array, order = 'False'): Uint8Array {
  const header = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
  const start = [0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, header.length & 0xff, header.length >> 8];
  return joinBytes(Uint8Array.from(start), new TextEncoder().encode(header), data);
}

/** Numbers as a NumPy type stores them: `>i8`, `<f4`. */
export function numbers(descr: string, values: readonly number[]): Uint8Array {
  const little = !descr.startsWith('>');
  const bytes = Number(descr.slice(2));
  const view = new DataView(new ArrayBuffer(bytes * values.length));
  values.forEach((value, i) => {
    const at = i * bytes;
    if (descr[1] === 'f' && bytes === 4) view.setFloat32(at, value, little);
    else if (descr[1] === 'f') view.setFloat64(at, value, little);
    else if (bytes === 1) view.setInt8(at, value);
    else if (bytes === 2) view.setInt16(at, value, little);
    else if (bytes === 4) view.setInt32(at, value, little);
    else view.setBigInt64(at, BigInt(value), little);
  });
  return new Uint8Array(view.buffer);
}

/** Rows of a structured array, fields by their types. */
export function structRows(descrs: readonly string[], ...rows: readonly (readonly number[])[]): Uint8Array {
  return joinBytes(...rows.flatMap((row) => row.map((value, i) => numbers(descrs[i]!, [value]))));
}

const MIXED = ['<u4', '>i2', '|b1', '>f8', '<u2'];

/** Rows of x, y, something else, t in seconds, p. */
export const MATRIX: readonly (readonly number[])[] = [
  [3, 4, 0.5, 0.25, 1],
  [5, 6, NaN, 0.250_001, -1],
  [7, 8, -3, 0.5, 0],
  [9, 1, 0, 1_589_163_147.368_868, 1],
];

export const npySamples: readonly ContractSample[] = [
  {
    name: 'NumPy array',
    bytes: encodeAll(new NpyEncoder(), NUMPY_EVENTS),
    open: (options) => new NpyDecoder(options),
  },
  {
    name: 'NumPy array of other types in another order',
    bytes: npyFile(
      "[('id', '<u4'), ('x', '>i2'), ('polarity', '|b1'), ('t_s', '>f8'), ('y', '<u2')]",
      '(4,)',
      structRows(MIXED, [1, 3, 1, 0.5, 4], [2, 5, 0, 0.6, 6], [3, -1, 1, 0.7, 1], [4, 7, 1, 0.8, 8]),
    ),
    open: (options) => new NpyDecoder({ geometry: { width: 9, height: 9 }, ...options }),
  },
  {
    name: 'NumPy matrix of a row an event',
    bytes: npyFile("'<f8'", '(4, 5)', numbers('<f8', MATRIX.flat())),
    open: (options) => new NpyDecoder({ ...options, columns: 'x,y,-,t_s,p' }),
  },
  {
    name: 'NumPy matrix of a column an event',
    bytes: npyFile(
      "'<f8'",
      '(5, 4)',
      numbers(
        '<f8',
        MATRIX[0]!.flatMap((_, i) => MATRIX.map((row) => row[i]!)),
      ),
    ),
    open: (options) => new NpyDecoder({ ...options, columns: 'x,y,-,t_s,p' }),
  },
];
