/** Types of elements. Source: HDF5 File Format Specification 3.0, IV.A.2.d. */
import type { NumberType } from '../../npy/dtype.ts';
import type { Cursor } from './cursor.ts';

/** A member of a compound type. */
export interface CompoundField {
  readonly name: string;
  readonly offset: number;
  readonly type: Datatype;
}

/** A type, as far as events and what is said of them need it. */
export type Datatype =
  | { readonly kind: 'number'; readonly bytes: number; readonly number: NumberType }
  | { readonly kind: 'compound'; readonly bytes: number; readonly fields: readonly CompoundField[] }
  | { readonly kind: 'text'; readonly bytes: number }
  /** Elements of any number, in the global heap; texts of any length too. */
  | { readonly kind: 'sequence'; readonly bytes: number; readonly isText: boolean; readonly of: Datatype }
  | { readonly kind: 'other'; readonly bytes: number; readonly name: string };

const FIXED_POINT = 0;
const FLOATING_POINT = 1;
const TEXT = 3;
const BIT_FIELD = 4;
const COMPOUND = 6;
const ENUMERATION = 8;
const SEQUENCE = 9;
const NAMES = ['', '', 'time', '', '', 'opaque', '', 'reference', '', '', 'array', 'complex'];
const NUMBER_BYTES: readonly number[] = [1, 2, 4, 8];
/** Types within types. */
const MAX_DEPTH = 8;
const MAX_FIELDS = 256;

/** The type that the cursor stands at; it is moved behind it. @throws EventFormatError */
export function readDatatype(cursor: Cursor, depth = 0): Datatype {
  if (depth > MAX_DEPTH) throw cursor.corrupt('has types within types that never end');
  const versionAndClass = cursor.u8();
  const version = versionAndClass >>> 4;
  const flags = cursor.u8() | (cursor.u8() << 8) | (cursor.u8() << 16);
  const bytes = cursor.u32();
  const typeClass = versionAndClass & 15;
  switch (typeClass) {
    case FIXED_POINT:
    case BIT_FIELD: {
      const bitOffset = cursor.u16();
      const precision = cursor.u16();
      const isWhole = typeClass === BIT_FIELD || (bitOffset === 0 && precision === 8 * bytes);
      if (!isWhole || !NUMBER_BYTES.includes(bytes)) return { kind: 'other', bytes, name: 'odd integer' };
      const kind = typeClass === FIXED_POINT && (flags & 8) !== 0 ? 'i' : 'u';
      return { kind: 'number', bytes, number: { kind, bytes, little: (flags & 1) === 0 } };
    }
    case FLOATING_POINT: {
      cursor.skip(12);
      // Order 3 is VAX's.
      if (![2, 4, 8].includes(bytes) || (flags & 0x40) !== 0)
        return { kind: 'other', bytes, name: 'odd floating-point number' };
      return { kind: 'number', bytes, number: { kind: 'f', bytes, little: (flags & 1) === 0 } };
    }
    case TEXT:
      return { kind: 'text', bytes };
    case COMPOUND:
      return { kind: 'compound', bytes, fields: readFields(cursor, version, bytes, flags & 0xffff, depth) };
    case ENUMERATION:
      return readEnumeration(cursor, version, flags & 0xffff, depth);
    case SEQUENCE:
      return { kind: 'sequence', bytes, isText: (flags & 15) === 1, of: readDatatype(cursor, depth + 1) };
    default:
      if (typeClass === 5) cursor.skip(flags & 0xff);
      if (typeClass === 10) skipArray(cursor, version, depth);
      return { kind: 'other', bytes, name: NAMES[typeClass] || 'unknown' };
  }
}

function readFields(
  cursor: Cursor,
  version: number,
  bytes: number,
  count: number,
  depth: number,
): CompoundField[] {
  if (count > MAX_FIELDS) throw cursor.corrupt(`has a type of ${count} fields`);
  const offsetBytes = version < 3 ? 4 : Math.max(1, Math.ceil(Math.log2(bytes + 1) / 8));
  return Array.from({ length: count }, () => {
    const start = cursor.at;
    const name = cursor.zeroEnded();
    if (version < 3) cursor.skip((8 - ((cursor.at - start) % 8)) % 8);
    const offset = cursor.uint(offsetBytes);
    // Dimensions, as the first version had them in place of array types.
    if (version === 1) cursor.skip(28);
    const type = readDatatype(cursor, depth + 1);
    if (offset + type.bytes > bytes) throw cursor.corrupt(`has a field "${name}" beyond its elements`);
    return { name, offset, type };
  });
}

/** Of a number's type; h5py's booleans are one of FALSE and TRUE. */
function readEnumeration(cursor: Cursor, version: number, count: number, depth: number): Datatype {
  const base = readDatatype(cursor, depth + 1);
  if (base.kind !== 'number') return { kind: 'other', bytes: base.bytes, name: 'enumeration' };
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    const start = cursor.at;
    names.push(cursor.zeroEnded());
    if (version < 3) cursor.skip((8 - ((cursor.at - start) % 8)) % 8);
  }
  cursor.skip(count * base.bytes);
  const isBoolean = base.bytes === 1 && names.join() === 'FALSE,TRUE';
  return isBoolean ? { ...base, number: { ...base.number, kind: 'b' } } : base;
}

function skipArray(cursor: Cursor, version: number, depth: number): void {
  const dimensions = cursor.u8();
  cursor.skip((version < 3 ? 3 : 0) + 4 * dimensions * (version < 3 ? 2 : 1));
  readDatatype(cursor, depth + 1);
}

/** A type as messages name it: `f8`, `compound of x, y, p, t`. */
export function datatypeName(type: Datatype): string {
  switch (type.kind) {
    case 'number':
      return `${type.number.little || type.bytes === 1 ? '' : '>'}${type.number.kind}${type.bytes}`;
    case 'compound':
      return `compound of ${type.fields.map(({ name }) => name.slice(0, 20)).join(', ')}`;
    case 'sequence':
      return type.isText ? 'text' : `sequences of ${datatypeName(type.of)}`;
    case 'text':
      return 'text';
    default:
      return type.name;
  }
}
