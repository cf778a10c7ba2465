/** Zstandard frames (RFC 8878), one behind the other: decompressed by fzstd, which looks at no checksum. */
import { Decompress } from 'fzstd';
import { ByteQueue } from '../byte-queue.ts';
import { copyBytes } from '../bytes.ts';
import { Xxh64 } from '../compression/xxh64.ts';
import type { Packing, UnpackedSink, Unpacker } from './unpacker.ts';

const MAGIC = 0xfd2f_b528;
/** The upper 28 bits of frames to pass over. */
const SKIPPABLE = 0x184d_2a50;
const CHECKSUM_BYTES = 4;
const BLOCK_HEADER_BYTES = 3;
const RUN_LENGTH = 1;
/** What the zstd program takes without being told to. */
const MAX_WINDOW_BYTES = 2 ** 27;
const PIECE_BYTES = 4096;

/** Where a frame is. */
type Stage = 'frame' | 'skip' | 'block' | 'content' | 'checksum' | 'broken';

class ZstdUnpacker implements Unpacker {
  readonly #sink: UnpackedSink;
  readonly #queue = new ByteQueue();
  #stage: Stage = 'frame';
  #decompress: Decompress | undefined;
  #sum = new Xxh64();
  #hasChecksum = false;
  #isLastBlock = false;
  /** Bytes of a block or a frame to pass over. */
  #left = 0;
  /** What the sink threw, which is no fault of the data. */
  #failure: Error | undefined;

  constructor(sink: UnpackedSink) {
    this.#sink = sink;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      this.#queue.push(bytes.subarray(at, at + PIECE_BYTES));
      while (this.#step());
      this.#queue.keep();
    }
  }

  finish(): void {
    if (this.#stage === 'broken' || (this.#stage === 'frame' && this.#queue.length === 0)) return;
    this.#sink.damaged('TRUNCATED', 'The zstd file ends inside a frame: what it lacks is missing.');
  }

  /** Reads the next thing; false where its bytes are still to come. */
  #step(): boolean {
    const queue = this.#queue;
    switch (this.#stage) {
      case 'frame':
        return this.#readFrame();
      case 'block':
        return this.#readBlock();
      case 'checksum':
        return this.#readChecksum();
      case 'skip':
        this.#left -= queue.skip(this.#left);
        if (this.#left === 0) this.#stage = 'frame';
        return this.#left === 0;
      case 'content': {
        const part = queue.take(Math.min(this.#left, queue.length))!;
        this.#left -= part.length;
        const isEnd = this.#left === 0;
        if (isEnd) this.#stage = this.#isLastBlock ? 'checksum' : 'block';
        // A frame without a checksum ends here.
        this.#feed(part, isEnd && this.#isLastBlock && !this.#hasChecksum);
        return isEnd;
      }
      case 'broken':
        queue.skip(queue.length);
        return false;
    }
  }

  #readFrame(): boolean {
    const start = this.#queue.peek(8);
    // No frame is shorter than nine bytes.
    if (start === null) return false;
    const view = new DataView(start.buffer, start.byteOffset);
    const magic = view.getUint32(0, true);
    if ((magic & ~0xf) >>> 0 === SKIPPABLE) {
      this.#left = 8 + view.getUint32(4, true);
      this.#stage = 'skip';
      return true;
    }
    if (magic !== MAGIC) return this.#break('has no frame where one should be');
    const descriptor = start[4]!;
    const isSingle = (descriptor & 0x20) !== 0;
    const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
    const headerBytes = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]! + sizeBytes;
    const header = this.#queue.take(headerBytes);
    if (header === null) return false;
    if ((descriptor & 0x08) !== 0) return this.#break('has a frame of an unknown kind');
    if (windowBytes(header, isSingle, sizeBytes) > MAX_WINDOW_BYTES)
      return this.#break(`needs a window of more than ${MAX_WINDOW_BYTES} bytes`);
    this.#hasChecksum = (descriptor & 4) !== 0;
    this.#sum = new Xxh64();
    this.#decompress = new Decompress((bytes) => {
      this.#take(bytes);
    });
    this.#stage = 'block';
    return this.#feed(header, false);
  }

  #readBlock(): boolean {
    const header = this.#queue.take(BLOCK_HEADER_BYTES);
    if (header === null) return false;
    const bits = header[0]! | (header[1]! << 8) | (header[2]! << 16);
    this.#isLastBlock = (bits & 1) === 1;
    this.#left = ((bits >>> 1) & 3) === RUN_LENGTH ? 1 : bits >>> 3;
    const isEmpty = this.#left === 0;
    this.#stage = isEmpty ? (this.#isLastBlock ? 'checksum' : 'block') : 'content';
    return this.#feed(header, isEmpty && this.#isLastBlock && !this.#hasChecksum);
  }

  #readChecksum(): boolean {
    if (this.#hasChecksum) {
      const checksum = this.#queue.take(CHECKSUM_BYTES);
      if (checksum === null) return false;
      if (!this.#feed(checksum, true)) return false;
      const stated = new DataView(checksum.buffer, checksum.byteOffset).getUint32(0, true);
      if (stated !== this.#sum.low32())
        return this.#break('holds something of another checksum than it states');
    }
    this.#stage = 'frame';
    return true;
  }

  #feed(bytes: Uint8Array, final: boolean): boolean {
    try {
      // fzstd keeps parts of what it gets.
      this.#decompress!.push(copyBytes(bytes), final);
      return true;
    } catch {
      if (this.#failure !== undefined) throw this.#failure;
      return this.#break('is damaged');
    }
  }

  #take(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#hasChecksum) this.#sum.push(bytes);
    try {
      this.#sink.write(bytes);
    } catch (error) {
      this.#failure = error as Error;
      throw error;
    }
  }

  #break(what: string): false {
    this.#stage = 'broken';
    this.#sink.damaged('CORRUPT_DATA', `The zstd file ${what}: what follows is left out.`);
    return false;
  }
}

function windowBytes(header: Uint8Array, isSingle: boolean, sizeBytes: number): number {
  if (!isSingle) return 2 ** (10 + (header[5]! >>> 3)) * (1 + (header[5]! & 7) / 8);
  let size = sizeBytes === 2 ? 256 : 0;
  for (let i = 0; i < sizeBytes; i++) size += header[header.length - sizeBytes + i]! * 2 ** (8 * i);
  return size;
}

/** See {@link Packing}. */
export const zstdPacking: Packing = {
  name: 'zstd',
  extensions: ['.zst', '.zstd'],
  begins: (_, text) => text.startsWith('\u0028\u00b5\u002f\u00fd'),
  createUnpacker: (sink) => new ZstdUnpacker(sink),
};
