/** Types of array elements. */
import type { PythonLiteral } from './literal.ts';

/** A number: signed, unsigned, floating point or boolean. */
export interface NumberType {
  readonly kind: 'i' | 'u' | 'f' | 'b';
  readonly bytes: number;
  readonly little: boolean;
}

/** A field of a structured type; `type` is `null` if it is no single number. */
export interface StructField {
  readonly name: string;
  readonly offset: number;
  readonly type: NumberType | null;
}

/** A structured type. */
export interface StructType {
  readonly itemBytes: number;
  readonly fields: readonly StructField[];
}

/** A greater element is a wrong file. */
const MAX_ITEM_BYTES = 0x1_0000;

/** The number type that a description like `<i8` or `|b1` means; `null` for all others. */
export function numberType(descr: PythonLiteral): NumberType | null {
  if (typeof descr !== 'string') return null;
  const found = /^([<>|=]?)(?:([iu][1248]|f[248]|b1)|\?)$/.exec(descr);
  if (found === null) return null;
  const name = found[2] ?? 'b1';
  return { kind: name[0] as NumberType['kind'], bytes: Number(name[1]), little: found[1] !== '>' };
}

/** The structured type that a list of fields means; `null` for others, and for fields of unknown size (objects). */
export function structType(descr: PythonLiteral): StructType | null {
  if (!Array.isArray(descr)) return null;
  const fields: StructField[] = [];
  let offset = 0;
  for (const entry of descr as readonly PythonLiteral[]) {
    if (!Array.isArray(entry)) return null;
    const [title, type = null, shape] = entry as readonly PythonLiteral[];
    const name = Array.isArray(title) ? (title as readonly PythonLiteral[])[1] : title;
    const count = elements(shape);
    const bytes = bytesOf(type) * count;
    if (typeof name !== 'string' || !(offset + bytes <= MAX_ITEM_BYTES)) return null;
    fields.push({ name, offset, type: shape === undefined ? numberType(type) : null });
    offset += bytes;
  }
  return { itemBytes: offset, fields };
}

/** Whether elements are Python objects, or have such fields: they are pickled, so that reading them is running code. */
export function holdsObjects(descr: PythonLiteral): boolean {
  if (typeof descr === 'string') return /^\|?O\d?$/.test(descr);
  if (!Array.isArray(descr)) return false;
  return (descr as readonly PythonLiteral[]).some(
    (entry) => Array.isArray(entry) && holdsObjects((entry as readonly PythonLiteral[])[1] ?? null),
  );
}

/** A type as messages name it. */
export function typeName(descr: PythonLiteral): string {
  return typeof descr === 'string' ? descr : 'structured';
}

/** Of a field that is an array itself. */
function elements(shape: PythonLiteral | undefined): number {
  if (shape === undefined) return 1;
  const sizes = Array.isArray(shape) ? (shape as readonly PythonLiteral[]) : [shape];
  return sizes.reduce<number>((product, size) => (typeof size === 'number' ? product * size : NaN), 1);
}

/** Size of an element, `NaN` if it is not known. */
function bytesOf(descr: PythonLiteral): number {
  if (typeof descr !== 'string') return structType(descr)?.itemBytes ?? NaN;
  if (numberType(descr) !== null) return numberType(descr)!.bytes;
  const found = /^[<>|=]?([fcVSaUmM])(\d+)(?:\[\w+\])?$/.exec(descr);
  if (found === null) return NaN;
  return Number(found[2]) * (found[1] === 'U' ? 4 : 1);
}
