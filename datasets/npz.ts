/** NumPy archives of frames, as SpikingJelly caches them. Format: numpy.lib.format version 1.0 in a zip. */
import { unzipSync } from 'fflate';
import { areCounts, countTypeOf, type FrameArray } from '../src/frames/index.ts';
import { copyBytes } from '../src/formats/bytes.ts';
import type { DeflateOptions } from '../src/formats/compression/deflate.ts';
import { zipBytes } from '../src/formats/compression/zip.ts';
import { numberType } from '../src/formats/npy/dtype.ts';
import {
  arrayBytes,
  elementDescr,
  elementNumber,
  writeElements,
  type NamedArray,
} from '../src/formats/npy/elements.ts';
import { npyHeader, readNpyHeader, type NpyHeader } from '../src/formats/npy/header.ts';
import { readNumbers } from '../src/formats/npy/numbers.ts';
import { DatasetError } from './errors.ts';

export type { ElementType, NamedArray } from '../src/formats/npy/elements.ts';

/** Element types of frames on disk; `float64` is what SpikingJelly writes. */
export type FrameDtype = 'uint8' | 'uint16' | 'int16' | 'float32' | 'float64';

/** All types. */
export const FRAME_DTYPES: readonly FrameDtype[] = ['uint8', 'uint16', 'int16', 'float32', 'float64'];

/** Frames with their shape, `[steps, channels, height, width]`. */
export interface NpzFrames {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Uint16Array | Int16Array | Float32Array | Float64Array;
}

/**
 * How counts are deflated. Measured in Node 20 on frames of N-MNIST and of recordings like CIFAR10-DVS's, beside NumPy's
 * level 6: integers by runs are 0.87 to 1.02 times as large in an eighth to a quarter of the time; float64 at level 4 are
 * 1.15 to 1.19 times as large in a third to two thirds of the time (by runs 1.4 to 1.7 times, in a seventh).
 */
const DEFLATING: Readonly<Record<FrameDtype, DeflateOptions>> = {
  uint8: { level: 6, runsOnly: true },
  uint16: { level: 6, runsOnly: true },
  int16: { level: 6, runsOnly: true },
  float32: { level: 4 },
  float64: { level: 4 },
};
/** The whole numbers that each type holds. */
const RANGES: Readonly<Record<FrameDtype, readonly [least: number, most: number]>> = {
  uint8: [0, 0xff],
  uint16: [0, 0xffff],
  int16: [-0x8000, 0x7fff],
  float32: [-(2 ** 24), 2 ** 24],
  float64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};
/** Frames larger than this are a wrong file. */
const MAX_BYTES = 2 ** 31;
const ALIGNMENT = 64;

/**
 * An `.npz` with one array named `frames`. Equal frames give equal bytes.
 *
 * @param shape `[steps, channels, height, width]`.
 * @throws RangeError if a value does not fit into the type, or if the shape is not that of the counts.
 *
 * @example
 * ```ts
 * import { readNpzFrames, writeNpzFrames } from 'saccade/datasets';
 * const file = writeNpzFrames(new Uint16Array([1, 2, 3, 4]), [1, 2, 1, 2], 'uint8');
 * console.log(readNpzFrames(file, 'example').shape); // [1, 2, 1, 2]
 * ```
 */
export function writeNpzFrames(counts: FrameArray, shape: readonly number[], dtype: FrameDtype): Uint8Array {
  const { arrays, deflating } = frameArrays(counts, shape, dtype);
  return writeNpz(arrays, deflating);
}

/**
 * The array of {@link writeNpzFrames}, and how it is deflated.
 *
 * @throws RangeError if a count does not fit into the type.
 *
 * @example
 * ```ts
 * import { frameArrays } from 'saccade/datasets';
 * console.log(frameArrays(new Uint16Array([1, 2, 3, 4]), [1, 2, 1, 2], 'uint8').arrays[0]?.type); // 'uint8'
 * ```
 */
export function frameArrays(
  counts: FrameArray,
  shape: readonly number[],
  dtype: FrameDtype,
): { readonly arrays: readonly NamedArray[]; readonly deflating: DeflateOptions } {
  requireFit(counts, dtype);
  return { arrays: [{ name: 'frames', type: dtype, shape, data: counts }], deflating: DEFLATING[dtype] };
}

function requireFit(values: FrameArray, dtype: FrameDtype): void {
  if (dtype === 'float64' || countTypeOf(values) === dtype) return;
  if (areCounts(values) && values.BYTES_PER_ELEMENT < elementNumber(dtype).bytes) return;
  const [least, most] = RANGES[dtype];
  // Fractions fit into no integers.
  const tooLarge = values.find((value) => !(value >= least && value <= most && Number.isInteger(value)));
  if (tooLarge !== undefined) throw new RangeError(`A count of ${tooLarge} does not fit into ${dtype}.`);
}

/**
 * An `.npz` of arrays, in their order. Equal arrays give equal bytes.
 *
 * @param deflating default: as suits arrays of events.
 * @throws RangeError if an array has other numbers than its shape says.
 *
 * @example
 * ```ts
 * import { writeNpz } from 'saccade/datasets';
 * const file = writeNpz([{ name: 't', type: 'int64', shape: [2], data: [1500, 2 ** 40] }]);
 * console.log(new TextDecoder().decode(file.subarray(30, 35))); // 't.npy'
 * ```
 */
export function writeNpz(
  arrays: readonly NamedArray[],
  deflating: DeflateOptions = { level: 4 },
): Uint8Array {
  const headers = arrays.map(({ type, shape }) => npyHeader(`'${elementDescr(type)}'`, shape));
  const sizes = arrays.map((array, i) => headers[i]!.length + arrayBytes(array));
  // Each begins at a multiple of 64, as headers end at one.
  const starts: number[] = [];
  let end = 0;
  for (const size of sizes) {
    starts.push(end);
    end += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
  }
  const room = roomOf(end);
  const members = arrays.map((array, i) => {
    const bytes = room.subarray(starts[i], starts[i]! + sizes[i]!);
    bytes.set(headers[i]!);
    writeElements(array, bytes.subarray(headers[i]!.length));
    return { name: `${array.name}.npy`, bytes };
  });
  return zipBytes(members, deflating);
}

/** Kept from one file to the next: fresh memory for each costs more than filling it. */
let room = new ArrayBuffer(0);

function roomOf(bytes: number): Uint8Array<ArrayBuffer> {
  if (room.byteLength < bytes) room = new ArrayBuffer(bytes);
  return new Uint8Array(room, 0, bytes);
}

/**
 * Reads `frames` from an `.npz`, little-endian or big-endian, of any unsigned 8, signed or unsigned 16-bit, float32 or float64 type.
 *
 * @param path for error messages.
 * @throws {@link DatasetError} `BAD_NPZ`; arrays of pickled objects are refused.
 */
export function readNpzFrames(file: Uint8Array, path: string): NpzFrames {
  const bad = (problem: string, cause?: unknown): DatasetError =>
    new DatasetError('BAD_NPZ', path, problem, { cause });
  let member: Uint8Array | undefined;
  let size = 0;
  try {
    member = unzipSync(file, {
      filter: ({ name, originalSize }) => {
        if (name === 'frames.npy') size = originalSize;
        return name === 'frames.npy' && originalSize <= MAX_BYTES;
      },
    })['frames.npy'];
  } catch (cause) {
    throw bad('The file is not a whole zip archive.', cause);
  }
  if (size > MAX_BYTES) throw bad(`The array "frames" has ${size} bytes, more than ${MAX_BYTES}.`);
  if (member === undefined) throw bad('There is no array "frames".');
  const header = headerOf(member, bad);
  const { shape, bytes: start } = header;
  const type = numberType(header.descr);
  const name = `${type?.kind}${type?.bytes}`;
  if (type === null || !/^(u1|u2|i2|f4|f8)$/.test(name) || header.fortranOrder)
    throw bad(
      'The array has a type or order that is not read: it must be uint8, uint16, int16, float32 or float64 in C order.',
    );
  const count = shape.reduce((product, size) => product * size, 1);
  if (member.length - start !== count * type.bytes)
    throw bad(`The shape needs ${count * type.bytes} bytes, the array has ${member.length - start}.`);
  if (name === 'u1') return { shape, data: copyBytes(member, start) };
  const view = new DataView(member.buffer, member.byteOffset, member.byteLength);
  const numbers = new Float64Array(count);
  readNumbers({ view, offset: start, stride: type.bytes, type }, 0, numbers);
  const array = { u2: Uint16Array, i2: Int16Array, f4: Float32Array }[name];
  return { shape, data: array === undefined ? numbers : array.from(numbers) };
}

function headerOf(member: Uint8Array, bad: (problem: string, cause?: unknown) => DatasetError): NpyHeader {
  let header: NpyHeader | null;
  try {
    header = readNpyHeader(member);
  } catch (cause) {
    throw bad('"frames" is no array.', cause);
  }
  if (header === null) throw bad('The array "frames" ends inside its header.');
  return header;
}
