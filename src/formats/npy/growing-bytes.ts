/** Bytes that are gathered until all are there, of which only an announced length is known. */
import { EventFormatError } from '../errors.ts';

const FIRST_CAPACITY = 0x1_0000;
/** What was gathered is copied when room runs out: a third of it in all. */
const GROWTH = 4;

/** Takes up to `expected` bytes. What is announced is not believed: room is made for what comes. */
export class GrowingBytes {
  readonly #name: string;
  readonly #expected: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;

  /** @param name of what is gathered, for messages. */
  constructor(name: string, expected: number) {
    this.#name = name;
    this.#expected = expected;
  }

  get length(): number {
    return this.#length;
  }

  /** Bytes that are still to come. */
  get missing(): number {
    return this.#expected - this.#length;
  }

  /**
   * Takes as many of the bytes as are expected; returns how many.
   *
   * @param mayKeep whether their memory is nobody else's: it is not copied if it is all that is expected.
   * @throws EventFormatError `TOO_LARGE`.
   */
  push(bytes: Uint8Array, mayKeep = false): number {
    const part = bytes.subarray(0, this.missing);
    if (mayKeep && part.length === this.#expected) {
      this.#bytes = part;
      this.#length = part.length;
      return part.length;
    }
    const needed = this.#length + part.length;
    if (needed > this.#bytes.length) this.#grow(needed);
    this.#bytes.set(part, this.#length);
    this.#length = needed;
    return part.length;
  }

  /** All bytes, until the next push. */
  view(): DataView {
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#length);
  }

  #grow(needed: number): void {
    const capacity = Math.min(this.#expected, Math.max(needed, GROWTH * this.#bytes.length, FIRST_CAPACITY));
    let room: Uint8Array;
    try {
      room = new Uint8Array(capacity);
    } catch (cause) {
      throw new EventFormatError(
        'TOO_LARGE',
        0,
        `There is no memory for the ${this.#expected} bytes of ${this.#name}.`,
        { cause },
      );
    }
    room.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = room;
  }
}
