/** Arrays of numbers as files hold them: element types and their little-endian bytes. */
import type { OwnedBytes } from '../../events/index.ts';
import { IS_LITTLE_ENDIAN } from '../bytes.ts';
import type { NumberType } from './dtype.ts';
import { writeInt64 } from './encoder.ts';

/** Element types that are written. */
export type ElementType =
  'uint8' | 'uint16' | 'uint32' | 'int8' | 'int16' | 'int32' | 'int64' | 'float32' | 'float64';

/** An array in C order. */
export interface NamedArray {
  readonly name: string;
  readonly type: ElementType;
  /** No sizes: a single number. */
  readonly shape: readonly number[];
  /** Numbers that the type can hold, whatever they are stored in here. */
  readonly data: ArrayLike<number>;
}

/** Views that take doubles; int64 has none. */
const VIEWS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** The number type, as it is written. */
export function elementNumber(type: ElementType): NumberType {
  const bits = Number(/\d+$/.exec(type)![0]);
  return { kind: type[0] as NumberType['kind'], bytes: bits / 8, little: true };
}

/** As NumPy describes it: `<u2`. */
export function elementDescr(type: ElementType): string {
  const { kind, bytes } = elementNumber(type);
  return `${bytes === 1 ? '|' : '<'}${kind}${bytes}`;
}

/** Bytes of an array. @throws RangeError if its numbers are not as many as its shape says. */
export function arrayBytes({ name, type, shape, data }: NamedArray): number {
  const elements = shape.reduce((product, size) => product * size, 1);
  if (elements === data.length) return elements * elementNumber(type).bytes;
  throw new RangeError(
    `The array ${name} of shape [${shape.join(', ')}] has ${elements} elements, there are ${data.length} numbers.`,
  );
}

/**
 * Writes the numbers of an array.
 *
 * @param out where they go, as many bytes as {@link arrayBytes} says, in a buffer at a multiple of the element's size.
 */
export function writeElements({ type, data }: NamedArray, out: OwnedBytes): void {
  if (type === 'int64') {
    const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
    for (let i = 0; i < data.length; i++) writeInt64(view, 8 * i, data[i]!);
    return;
  }
  new VIEWS[type](out.buffer, out.byteOffset, data.length).set(data);
  if (!IS_LITTLE_ENDIAN) swapElements(out, elementNumber(type).bytes);
}

/** The little-endian bytes of an array, in memory of their own. */
export function elementBytes(array: NamedArray): OwnedBytes {
  const out = new Uint8Array(arrayBytes(array));
  writeElements(array, out);
  return out;
}

function swapElements(out: Uint8Array, bytes: number): void {
  for (let at = 0; at < out.length; at += bytes) out.subarray(at, at + bytes).reverse();
}
