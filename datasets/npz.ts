/** NumPy archives of frames, as SpikingJelly caches them. Format: numpy.lib.format version 1.0 in a zip. */
import { unzipSync, zipSync } from 'fflate';
import type { CountArray } from '../src/frames/index.ts';
import { DatasetError } from './errors.ts';

/** Element types of frames on disk; `float64` is what SpikingJelly writes. */
export type FrameDtype = 'uint8' | 'uint16' | 'float64';

/** Frames with their shape, `[steps, 2, height, width]`. */
export interface NpzFrames {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Uint16Array | Float64Array;
}

const DESCR: Readonly<Record<FrameDtype, string>> = { uint8: '|u1', uint16: '<u2', float64: '<f8' };
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** A fixed date, so that equal frames give equal bytes. */
const EPOCH = new Date(1980, 0, 1);
/** Frames larger than this are a wrong file. */
const MAX_BYTES = 2 ** 31;

function npy(descr: string, shape: readonly number[], data: Uint8Array): Uint8Array {
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const padded = dict.padEnd(Math.ceil((10 + dict.length + 1) / 64) * 64 - 11) + '\n';
  const bytes = new Uint8Array(10 + padded.length + data.length);
  bytes.set([...MAGIC, 1, 0, padded.length & 0xff, padded.length >> 8]);
  bytes.set(new TextEncoder().encode(padded), 10);
  bytes.set(data, 10 + padded.length);
  return bytes;
}

/**
 * An `.npz` with one array named `frames`. Equal frames give equal bytes.
 *
 * @param shape `[steps, 2, height, width]`.
 * @throws RangeError if a count does not fit into `uint8`.
 *
 * @example
 * ```ts
 * import { readNpzFrames, writeNpzFrames } from 'saccade/datasets';
 * const file = writeNpzFrames(new Uint16Array([1, 2, 3, 4]), [1, 2, 1, 2], 'uint8');
 * console.log(readNpzFrames(file, 'example').shape); // [1, 2, 1, 2]
 * ```
 */
export function writeNpzFrames(counts: CountArray, shape: readonly number[], dtype: FrameDtype): Uint8Array {
  const data = new DataView(new ArrayBuffer(counts.length * { uint8: 1, uint16: 2, float64: 8 }[dtype]));
  counts.forEach((count, i) => {
    if (dtype === 'float64') data.setFloat64(8 * i, count, true);
    else if (dtype === 'uint16') data.setUint16(2 * i, count, true);
    else if (count <= 0xff) data.setUint8(i, count);
    else throw new RangeError(`A count of ${count} does not fit into uint8; use uint16.`);
  });
  const member = npy(DESCR[dtype], shape, new Uint8Array(data.buffer));
  return zipSync({ 'frames.npy': member }, { level: 6, mtime: EPOCH });
}

/**
 * Reads `frames` from an `.npz`, little-endian or big-endian, of any unsigned 8 or 16-bit or float64 type.
 *
 * @param path for error messages.
 * @throws {@link DatasetError} `BAD_NPZ`; arrays of pickled objects are refused.
 */
export function readNpzFrames(file: Uint8Array, path: string): NpzFrames {
  const bad = (problem: string, cause?: unknown): DatasetError =>
    new DatasetError('BAD_NPZ', path, problem, { cause });
  let member: Uint8Array | undefined;
  try {
    member = unzipSync(file, {
      filter: ({ name, originalSize }) => name === 'frames.npy' && originalSize <= MAX_BYTES,
    })['frames.npy'];
  } catch (cause) {
    throw bad('The file is not a whole zip archive.', cause);
  }
  if (member === undefined || MAGIC.some((byte, i) => member[i] !== byte))
    throw bad('There is no array "frames".');
  const view = new DataView(member.buffer, member.byteOffset, member.byteLength);
  const headerBytes = member[6] === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = (member[6] === 1 ? 10 : 12) + headerBytes;
  const header = new TextDecoder('latin1').decode(member.subarray(start - headerBytes, start));
  const descr = /'descr':\s*'([<>|=]?)(u1|u2|f8)'/.exec(header);
  const dimensions = /'shape':\s*\(([\d, ]*)\)/.exec(header);
  if (descr === null || dimensions === null || /'fortran_order':\s*True/.test(header)) {
    throw bad(`The array has a type or order that is not read: ${header.trim()}.`);
  }
  const shape = dimensions[1]!
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  const little = descr[1] !== '>';
  const size = Number(descr[2]![1]);
  if (member.length - start !== count * size)
    throw bad(`The shape needs ${count * size} bytes, the array has ${member.length - start}.`);
  const elements = { length: count };
  if (descr[2] === 'u1') return { shape, data: member.slice(start) };
  if (descr[2] === 'u2')
    return { shape, data: Uint16Array.from(elements, (_, i) => view.getUint16(start + 2 * i, little)) };
  return { shape, data: Float64Array.from(elements, (_, i) => view.getFloat64(start + 8 * i, little)) };
}
