/** Arrays of counts and of other values of frames. */
import { noteFreshMemory } from '../events/fresh-memory.ts';
import type { FrameForm } from './representation.ts';
import type { CountArray, CountType, FrameArray } from './types.ts';

/** Element type of a frame. */
export type FrameType = CountType | 'int8' | 'int16' | 'int32' | 'float32';

interface FrameArrayConstructor<Values extends FrameArray> {
  readonly BYTES_PER_ELEMENT: number;
  new (values: number | ArrayLike<number>): Values;
  new (buffer: ArrayBufferLike, byteOffset: number, length?: number): Values;
}

interface FrameArrays {
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  float32: Float32Array;
}

const ARRAYS: { readonly [Type in FrameType]: FrameArrayConstructor<FrameArrays[Type]> } = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
};
/** Signed integers with as many bits. */
const SIGNED = { uint8: 'int8', uint16: 'int16', uint32: 'int32' } as const;
const TYPES = Object.keys(ARRAYS) as readonly FrameType[];

/** The type of a representation's values, where counts are of a type. */
export function frameType(elements: FrameForm['elements'], countType: CountType): FrameType {
  if (elements === 'float32') return 'float32';
  return elements === 'signed' ? SIGNED[countType] : countType;
}

/** Zeroed counts of a type, or values of another. */
export function allocateCounts<Type extends FrameType>(type: Type, length: number): FrameArrays[Type] {
  noteFreshMemory(length * countBytes(type));
  return new ARRAYS[type](length);
}

/** The element type of values. */
export function countTypeOf(counts: CountArray): CountType;
export function countTypeOf(values: FrameArray): FrameType;
export function countTypeOf(values: FrameArray): FrameType {
  return TYPES.find((type) => values.constructor === ARRAYS[type])!;
}

/** The type of the widest of some arrays. */
export function widestType(arrays: readonly CountArray[]): CountType;
export function widestType(arrays: readonly FrameArray[]): FrameType;
export function widestType(arrays: readonly FrameArray[]): FrameType {
  return countTypeOf(
    arrays.reduce((widest, own) => (own.BYTES_PER_ELEMENT > widest.BYTES_PER_ELEMENT ? own : widest)),
  );
}

/** Whether values are whole numbers of at least 0, by their type: what networks take. */
export function areCounts(values: FrameArray): values is CountArray {
  return values instanceof Uint8Array || values instanceof Uint16Array || values instanceof Uint32Array;
}

/** Bytes of a value. */
export function countBytes(type: FrameType): number {
  return ARRAYS[type].BYTES_PER_ELEMENT;
}

/** The values that lie in a buffer. */
export function countsIn<Type extends FrameType>(
  type: Type,
  buffer: ArrayBufferLike,
  byteOffset = 0,
  length?: number,
): FrameArrays[Type] {
  return new ARRAYS[type](buffer, byteOffset, length);
}

/** An array of its own; not cleared before it is filled, as one of a length is. */
export function copyCounts(counts: CountArray): CountArray {
  noteFreshMemory(counts.byteLength);
  return new ARRAYS[countTypeOf(counts)](counts);
}
