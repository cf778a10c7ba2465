/** Pages of an SQLite file, which lie anywhere. Source: sqlite.org/fileformat2.html. */
import { EventFormatError } from '../errors.ts';
import type { ByteTask } from '../random-access.ts';

export const SQLITE_MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
const WRITE_AHEAD = 2;
/** Asked for at once: pages of 512 bytes to this many, most of them one behind the other. */
const WINDOW_BYTES = 0x1_0000;
/** Of the pages that lead to a row, and of those that it lies on. */
const MOST_WINDOWS = 8;

/** See the file comment. Keeps some of them. */
export class DatabasePages {
  /** Of the file, as it is. */
  readonly size: number;
  readonly pageBytes: number;
  /** Bytes of a page without what is reserved at its end. */
  readonly usableBytes: number;
  /** Whether changes went to a file of their own first, which may hold some that are not here. */
  readonly isWrittenAhead: boolean;
  /** Bytes that the header says there are, 0 if it does not say it. */
  readonly statedBytes: number;
  readonly #windows = new Map<number, Uint8Array>();

  private constructor(size: number, head: Uint8Array) {
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const pageBytes = head.length < HEADER_BYTES ? 0 : view.getUint16(16);
    this.size = size;
    this.pageBytes = pageBytes === 1 ? WINDOW_BYTES : pageBytes;
    const isPower = (this.pageBytes & (this.pageBytes - 1)) === 0;
    if (this.pageBytes < 512 || !isPower)
      throw new EventFormatError(
        'BAD_HEADER',
        0,
        'The SQLite file states no page size; its header is damaged or cut.',
      );
    this.usableBytes = this.pageBytes - head[20]!;
    if (this.usableBytes < 480)
      throw new EventFormatError('BAD_HEADER', 0, 'The SQLite file states an impossible page size.');
    this.isWrittenAhead = head[19] === WRITE_AHEAD;
    const isCurrent = view.getUint32(24) === view.getUint32(92);
    this.statedBytes = isCurrent ? view.getUint32(28) * this.pageBytes : 0;
  }

  /** Reads the header. @throws EventFormatError */
  static *open(size: number): ByteTask<DatabasePages> {
    return new DatabasePages(size, yield { offset: 0, length: Math.min(size, HEADER_BYTES) });
  }

  /** How many whole ones there are. */
  get count(): number {
    return Math.floor(this.size / this.pageBytes);
  }

  /** Where a page begins. @param number from 1 on */
  startOf(number: number): number {
    return (number - 1) * this.pageBytes;
  }

  /** A page, `null` where there is none, or not all of it. */
  *page(number: number): ByteTask<Uint8Array | null> {
    if (number < 1 || number > this.count) return null;
    const start = this.startOf(number);
    const offset = start - (start % WINDOW_BYTES);
    let window = this.#windows.get(offset);
    if (window === undefined) {
      window = yield { offset, length: Math.min(WINDOW_BYTES, this.size - offset) };
      if (this.#windows.size >= MOST_WINDOWS) this.#windows.delete(this.#windows.keys().next().value!);
    } else {
      this.#windows.delete(offset);
    }
    this.#windows.set(offset, window);
    const page = window.subarray(start - offset, start - offset + this.pageBytes);
    return page.length === this.pageBytes ? page : null;
  }
}

/** Of a page, big-endian. */
export function u16(page: Uint8Array, at: number): number {
  return page[at]! * 256 + page[at + 1]!;
}

/** Of a page, big-endian. */
export function u32(page: Uint8Array, at: number): number {
  return u16(page, at) * 65_536 + u16(page, at + 2);
}
