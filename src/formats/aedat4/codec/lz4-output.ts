/** Where the blocks of an LZ4 frame go. */
import { decompressBlock } from './lz4-block.ts';

/** The output of one frame, whose blocks are named by their places in it. It grows with them: no stated size is believed. */
export interface Lz4Output {
  /** Bytes so far. */
  readonly length: number;
  /** Takes bytes of the frame as they are. */
  store(from: number, end: number): void;
  /**
   * Decompresses a block.
   *
   * @returns false where the output would be longer than `limit`.
   * @throws CodecError where the block is damaged.
   */
  decompress(from: number, end: number, limit: number): boolean;
  bytes(): Uint8Array;
}

/** Most bytes that a block of so many bytes becomes. */
export function mostBytes(blockBytes: number): number {
  return 255 * blockBytes;
}

/** Output of the plain loop, in memory of its own. */
export class PlainOutput implements Lz4Output {
  readonly #frame: Uint8Array;
  readonly #maxBytes: number;
  #bytes: Uint8Array;
  #length = 0;

  constructor(frame: Uint8Array, expectedBytes: number, maxBytes: number) {
    this.#frame = frame;
    this.#maxBytes = maxBytes;
    this.#bytes = new Uint8Array(expectedBytes);
  }

  get length(): number {
    return this.#length;
  }

  store(from: number, end: number): void {
    this.#reserve(this.#length + end - from);
    this.#bytes.set(this.#frame.subarray(from, end), this.#length);
    this.#length += end - from;
  }

  decompress(from: number, end: number, limit: number): boolean {
    this.#reserve(Math.min(limit, this.#length + mostBytes(end - from)));
    const most = Math.min(limit, this.#bytes.length);
    const done = decompressBlock(this.#frame.subarray(from, end), this.#bytes, this.#length, most);
    if (done >= 0) this.#length = done;
    return done >= 0;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(needed: number): void {
    if (needed <= this.#bytes.length) return;
    const room = new Uint8Array(Math.min(this.#maxBytes, Math.max(needed, 2 * this.#bytes.length)));
    room.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = room;
  }
}
