/** Packets out of the bytes behind the IOHeader: i32 stream, i32 size, payload. */
import { ByteQueue } from '../byte-queue.ts';

const HEADER_BYTES = 8;

/** What to do with packets, and where they end. */
export interface PacketHandler {
  /** Whether the payload is wanted; else its bytes are skipped. */
  wants(stream: number, size: number, byteOffset: number): boolean;
  /** Returns false where it is no packet: it and what follows are the table of packets. */
  packet(stream: number, payload: Uint8Array, byteOffset: number): boolean;
  /** A size that cannot be: nothing after it can be found. */
  lost(size: number, byteOffset: number): void;
  /** Whether the packets end here. */
  isEnd(byteOffset: number): boolean;
  /** Whether what stands in the place of the stream's number begins the table of packets. */
  isTable(stream: number): boolean;
}

/** Takes bytes cut anywhere; holds at most one packet. */
export class PacketStream {
  readonly #handler: PacketHandler;
  readonly #queue = new ByteQueue();
  #start: number;
  #skip = 0;
  #ended = false;
  #header: { readonly stream: number; readonly size: number } | null = null;

  /** @param start byte offset of the first packet. */
  constructor(start: number, handler: PacketHandler) {
    this.#start = start;
    this.#handler = handler;
  }

  /** Bytes of a packet that is not complete. */
  get pendingBytes(): number {
    if (this.#ended) return 0;
    const skipped = this.#skip > 0 ? this.#skippedBytes : 0;
    return this.#queue.length + (this.#header === null ? 0 : HEADER_BYTES) + skipped;
  }

  /** Bytes already dropped of a packet whose rest has not come. */
  #skippedBytes = 0;

  /** Whether what follows are no packets. */
  get isOver(): boolean {
    return this.#ended;
  }

  /** A packet begins at this offset of the stream, whose bytes come next. */
  restart(start: number): void {
    this.#queue.restart(0);
    this.#start = start;
    this.#skip = 0;
    this.#header = null;
    this.#ended = false;
  }

  push(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.#queue.push(bytes);
    while (this.#next());
    this.#queue.keep();
  }

  /** Reads one packet, or part of one that is skipped; false: more bytes must come. */
  #next(): boolean {
    if (this.#skip > 0) {
      const skipped = this.#queue.skip(this.#skip);
      this.#skip -= skipped;
      this.#skippedBytes += skipped;
      return this.#skip === 0;
    }
    const byteOffset = this.#start + this.#queue.offset;
    if (this.#header === null) {
      if (this.#handler.isEnd(byteOffset)) return this.#end();
      const bytes = this.#queue.take(HEADER_BYTES);
      if (bytes === null) return false;
      const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
      const [stream, size] = [view.getInt32(0, true), view.getInt32(4, true)];
      if (this.#handler.isTable(stream)) return this.#end();
      if (size < 0) {
        this.#handler.lost(size, byteOffset);
        return this.#end();
      }
      if (!this.#handler.wants(stream, size, byteOffset)) {
        this.#skip = size;
        this.#skippedBytes = HEADER_BYTES;
        return true;
      }
      this.#header = { stream, size };
    }
    const { stream, size } = this.#header;
    const at = this.#start + this.#queue.offset - HEADER_BYTES;
    const payload = this.#queue.take(size);
    if (payload === null) return false;
    this.#header = null;
    return this.#handler.packet(stream, payload, at) || this.#end();
  }

  #end(): false {
    this.#ended = true;
    this.#queue.skip(this.#queue.length);
    return false;
  }
}
