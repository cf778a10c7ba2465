/** Puts parts of a file one behind the other, and knows where each is. */
import { joinBytes } from '../../bytes.ts';

/** Parts that were not taken yet, and their place. */
export class FileWriter {
  #parts: Uint8Array[] = [];
  #length = 0;

  /** Of the file so far. */
  get length(): number {
    return this.#length;
  }

  /** Returns the address. */
  append(bytes: Uint8Array): number {
    const address = this.#length;
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return address;
  }

  /** What was appended since the last call. */
  take(): Uint8Array {
    const bytes = joinBytes(this.#parts);
    this.#parts = [];
    return bytes;
  }
}
