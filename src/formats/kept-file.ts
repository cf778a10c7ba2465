/** A file that is read when all of it is there. */
import { EventFormatError } from './errors.ts';
import { startsWith } from './event-format.ts';
import { GrowingBytes } from './npy/growing-bytes.ts';

/** See {@link KeptFile}. */
export interface KeptFileOptions {
  /** For messages: `the database`. */
  readonly name: string;
  /** First bytes, as text. */
  readonly magic: string;
  /** Why other bytes are refused. */
  readonly otherwise: string;
  /** Most bytes that are kept. */
  readonly maxBytes: number;
  /** Why more are refused, and what to do. */
  readonly tooLarge: string;
}

/** Push class: keeps bytes, as long as they may be such a file and not too many. */
export class KeptFile {
  readonly #options: KeptFileOptions;
  readonly #bytes: GrowingBytes;

  constructor(options: KeptFileOptions) {
    this.#options = options;
    this.#bytes = new GrowingBytes(options.name, options.maxBytes);
  }

  /** @throws EventFormatError `BAD_HEADER`, `TOO_LARGE`. */
  push(bytes: Uint8Array): void {
    const { magic, otherwise, tooLarge } = this.#options;
    const magicLeft = magic.slice(this.#bytes.length);
    if (!startsWith(bytes, magicLeft.slice(0, bytes.length)))
      throw new EventFormatError('BAD_HEADER', 0, otherwise);
    if (bytes.length > this.#bytes.missing) throw new EventFormatError('TOO_LARGE', 0, tooLarge);
    this.#bytes.push(bytes);
  }

  /** Lets the bytes go: they come from somewhere else. */
  release(): void {
    this.#bytes.release();
  }

  /** Hands all bytes to `read`, and lets them go. */
  end(read: (bytes: Uint8Array) => void): void {
    try {
      const { buffer, byteOffset, byteLength } = this.#bytes.view();
      read(new Uint8Array(buffer, byteOffset, byteLength));
    } finally {
      this.#bytes.release();
    }
  }
}
