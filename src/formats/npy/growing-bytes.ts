/** Bytes that are gathered until all are there, of which only an announced length is known. */
import { EventFormatError } from '../errors.ts';

/** Memory that is not written to is not there, mostly; what is announced beyond it is not believed. */
const FIRST_CAPACITY = 2 ** 24;
/** What was gathered is copied when room runs out: a third of it in all. */
const GROWTH = 4;
/**
 * Memory that is kept for the next array. Fresh memory of megabytes makes V8 collect its garbage: up to a third of the time
 * that it takes to read an archive.
 */
const MAX_SPARE_BYTES = 2 ** 25;
const spare: Uint8Array[] = [];

/** Takes up to `expected` bytes; room is made for what comes. */
export class GrowingBytes {
  readonly #name: string;
  readonly #expected: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;
  #isOurs = true;

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
      this.#isOurs = false;
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

  /** Nobody looks at the bytes any more, nor are any to come. */
  release(): void {
    const bytes = this.#bytes;
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
    const kept = spare.reduce((sum, { length }) => sum + length, 0);
    if (this.#isOurs && bytes.length > 0 && kept + bytes.length <= MAX_SPARE_BYTES) spare.push(bytes);
  }

  #grow(needed: number): void {
    const capacity = Math.min(this.#expected, Math.max(needed, GROWTH * this.#bytes.length, FIRST_CAPACITY));
    const room = takeSpare(capacity) ?? this.#allocate(capacity);
    room.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = room;
  }

  #allocate(capacity: number): Uint8Array {
    try {
      return new Uint8Array(capacity);
    } catch (cause) {
      throw new EventFormatError(
        'TOO_LARGE',
        0,
        `There is no memory for the ${this.#expected} bytes of ${this.#name}.`,
        { cause },
      );
    }
  }
}

/** The smallest that is large enough. */
function takeSpare(capacity: number): Uint8Array | undefined {
  let best = -1;
  for (const [i, { length }] of spare.entries()) {
    if (length >= capacity && (best < 0 || length < spare[best]!.length)) best = i;
  }
  return best < 0 ? undefined : spare.splice(best, 1)[0];
}
