/** Reads the little-endian fields of HDF5's structures; never past their end. */
import { EventFormatError } from '../../errors.ts';

/** All bits set: an address or size that is not there. */
const UNDEFINED = 0xffff_ffff;

/** A place in a structure. */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  /** Of the structure in the file, for faults. */
  readonly #offset: number;
  readonly #what: string;
  /** Of the next field in the structure. */
  at = 0;

  /**
   * @param offset of the structure in the file.
   * @param what it is, for messages.
   */
  constructor(bytes: Uint8Array, offset: number, what: string) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#offset = offset;
    this.#what = what;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** Of the next field in the file. */
  get offset(): number {
    return this.#offset + this.at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** @throws EventFormatError for numbers from 2^53 on. */
  u64(): number {
    return this.uint(8);
  }

  i64(): number {
    const at = this.#take(8);
    return this.#view.getInt32(at + 4, true) * 2 ** 32 + this.#view.getUint32(at, true);
  }

  /** A number of 1 to 8 bytes. */
  uint(bytes: number): number {
    const at = this.#take(bytes);
    let value = 0;
    for (let i = bytes - 1; i >= 0; i--) value = value * 256 + this.bytes[at + i]!;
    if (value > Number.MAX_SAFE_INTEGER)
      throw this.corrupt('has a number that is larger than a file can be', at);
    return value;
  }

  /** An address in 8 bytes, `null` for one that is not there. */
  address(): number | null {
    const at = this.at;
    if (
      this.left >= 8 &&
      this.#view.getUint32(at, true) === UNDEFINED &&
      this.#view.getUint32(at + 4, true) === UNDEFINED
    ) {
      this.at += 8;
      return null;
    }
    return this.uint(8);
  }

  take(count: number): Uint8Array {
    const at = this.#take(count);
    return this.bytes.subarray(at, at + count);
  }

  skip(count: number): void {
    this.#take(count);
  }

  /** @throws EventFormatError unless these characters follow. */
  signature(text: string): void {
    const at = this.at;
    const found = String.fromCharCode(...this.take(text.length));
    if (found !== text) throw this.corrupt(`does not begin with ${text}`, at);
  }

  /** A text up to its zero byte. */
  zeroEnded(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw this.corrupt('ends inside a name');
    const text = latin(this.bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }

  corrupt(problem: string, at: number = this.at): EventFormatError {
    return new EventFormatError('CORRUPT_DATA', this.#offset + at, `${this.#what} ${problem}.`);
  }

  #take(count: number): number {
    const at = this.at;
    if (!(count <= this.left)) throw this.corrupt('is shorter than its content');
    this.at += count;
    return at;
  }
}

/** Names are UTF-8, as ASCII is. */
export function latin(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
