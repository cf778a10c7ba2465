/** Arrays of counts. */
import { noteFreshMemory } from '../events/fresh-memory.ts';
import type { CountArray, CountType } from './types.ts';

interface CountArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (counts: number | ArrayLike<number>): CountArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length?: number): CountArray;
}

const COUNT_ARRAYS: Readonly<Record<CountType, CountArrayConstructor>> = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
};

/** Zeroed counts of a type. */
export function allocateCounts(type: CountType, length: number): CountArray {
  noteFreshMemory(length * countBytes(type));
  return new COUNT_ARRAYS[type](length);
}

/** The type of counts. */
export function countTypeOf(counts: CountArray): CountType {
  if (counts instanceof Uint8Array) return 'uint8';
  return counts instanceof Uint16Array ? 'uint16' : 'uint32';
}

/** Bytes of a count. */
export function countBytes(type: CountType): number {
  return COUNT_ARRAYS[type].BYTES_PER_ELEMENT;
}

/** The counts that lie in a buffer. */
export function countsIn(
  type: CountType,
  buffer: ArrayBufferLike,
  byteOffset = 0,
  length?: number,
): CountArray {
  return new COUNT_ARRAYS[type](buffer, byteOffset, length);
}

/** An array of its own; not cleared before it is filled, as one of a length is. */
export function copyCounts(counts: CountArray): CountArray {
  noteFreshMemory(counts.byteLength);
  return new COUNT_ARRAYS[countTypeOf(counts)](counts);
}
