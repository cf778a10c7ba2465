/** Rows of SQLite as they are stored: numbers of one to nine bytes, and columns behind their types. */

/** A value of a column. Large integers lose what is beyond 2^53. */
export type SqlValue = number | string | Uint8Array | null;

/** An integer of one to nine bytes; what lies beyond the bytes is 0. */
export function varint(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes[at + i] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
  return { value: value * 256 + (bytes[at + 8] ?? 0), end: at + 9 };
}

/** Bytes of integers by their serial type. */
const INTEGER_BYTES: readonly number[] = [0, 1, 2, 3, 4, 6, 8];
const FLOAT = 7;
const ZERO = 8;
const ONE = 9;
const FIRST_BLOB = 12;

/**
 * The columns of a record; `null` where it contradicts itself.
 *
 * @param record its first bytes, or all of them: columns that reach beyond are `null`.
 * @param length of all of it.
 */
export function recordValues(record: Uint8Array, length: number): SqlValue[] | null {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const header = varint(record, 0);
  if (header.value > record.length) return null;
  const values: SqlValue[] = [];
  let at = header.value;
  for (let typeAt = header.end; typeAt < header.value;) {
    const { value: type, end } = varint(record, typeAt);
    typeAt = end;
    const bytes = type < INTEGER_BYTES.length ? INTEGER_BYTES[type]! : type >= FIRST_BLOB ? Math.floor((type - FIRST_BLOB) / 2) : type === FLOAT ? 8 : 0; // prettier-ignore
    if (type === 10 || type === 11 || at + bytes > length) return null;
    values.push(at + bytes > record.length ? null : valueOf(view, record, type, at, bytes));
    at += bytes;
  }
  return values;
}

function valueOf(view: DataView, record: Uint8Array, type: number, at: number, bytes: number): SqlValue {
  if (type === 0) return null;
  if (type === ZERO || type === ONE) return type - ZERO;
  if (type === FLOAT) return view.getFloat64(at);
  if (type >= FIRST_BLOB) {
    const content = record.subarray(at, at + bytes);
    return type % 2 === 0 ? content : new TextDecoder().decode(content);
  }
  let value = view.getInt8(at);
  for (let i = 1; i < bytes; i++) value = value * 256 + record[at + i]!;
  return value;
}
