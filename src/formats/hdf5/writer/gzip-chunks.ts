/** A dataset of numbers, their bytes shuffled and deflated. */
import { deflate } from '../../compression/deflate.ts';
import { adler32 } from '../../compression/adler32.ts';
import { shuffle } from '../chunk-filters/shuffle.ts';
import { ChunkWriter } from './chunk-writer.ts';
import type { FileWriter } from './file-writer.ts';

const SHUFFLE = 2;
const DEFLATE = 1;
/** Of zlib: higher levels take two to four times as long for 1 to 3 %. */
const LEVEL = 4;

/** Writes numbers, gathered to chunks of `chunkRows`; a row may be an array. */
export class GzipChunks {
  readonly #chunks: ChunkWriter;
  readonly #elementBytes: number;
  readonly #rowBytes: number;
  readonly #chunk: Uint8Array;
  #filled = 0;

  constructor(
    file: FileWriter,
    type: Uint8Array,
    elementBytes: number,
    chunkRows: number,
    inner: readonly number[] = [],
  ) {
    const shuffling = elementBytes > 1 ? [{ id: SHUFFLE, name: '', values: [elementBytes] }] : [];
    const filters = [...shuffling, { id: DEFLATE, name: '', values: [LEVEL] }];
    this.#chunks = new ChunkWriter(file, { type, elementBytes, chunkRows, inner, filters });
    this.#elementBytes = elementBytes;
    this.#rowBytes = inner.reduce((product, size) => product * size, elementBytes);
    this.#chunk = new Uint8Array(this.#rowBytes * chunkRows);
  }

  /** Takes the little-endian bytes of any number of elements. */
  write(elements: Uint8Array): void {
    for (let at = 0; at < elements.length;) {
      const part = elements.subarray(at, at + this.#chunk.length - this.#filled);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#chunk.length) this.#flush();
    }
  }

  /** Writes what is left and the dataset's header; returns its address. */
  finish(attributes: Readonly<Record<string, string>> = {}): number {
    if (this.#filled > 0) this.#flush();
    return this.#chunks.finish(attributes);
  }

  #flush(): void {
    const rows = this.#filled / this.#rowBytes;
    this.#chunk.fill(0, this.#filled);
    this.#chunks.write(zlibBytes(shuffle(this.#chunk, this.#elementBytes)), rows);
    this.#filled = 0;
  }
}

/** A zlib stream (RFC 1950). */
function zlibBytes(bytes: Uint8Array): Uint8Array {
  const deflated = deflate(bytes, { level: LEVEL }).bytes;
  const stream = new Uint8Array(2 + deflated.length + 4);
  stream.set([0x78, 0x01]);
  stream.set(deflated, 2);
  new DataView(stream.buffer).setUint32(2 + deflated.length, adler32(bytes));
  return stream;
}
