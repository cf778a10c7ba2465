/**
 * Reads tables of an SQLite file, which must be there as a whole. The libraries for it are the database itself in a megabyte
 * of WebAssembly, are loaded asynchronously, and give nothing of a file that is cut. Source: sqlite.org/fileformat2.html.
 */
import { EventFormatError } from '../errors.ts';

export const SQLITE_MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
const INTERIOR = 5;
const LEAF = 13;
/** Real trees are a handful of pages deep. */
const MAX_DEPTH = 32;
const SCHEMA_PAGE = 1;
const WRITE_AHEAD = 2;
/** Each table is read once; nothing else is that often. */
const MOST_READINGS = 2;

/** A value of a column. Large integers lose what is beyond 2^53. */
export type SqlValue = number | string | Uint8Array | null;

/** A row. */
export interface SqlRow {
  readonly id: number;
  readonly values: readonly SqlValue[];
  /** Where its page begins. */
  readonly at: number;
}

/** A table, as the schema has it. */
export interface SqlTable {
  readonly name: string;
  readonly rootPage: number;
  /** Names of the columns, in order. */
  readonly columns: readonly string[];
}

/** Told of pages that cannot be read. */
export type PageProblem = (at: number, problem: string) => void;

/** The tables of a file. */
export class Database {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #pageBytes: number;
  /** Bytes of a page without what is reserved at its end. */
  readonly #usable: number;
  readonly #problem: PageProblem;
  /** Of all rows read so far: rows that lie over each other would be endless work. */
  #rowBytes = 0;

  /** @throws EventFormatError */
  constructor(bytes: Uint8Array, problem: PageProblem) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#problem = problem;
    const size = bytes.length < HEADER_BYTES ? 0 : this.#view.getUint16(16);
    this.#pageBytes = size === 1 ? 65_536 : size;
    const isPower = (this.#pageBytes & (this.#pageBytes - 1)) === 0;
    if (this.#pageBytes < 512 || !isPower)
      throw new EventFormatError(
        'BAD_HEADER',
        0,
        'The SQLite file states no page size; its header is damaged or cut.',
      );
    this.#usable = this.#pageBytes - bytes[20]!;
    if (this.#usable < 480)
      throw new EventFormatError('BAD_HEADER', 0, 'The SQLite file states an impossible page size.');
  }

  /** Whether changes went to a file of their own first, which may hold some that are not here. */
  get isWrittenAhead(): boolean {
    return this.#bytes[19] === WRITE_AHEAD;
  }

  /** Bytes that the header says there are, 0 if it does not say it. */
  get statedBytes(): number {
    const isCurrent = this.#view.getUint32(24) === this.#view.getUint32(92);
    return isCurrent ? this.#view.getUint32(28) * this.#pageBytes : 0;
  }

  /** All tables. */
  tables(): SqlTable[] {
    const tables: SqlTable[] = [];
    for (const { values } of this.rows(SCHEMA_PAGE)) {
      const [type, name, , rootPage, sql] = values;
      if (
        type !== 'table' ||
        typeof name !== 'string' ||
        typeof rootPage !== 'number' ||
        typeof sql !== 'string'
      )
        continue;
      tables.push({ name, rootPage, columns: columnNames(sql) });
    }
    return tables;
  }

  /** The rows of a table in the order of their numbers, as far as its pages are sound. */
  *rows(rootPage: number): Generator<SqlRow, void, undefined> {
    const seen = new Set<number>();
    yield* this.#walk(rootPage, 0, seen);
  }

  *#walk(page: number, depth: number, seen: Set<number>): Generator<SqlRow, void, undefined> {
    const start = (page - 1) * this.#pageBytes;
    if (depth > MAX_DEPTH || page < 1 || seen.has(page)) {
      this.#problem(
        Math.min(Math.max(0, start), this.#bytes.length),
        `Page ${page} is in a circle or too deep`,
      );
      return;
    }
    seen.add(page);
    if (start + this.#pageBytes > this.#bytes.length) {
      this.#problem(this.#bytes.length, `Page ${page} is missing`);
      return;
    }
    const header = start + (page === SCHEMA_PAGE ? HEADER_BYTES : 0);
    const kind = this.#bytes[header];
    if (kind !== INTERIOR && kind !== LEAF) {
      this.#problem(start, `Page ${page} is none of a table`);
      return;
    }
    const cells = this.#view.getUint16(header + 3);
    const pointers = header + (kind === INTERIOR ? 12 : 8);
    if (pointers + 2 * cells > start + this.#pageBytes) {
      this.#problem(start, `Page ${page} states ${cells} cells`);
      return;
    }
    for (let i = 0; i < cells; i++) {
      const cell = this.#view.getUint16(pointers + 2 * i);
      if (cell < 8 || cell + 4 > this.#pageBytes) {
        this.#problem(start, `A cell of page ${page} lies outside it`);
        continue;
      }
      if (kind === INTERIOR) {
        yield* this.#walk(this.#view.getUint32(start + cell), depth + 1, seen);
        continue;
      }
      const row = this.#row(start, start + cell);
      if (row !== null) yield row;
    }
    if (kind === INTERIOR) yield* this.#walk(this.#view.getUint32(header + 8), depth + 1, seen);
  }

  #row(page: number, at: number): SqlRow | null {
    const payload = this.#varint(at);
    const id = this.#varint(payload.end);
    this.#rowBytes += payload.value;
    if (this.#rowBytes > MOST_READINGS * this.#bytes.length) {
      if (this.#rowBytes - payload.value <= MOST_READINGS * this.#bytes.length)
        this.#problem(page, 'Rows lie over each other; those that follow are left out');
      return null;
    }
    const record = this.#payload(page, id.end, payload.value);
    const values = record === null ? null : recordValues(record);
    if (values === null) {
      this.#problem(page, `The row ${id.value} cannot be read`);
      return null;
    }
    return { id: id.value, values, at: page };
  }

  /** A row's bytes, whose end may lie on a chain of other pages. */
  #payload(page: number, at: number, length: number): Uint8Array | null {
    const most = this.#usable - 35;
    if (length <= most)
      return at + length > page + this.#pageBytes ? null : this.#bytes.subarray(at, at + length);
    if (length > this.#bytes.length) return null;
    const least = Math.floor(((this.#usable - 12) * 32) / 255) - 23;
    const fitting = least + ((length - least) % (this.#usable - 4));
    const local = fitting <= most ? fitting : least;
    if (at + local + 4 > page + this.#pageBytes) return null;
    const payload = new Uint8Array(length);
    payload.set(this.#bytes.subarray(at, at + local));
    let next = this.#view.getUint32(at + local);
    // The length ends it: a chain in a circle gives wrong bytes, not endless ones.
    for (let filled = local; filled < length;) {
      const start = (next - 1) * this.#pageBytes;
      if (next < 2 || start + this.#pageBytes > this.#bytes.length) return null;
      const part = this.#bytes.subarray(start + 4, start + Math.min(this.#usable, 4 + length - filled));
      payload.set(part, filled);
      filled += part.length;
      next = this.#view.getUint32(start);
    }
    return payload;
  }

  #varint(at: number): { readonly value: number; readonly end: number } {
    return varint(this.#bytes, at);
  }
}

/** An integer of one to nine bytes; what lies beyond the bytes is 0. */
function varint(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
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

/** The columns of a record; `null` where it contradicts itself. */
function recordValues(record: Uint8Array): SqlValue[] | null {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const header = varint(record, 0);
  if (header.value > record.length) return null;
  const values: SqlValue[] = [];
  let at = header.value;
  for (let typeAt = header.end; typeAt < header.value;) {
    const { value: type, end } = varint(record, typeAt);
    typeAt = end;
    const bytes = type < INTEGER_BYTES.length ? INTEGER_BYTES[type]! : type >= FIRST_BLOB ? (type - FIRST_BLOB) >>> 1 : type === FLOAT ? 8 : 0; // prettier-ignore
    if (type === 10 || type === 11 || at + bytes > record.length) return null;
    values.push(valueOf(view, record, type, at, bytes));
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

/** Names of the columns in a CREATE TABLE statement. */
function columnNames(sql: string): string[] {
  const list = /\(([^]*)\)/.exec(sql)?.[1] ?? '';
  return list.split(',').map((column) => /^\s*["'`[]?(\w+)/.exec(column)?.[1] ?? '');
}
