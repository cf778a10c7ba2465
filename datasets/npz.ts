/** NumPy archives of frames, as SpikingJelly caches them. Format: numpy.lib.format version 1.0 in a zip. */
import { endianness } from 'node:os';
import { unzipSync } from 'fflate';
import type { CountArray } from '../src/frames/index.ts';
import { copyBytes } from '../src/formats/bytes.ts';
import type { DeflateOptions } from '../src/formats/compression/deflate.ts';
import { zipBytes } from '../src/formats/compression/zip.ts';
import { numberType } from '../src/formats/npy/dtype.ts';
import { npyHeader, readNpyHeader, type NpyHeader } from '../src/formats/npy/header.ts';
import { readNumbers } from '../src/formats/npy/numbers.ts';
import { DatasetError } from './errors.ts';

/** Element types of frames on disk; `float64` is what SpikingJelly writes. */
export type FrameDtype = 'uint8' | 'uint16' | 'float64';

/** Frames with their shape, `[steps, 2, height, width]`. */
export interface NpzFrames {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Uint16Array | Float64Array;
}

interface ElementType {
  readonly descr: string;
  readonly array: new (buffer: ArrayBuffer, offset: number, length: number) => NpzFrames['data'];
  readonly bytes: number;
  /** The largest count that it holds. */
  readonly most: number;
  readonly deflating: DeflateOptions;
}

/**
 * How counts are deflated. Measured in Node 20 on frames of N-MNIST and of recordings like CIFAR10-DVS's, beside NumPy's
 * level 6: integers by runs are 0.87 to 1.02 times as large in an eighth to a quarter of the time; float64 at level 4 are
 * 1.15 to 1.19 times as large in a third to two thirds of the time (by runs 1.4 to 1.7 times, in a seventh).
 */
const ELEMENTS: Readonly<Record<FrameDtype, ElementType>> = {
  uint8: { descr: "'|u1'", array: Uint8Array, bytes: 1, most: 0xff, deflating: { level: 6, runsOnly: true } },
  uint16: {
    descr: "'<u2'",
    array: Uint16Array,
    bytes: 2,
    most: 0xffff,
    deflating: { level: 6, runsOnly: true },
  },
  float64: {
    descr: "'<f8'",
    array: Float64Array,
    bytes: 8,
    most: Number.MAX_SAFE_INTEGER,
    deflating: { level: 4 },
  },
};
/** Frames larger than this are a wrong file. */
const MAX_BYTES = 2 ** 31;

/**
 * An `.npz` with one array named `frames`. Equal frames give equal bytes.
 *
 * @param shape `[steps, 2, height, width]`.
 * @throws RangeError if a count does not fit into the type, or if the shape is not that of the counts.
 *
 * @example
 * ```ts
 * import { readNpzFrames, writeNpzFrames } from 'saccade/datasets';
 * const file = writeNpzFrames(new Uint16Array([1, 2, 3, 4]), [1, 2, 1, 2], 'uint8');
 * console.log(readNpzFrames(file, 'example').shape); // [1, 2, 1, 2]
 * ```
 */
export function writeNpzFrames(counts: CountArray, shape: readonly number[], dtype: FrameDtype): Uint8Array {
  const elements = shape.reduce((product, size) => product * size, 1);
  if (elements !== counts.length)
    throw new RangeError(
      `The shape [${shape.join(', ')}] has ${elements} elements, there are ${counts.length} counts.`,
    );
  const { descr, array, bytes, deflating } = ELEMENTS[dtype];
  requireFit(counts, dtype);
  const header = npyHeader(descr, shape);
  const member = roomOf(header.length + counts.length * bytes);
  member.set(header);
  // Headers end at a multiple of 64.
  new array(member.buffer, header.length, counts.length).set(counts);
  if (endianness() === 'BE')
    swapElements(Buffer.from(member.buffer, header.length, counts.length * bytes), bytes);
  return zipBytes([{ name: 'frames.npy', bytes: member }], deflating);
}

function requireFit(counts: CountArray, dtype: FrameDtype): void {
  const { bytes, most } = ELEMENTS[dtype];
  if (counts.BYTES_PER_ELEMENT <= bytes) return;
  const tooLarge = counts.find((count) => count > most);
  if (tooLarge !== undefined) throw new RangeError(`A count of ${tooLarge} does not fit into ${dtype}.`);
}

/** Kept from one file to the next: fresh memory for each costs more than filling it. */
let room = new ArrayBuffer(0);

function roomOf(bytes: number): Uint8Array<ArrayBuffer> {
  if (room.byteLength < bytes) room = new ArrayBuffer(bytes);
  return new Uint8Array(room, 0, bytes);
}

function swapElements(elements: Buffer, bytes: number): void {
  if (bytes === 2) elements.swap16();
  if (bytes === 8) elements.swap64();
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
  if (type === null || !/^(u1|u2|f8)$/.test(name) || header.fortranOrder)
    throw bad(
      'The array has a type or order that is not read: it must be uint8, uint16 or float64 in C order.',
    );
  const count = shape.reduce((product, size) => product * size, 1);
  if (member.length - start !== count * type.bytes)
    throw bad(`The shape needs ${count * type.bytes} bytes, the array has ${member.length - start}.`);
  if (name === 'u1') return { shape, data: copyBytes(member, start) };
  const view = new DataView(member.buffer, member.byteOffset, member.byteLength);
  const numbers = new Float64Array(count);
  readNumbers({ view, offset: start, stride: type.bytes, type }, 0, numbers);
  return { shape, data: name === 'u2' ? Uint16Array.from(numbers) : numbers };
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
