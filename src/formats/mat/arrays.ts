/** Arrays of MAT files: numbers, and structures of them. */
import type { NumberColumn } from '../npy/numbers.ts';
import { elementAt, MatError, MATRIX, numberTypeOf, type Element } from './elements.ts';

/** Classes of arrays. */
const STRUCT = 2;
const FIRST_NUMBER_CLASS = 6;
const LAST_NUMBER_CLASS = 15;
/** Real recordings have their events in a structure, or in one of a structure's fields. */
const MAX_DEPTH = 6;
const MAX_FIELDS = 1024;
const COMPLEX = 0x08;

/** Numbers, column by column. */
export interface NumberArray {
  readonly kind: 'numbers';
  readonly name: string;
  readonly shape: readonly number[];
  /** All numbers, one behind the other. */
  readonly numbers: NumberColumn;
  readonly count: number;
}

/** A structure's only element. */
export interface StructArray {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: readonly MatArray[];
}

/** An array that may hold events. */
export type MatArray = NumberArray | StructArray;

/** The array in an element; `null` for one of another kind. @throws MatError */
export function arrayIn(element: Element, little: boolean, name?: string, depth = 0): MatArray | null {
  if (element.type !== MATRIX || element.bytes.length === 0 || depth > MAX_DEPTH) return null;
  const { bytes } = element;
  const flags = elementAt(bytes, 0, little);
  const dimensions = elementAt(bytes, flags.end, little);
  const named = elementAt(bytes, dimensions.end, little);
  if (flags.bytes.length < 8) throw new MatError('has an array without flags');
  const view = new DataView(flags.bytes.buffer, flags.bytes.byteOffset);
  const word = view.getUint32(0, little);
  const shape = integersIn(dimensions, little);
  const ownName = name ?? textOf(named.bytes);
  const kind = word & 0xff;
  if (kind === STRUCT) return structIn(bytes, named.end, little, ownName, shape, depth);
  if (kind < FIRST_NUMBER_CLASS || kind > LAST_NUMBER_CLASS || ((word >>> 8) & COMPLEX) !== 0) return null;
  return numbersIn(elementAt(bytes, named.end, little), little, ownName, shape);
}

function numbersIn(data: Element, little: boolean, name: string, shape: readonly number[]): NumberArray {
  const type = numberTypeOf(data, little);
  const count = shape.reduce((product, length) => product * length, 1);
  if (type === null || count * type.bytes !== data.bytes.length)
    throw new MatError('has an array of another size than it states');
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset, data.bytes.byteLength);
  return { kind: 'numbers', name, shape, numbers: { view, offset: 0, stride: type.bytes, type }, count };
}

function structIn(
  bytes: Uint8Array,
  at: number,
  little: boolean,
  name: string,
  shape: readonly number[],
  depth: number,
): StructArray | null {
  // Of several structures none is the recording.
  if (shape.some((length) => length !== 1)) return null;
  const lengthElement = elementAt(bytes, at, little);
  const [nameBytes] = integersIn(lengthElement, little);
  const names = elementAt(bytes, lengthElement.end, little);
  if (nameBytes === undefined || nameBytes < 1) throw new MatError('has a structure without names');
  const count = Math.floor(names.bytes.length / nameBytes);
  if (count > MAX_FIELDS) throw new MatError('has a structure of too many fields');
  const fields: MatArray[] = [];
  let fieldAt = names.end;
  for (let i = 0; i < count; i++) {
    const field = elementAt(bytes, fieldAt, little);
    fieldAt = field.end;
    const array = arrayIn(
      field,
      little,
      textOf(names.bytes.subarray(i * nameBytes, (i + 1) * nameBytes)),
      depth + 1,
    );
    if (array !== null) fields.push(array);
  }
  return { kind: 'struct', name, fields };
}

function integersIn(element: Element, little: boolean): number[] {
  const view = new DataView(element.bytes.buffer, element.bytes.byteOffset, element.bytes.byteLength);
  return Array.from({ length: Math.floor(element.bytes.length / 4) }, (_, i) => view.getInt32(4 * i, little));
}

/** Up to the first zero. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder('latin1').decode(end < 0 ? bytes : bytes.subarray(0, end));
}
