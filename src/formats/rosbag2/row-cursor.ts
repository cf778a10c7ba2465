/** The rows of a table of SQLite in the order of their numbers, from any of them on. */
import type { EventFormatErrorCode } from '../errors.ts';
import type { ByteTask } from '../random-access.ts';
import { u16, u32, type DatabasePages } from './pages.ts';
import { recordValues, varint, type SqlValue } from './record.ts';

const HEADER_BYTES = 100;
const INTERIOR = 5;
const LEAF = 13;
/** Real trees are a handful of pages deep. */
const MAX_DEPTH = 32;
export const SCHEMA_PAGE = 1;
/** Each table is read once; nothing else is that often. */
const MOST_READINGS = 2;

/** A row. */
export interface SqlRow {
  readonly id: number;
  readonly values: readonly SqlValue[];
  /** Where its page begins. */
  readonly at: number;
}

/** Told of pages and rows that cannot be read. */
export type PageProblem = (code: EventFormatErrorCode, at: number, problem: string) => void;

/** What is looked at of a row. */
export interface RowLimits {
  /** Most bytes of a row. */
  readonly maxRowBytes: number;
  readonly problem: PageProblem;
}

/** A page on the way from the root to a row. */
interface Level {
  readonly number: number;
  readonly page: Uint8Array;
  readonly isLeaf: boolean;
  /** Where the page's own header is. */
  readonly header: number;
  readonly cells: number;
  /** Of the cells, and of the page behind the last of them. */
  next: number;
}

/** Goes through a table, as far as its pages are sound. */
export class RowCursor {
  readonly #pages: DatabasePages;
  readonly #limits: RowLimits;
  readonly #root: number;
  #way: Level[] | undefined;
  /** A bit for each page that was on the way, or had some of a row. */
  #seen: Uint8Array;
  /** Of all rows so far: rows that lie over each other would be endless work. */
  #rowBytes = 0;

  constructor(pages: DatabasePages, root: number, limits: RowLimits) {
    this.#pages = pages;
    this.#root = root;
    this.#limits = limits;
    this.#seen = new Uint8Array(pages.count / 8 + 1);
  }

  /** Bytes of all rows so far. */
  get rowBytes(): number {
    return this.#rowBytes;
  }

  /**
   * The next row, `null` behind the last.
   *
   * @param wants whether all of a row is, by the values that lie on its first page; others are `null` if it is not.
   */
  *next(wants: (values: readonly SqlValue[]) => boolean = () => true): ByteTask<SqlRow | null> {
    this.#way ??= yield* this.#begin();
    for (let level = this.#way.at(-1); level !== undefined; level = this.#way.at(-1)) {
      if (level.next >= level.cells + (level.isLeaf ? 0 : 1)) {
        this.#way.pop();
        continue;
      }
      const cell = this.#cell(level, level.next++);
      if (cell === null) continue;
      if (level.isLeaf) {
        const row = yield* this.#row(level, cell, wants);
        if (row !== null) return row;
      } else {
        const below = yield* this.#enter(u32(level.page, cell), this.#way.length);
        if (below !== null) this.#way.push(below);
      }
    }
    return null;
  }

  /** The way to the row that was given last, for {@link RowCursor.goTo}. */
  save(): number[] {
    return [this.#rowBytes, ...(this.#way ?? []).flatMap(({ number, next }) => [number, next])];
  }

  /** Goes on behind a row, if such a way leads to it. */
  *goTo([rowBytes, ...way]: readonly number[]): ByteTask<boolean> {
    this.#way = [];
    this.#rowBytes = rowBytes!;
    for (let i = 0; i < way.length; i += 2) {
      const [number, next] = [way[i]!, way[i + 1]!];
      const above = this.#way.at(-1);
      const cell = above === undefined ? null : this.#cell(above, above.next - 1);
      const stated = above === undefined ? this.#root : cell === null ? 0 : u32(above.page, cell);
      const isThere = stated === number && above?.isLeaf !== true && !this.#wasSeen(number);
      const level = isThere && this.#way.length <= MAX_DEPTH ? yield* this.#level(number) : null;
      if (typeof level !== 'object' || level === null || next < 1 || next > level.cells + 1) return false;
      level.next = next;
      this.#way.push(level);
    }
    return this.#way.at(-1)?.isLeaf === true;
  }

  *#begin(): ByteTask<Level[]> {
    const root = yield* this.#enter(this.#root, 0);
    return root === null ? [] : [root];
  }

  /** A page of the tree, `null` with a word on why where there is none. */
  *#enter(number: number, depth: number): ByteTask<Level | null> {
    const { size } = this.#pages;
    const start = this.#pages.startOf(number);
    const problem = (at: number, text: string): null => {
      this.#limits.problem('CORRUPT_DATA', at, `Page ${number} ${text}`);
      return null;
    };
    if (depth > MAX_DEPTH || number < 1 || this.#wasSeen(number))
      return problem(Math.min(Math.max(0, start), size), 'is in a circle or too deep');
    const level = yield* this.#level(number);
    if (level === null) return problem(size, 'is missing');
    return typeof level === 'string' ? problem(start, level) : level;
  }

  /** What a page is: `null` where it is missing, else what is wrong with it. */
  *#level(number: number): ByteTask<Level | string | null> {
    this.#mark(number);
    const page = yield* this.#pages.page(number);
    if (page === null) return null;
    const header = number === SCHEMA_PAGE ? HEADER_BYTES : 0;
    const kind = page[header];
    if (kind !== INTERIOR && kind !== LEAF) return 'is none of a table';
    const cells = u16(page, header + 3);
    const isLeaf = kind === LEAF;
    if (pointersOf(header, isLeaf) + 2 * cells > page.length) return `states ${cells} cells`;
    return { number, page, isLeaf, header, cells, next: 0 };
  }

  /** Where a cell of a page is, of an interior one its page number. */
  #cell({ number, page, isLeaf, header, cells }: Level, i: number): number | null {
    if (i === cells) return header + 8;
    const cell = u16(page, pointersOf(header, isLeaf) + 2 * i);
    if (cell >= 8 && cell + 4 <= page.length) return cell;
    const start = this.#pages.startOf(number);
    this.#limits.problem('CORRUPT_DATA', start, `A cell of page ${number} lies outside it`);
    return null;
  }

  *#row(
    { number, page }: Level,
    cell: number,
    wants: (values: readonly SqlValue[]) => boolean,
  ): ByteTask<SqlRow | null> {
    const at = this.#pages.startOf(number);
    const { problem, maxRowBytes } = this.#limits;
    const { value: length, end } = varint(page, cell);
    const { value: id, end: from } = varint(page, end);
    const most = MOST_READINGS * this.#pages.size;
    const before = this.#rowBytes;
    this.#rowBytes += length;
    if (this.#rowBytes > most) {
      if (before <= most)
        problem('CORRUPT_DATA', at, 'Rows lie over each other; those that follow are left out');
      return null;
    }
    const local = this.#localBytes(length);
    const isLocal = local === length;
    const head = page.subarray(from, from + local);
    const known = head.length < local || from + local + (isLocal ? 0 : 4) > page.length ? null : recordValues(head, length); // prettier-ignore
    if (known !== null && (isLocal || !wants(known))) return { id, values: known, at };
    if (known !== null && length > maxRowBytes && length <= this.#pages.size) {
      problem('TOO_LARGE', at, `The row ${id} has ${length} bytes, more than ${maxRowBytes} (maxChunkBytes)`);
      return null;
    }
    const payload = known && (yield* this.#payload(head, u32(page, from + local), length));
    const values = payload && recordValues(payload, length);
    if (values !== null) return { id, values, at };
    problem('CORRUPT_DATA', at, `The row ${id} cannot be read`);
    return null;
  }

  /** How many bytes of a row lie on its first page. */
  #localBytes(length: number): number {
    const { usableBytes } = this.#pages;
    const most = usableBytes - 35;
    if (length <= most) return length;
    const least = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
    const fitting = least + ((length - least) % (usableBytes - 4));
    return fitting <= most ? fitting : least;
  }

  /** A row's bytes, whose end lies on a chain of other pages. */
  *#payload(head: Uint8Array, first: number, length: number): ByteTask<Uint8Array | null> {
    if (length > this.#pages.size) return null;
    const payload = new Uint8Array(length);
    payload.set(head);
    let next = first;
    for (let filled = head.length; filled < length;) {
      // A page is one row's, and once in its chain.
      if (next < 2 || this.#wasSeen(next)) return null;
      this.#mark(next);
      const page = yield* this.#pages.page(next);
      if (page === null) return null;
      const part = page.subarray(4, Math.min(this.#pages.usableBytes, 4 + length - filled));
      payload.set(part, filled);
      filled += part.length;
      next = u32(page, 0);
    }
    return payload;
  }

  #wasSeen(number: number): boolean {
    return ((this.#seen[number >>> 3] ?? 0) & (1 << (number & 7))) !== 0;
  }

  #mark(number: number): void {
    // Pages beyond the file are not there: nothing is below them.
    if (number >>> 3 < this.#seen.length) this.#seen[number >>> 3]! |= 1 << (number & 7);
  }
}

/** Where a page lists its cells. */
function pointersOf(header: number, isLeaf: boolean): number {
  return header + (isLeaf ? 8 : 12);
}
