/** One array of an archive, kept until all are there. */
import { ByteQueue } from '../byte-queue.ts';
import { numberType, structType } from '../npy/dtype.ts';
import { GrowingBytes } from '../npy/growing-bytes.ts';
import { readNpyHeader, type NpyHeader } from '../npy/header.ts';

const MOST_AT_ONCE = 2 ** 28;

/** Elements that are not kept, as they lie in the archive. */
interface ElementsPlace {
  readonly offset: number;
  readonly bytes: number;
}

/** Fills from the bytes of an `.npy`, or knows where they are. */
export class MemberArray {
  readonly name: string;
  readonly #open: (header: NpyHeader) => number | null;
  readonly #head = new ByteQueue();
  #bytes: GrowingBytes | undefined;
  /** Bytes of elements, as the header says. */
  #expected = 0;
  #place: ElementsPlace | undefined;
  #hasExcess = false;

  /** @param open is told the header, once; says how many bytes follow, or `null` if they are not wanted. */
  constructor(name: string, open: (header: NpyHeader) => number | null) {
    this.name = name;
    this.#open = open;
  }

  /** Bytes of elements that came, or are there. */
  get length(): number {
    return this.#place === undefined
      ? (this.#bytes?.length ?? 0)
      : Math.min(this.#place.bytes, this.#expected);
  }

  /** Where the elements begin in the archive, where they are not kept. */
  get offset(): number {
    return this.#place?.offset ?? 0;
  }

  /** Whether they are longer than the header says. */
  get hasExcess(): boolean {
    return this.#hasExcess;
  }

  /** What is wrong with the array, now that it should be whole; `null` if nothing is. */
  get problem(): string | null {
    if (this.#bytes === undefined) return 'ends inside its header';
    const missing = this.#expected - this.length;
    if (missing > 0) return `lacks ${missing} bytes`;
    return this.#hasExcess ? 'is longer than its header says' : null;
  }

  /**
   * How many bytes the `.npy` has, going by its first ones; `null` if they do not say it, or more than are to be inflated
   * at once. Nothing comes of it but how the rest is read: the bytes may be damaged.
   */
  announced(head: Uint8Array): number | null {
    try {
      const header = readNpyHeader(head);
      if (header === null || header.shape.length > 2) return null;
      const element = numberType(header.descr)?.bytes ?? structType(header.descr)?.itemBytes ?? NaN;
      const bytes = header.shape.reduce((product, size) => product * size, element);
      return bytes >= 0 && bytes <= MOST_AT_ONCE ? header.bytes + bytes : null;
    } catch {
      return null;
    }
  }

  /**
   * Returns false when nothing more is wanted.
   *
   * @param mayKeep whether the memory is nobody else's.
   * @throws EventFormatError for headers that are none.
   */
  write(bytes: Uint8Array, mayKeep: boolean): boolean {
    if (this.#bytes !== undefined) return this.#append(bytes, mayKeep);
    this.#head.push(bytes);
    const header = readNpyHeader(this.#head.peek(this.#head.length)!);
    if (header === null) {
      this.#head.keep();
      return true;
    }
    const expected = this.#open(header);
    if (expected === null) return false;
    this.#expected = expected;
    this.#bytes = new GrowingBytes(`"${this.name}"`, expected);
    this.#head.skip(header.bytes);
    const rest = this.#head.length;
    return this.#append(this.#head.take(rest)!, mayKeep && rest === bytes.length - header.bytes);
  }

  /** The elements are not written, but read where they lie. */
  lieAt(offset: number, bytes: number): void {
    this.#place = { offset, bytes };
    this.#hasExcess = bytes > this.#expected;
  }

  /** The elements that were written. */
  view(): DataView {
    return this.#bytes!.view();
  }

  /** Nobody looks at the elements any more. */
  release(): void {
    this.#bytes?.release();
  }

  #append(bytes: Uint8Array, mayKeep: boolean): boolean {
    this.#hasExcess ||= this.#bytes!.push(bytes, mayKeep) < bytes.length;
    return !this.#hasExcess;
  }
}
