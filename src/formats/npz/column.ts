/** One array of an archive, kept until all are there. */
import { EventFormatError } from '../errors.ts';
import { ByteQueue } from '../byte-queue.ts';
import { numberType, type NumberType } from '../npy/dtype.ts';
import { readNpyHeader } from '../npy/header.ts';
import type { NumberColumn } from '../npy/numbers.ts';

const FIRST_CAPACITY = 0x1_0000;

/** Fills from the bytes of a one-dimensional `.npy`. */
export class ColumnBuffer {
  readonly #name: string;
  readonly #reserve: (bytes: number) => void;
  readonly #head = new ByteQueue();
  #type: NumberType | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;
  /** Bytes of all numbers, as the header says. */
  #expected = 0;
  #hasExcess = false;

  /** @param reserve is told, once, how many bytes the header announces; throws if they are too many. */
  constructor(name: string, reserve: (bytes: number) => void) {
    this.#name = name;
    this.#reserve = reserve;
  }

  /** Numbers that came. */
  get rows(): number {
    return this.#type === undefined ? 0 : Math.floor(this.#length / this.#type.bytes);
  }

  /** What is wrong with the array, now that it should be whole; `null` if nothing is. */
  get problem(): string | null {
    if (this.#type === undefined) return 'ends inside its header';
    if (this.#length < this.#expected) return `lacks ${this.#expected - this.#length} bytes`;
    return this.#hasExcess ? 'is longer than its header says' : null;
  }

  /** Returns false when nothing more is wanted. @throws EventFormatError for headers of other arrays. */
  write(bytes: Uint8Array): boolean {
    if (this.#type !== undefined) return this.#append(bytes);
    this.#head.push(bytes);
    const headerBytes = this.#readHeader(this.#head.peek(this.#head.length)!);
    if (headerBytes === null) {
      this.#head.keep();
      return true;
    }
    this.#head.skip(headerBytes);
    return this.#append(this.#head.take(this.#head.length)!);
  }

  /** The numbers. */
  column(): NumberColumn {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    const view = new DataView(buffer, byteOffset, byteLength);
    return { view, offset: 0, stride: this.#type!.bytes, type: this.#type! };
  }

  #readHeader(head: Uint8Array): number | null {
    const header = readNpyHeader(head);
    if (header === null) return null;
    const { descr, shape, fortranOrder, bytes } = header;
    const type = numberType(descr);
    if (type === null || shape.length !== 1 || fortranOrder) {
      throw new EventFormatError(
        'BAD_HEADER',
        0,
        `The array "${this.#name}" must hold integer, floating-point or boolean numbers in one dimension and C order; its shape is (${shape.join(', ')}), its type ${typeof descr === 'string' ? descr : 'structured'}.`,
      );
    }
    this.#expected = shape[0]! * type.bytes;
    this.#reserve(this.#expected);
    this.#type = type;
    return bytes;
  }

  #append(bytes: Uint8Array): boolean {
    const part = bytes.subarray(0, this.#expected - this.#length);
    const needed = this.#length + part.length;
    if (needed > this.#bytes.length) this.#grow(needed);
    this.#bytes.set(part, this.#length);
    this.#length = needed;
    this.#hasExcess ||= part.length < bytes.length;
    return !this.#hasExcess;
  }

  /** The header is not believed: room is made for what came. */
  #grow(needed: number): void {
    const capacity = Math.min(this.#expected, Math.max(needed, 2 * this.#bytes.length, FIRST_CAPACITY));
    let room: Uint8Array;
    try {
      room = new Uint8Array(capacity);
    } catch (cause) {
      throw new EventFormatError(
        'TOO_LARGE',
        0,
        `There is no memory for the ${this.#expected} bytes of "${this.#name}".`,
        { cause },
      );
    }
    room.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = room;
  }
}
