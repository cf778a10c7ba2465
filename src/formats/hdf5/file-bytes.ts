/** The bytes of a file that comes in order, kept to be read at any place. */
import type { ByteRange } from '../random-access.ts';

const FIRST_CAPACITY = 0x1_0000;

/** Grows with what comes, up to a limit. */
export class FileBytes {
  readonly #most: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get length(): number {
    return this.#length;
  }

  /** Takes as many bytes as there is room for; returns how many. */
  push(bytes: Uint8Array): number {
    const part = bytes.subarray(0, this.#most - this.#length);
    const needed = this.#length + part.length;
    if (needed > this.#bytes.length) {
      const room = new Uint8Array(
        Math.min(this.#most, Math.max(needed, 2 * this.#bytes.length, FIRST_CAPACITY)),
      );
      room.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = room;
    }
    this.#bytes.set(part, this.#length);
    this.#length = needed;
    return part.length;
  }

  /** What is there of a stretch; it stays as it is. */
  at({ offset, length }: ByteRange): Uint8Array {
    return this.#bytes.subarray(Math.min(offset, this.#length), Math.min(offset + length, this.#length));
  }

  /** Nobody looks at the bytes any more. */
  release(): void {
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
  }
}
