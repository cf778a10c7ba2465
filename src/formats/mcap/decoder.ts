/** MCAP files, as ROS 2 bags are by default. */
import { CodecError, codecProblem } from '../aedat4/codec/codec-error.ts';
import { ByteQueue } from '../byte-queue.ts';
import { crc32 } from '../compression/crc32.ts';
import { EventFormatError } from '../errors.ts';
import { decompressChunk } from '../ros/chunk-codecs.ts';
import { resumeState, type ResumePlace, type ResumePoint } from '../resume.ts';
import { RosDecoder } from '../ros/ros-decoder.ts';
import type { RosDecoderOptions } from '../ros/ros-events.ts';
import {
  CHUNK_HEAD_BYTES,
  MCAP_MAGIC,
  MESSAGE_HEAD_BYTES,
  OPCODE,
  PREFIX_BYTES,
  RecordError,
  RecordReader,
} from './records.ts';
import { McapTopics } from './topics.ts';

/** A chunk whose records lie in it as they are, and are read as they come. */
interface StoredChunk {
  readonly at: number;
  readonly end: number;
  /** As stated; 0: it is not. */
  readonly crc32: number;
  crc32SoFar: number;
}

const NO_CHUNK: StoredChunk = { at: 0, end: 0, crc32: 0, crc32SoFar: 0 };

/**
 * Push decoder of MCAP files with messages of ROS 2 (CDR) or ROS 1, in the order of the file; index and summary are not
 * needed, so files that were not closed are read too. Chunks may be stored or compressed by LZ4 or ZSTD; their checksums are
 * looked at. What of messages is read and which topics: as in {@link RosbagDecoder}. A chunk that is damaged or cut is left
 * out, of a stored one its whole messages are kept.
 *
 * @throws EventFormatError as {@link RosbagDecoder}. OptionError.
 *
 * @example
 * ```ts
 * import { batchFromTuples, McapDecoder, McapEncoder } from 'saccade';
 * const encoder = new McapEncoder({ topic: '/left/events' });
 * const file = [encoder.push(batchFromTuples([[1000, 3, 4, 1]], { width: 640, height: 480 })), encoder.finish()];
 * const decoder = new McapDecoder();
 * const [batch] = file.flatMap((bytes) => decoder.push(bytes));
 * decoder.finish();
 * console.log(batch?.t[0], batch?.x[0], decoder.geometry); // 1000 3 { width: 640, height: 480 }
 * ```
 */
export class McapDecoder extends RosDecoder {
  readonly #queue = new ByteQueue();
  readonly #topics: McapTopics;
  #inMagic = true;
  #skip = 0;
  #chunk: StoredChunk | null = null;
  /** Whether all messages were there, or nothing behind can be read. */
  #isOver = false;

  constructor(options: RosDecoderOptions = {}) {
    super('mcap', 'MCAP', 'cdr', options);
    this.#topics = new McapTopics(this.events);
  }

  protected decode(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    try {
      while (this.#step());
    } finally {
      this.events.flush();
      this.#queue.keep();
    }
  }

  protected end(): void {
    if (this.#chunk !== null && this.#queue.offset >= this.#chunk.end) this.#endChunk(this.#chunk);
    if (!this.#isOver) {
      if (this.#queue.length > 0) this.truncated(this.#queue.length);
      else
        this.damage(
          'TRUNCATED',
          this.account.bytes,
          'The file ends before its messages do; some may be missing.',
        );
    }
    this.events.finish();
  }

  /** Between records, within a stored chunk too; of one that is compressed none was read, or all. */
  protected override place(): ResumePlace | null {
    const events = this.#inMagic || this.#isOver ? null : this.events.save();
    const { at, end, crc32: stated, crc32SoFar } = this.#chunk ?? NO_CHUNK;
    const state = [this.#skip, at, end, stated, crc32SoFar];
    return events && { pendingBytes: this.#queue.length, state: [...state, ...events] };
  }

  protected override goOn(point: ResumePoint): void {
    const [skip, at, end, stated, crc32SoFar, ...events] = resumeState(point, 8, true);
    this.events.restore(events, point);
    this.#queue.restart(point.byteOffset);
    this.#skip = skip!;
    this.#isOver = false;
    this.#chunk = end === 0 ? null : { at: at!, end: end!, crc32: stated!, crc32SoFar: crc32SoFar! };
  }

  /** Reads the next thing; false where its bytes are still to come. */
  #step(): boolean {
    const queue = this.#queue;
    if (this.#isOver) {
      queue.skip(queue.length);
      return false;
    }
    if (this.#inMagic) return this.#readMagic();
    if (this.#skip > 0) return this.#pass();
    if (this.#chunk !== null && queue.offset >= this.#chunk.end) this.#endChunk(this.#chunk);
    return this.#readRecord();
  }

  #readMagic(): boolean {
    const magic = this.#queue.take(MCAP_MAGIC.length);
    if (magic === null) return false;
    if (MCAP_MAGIC.some((byte, i) => magic[i] !== byte))
      throw new EventFormatError('BAD_HEADER', 0, 'An MCAP file begins with its magic number.');
    this.#inMagic = false;
    return true;
  }

  /** Passes bytes over, which count for a stored chunk's checksum. */
  #pass(): boolean {
    const part = this.#queue.take(Math.min(this.#skip, this.#queue.length))!;
    this.#skip -= part.length;
    this.#check(part);
    return this.#skip === 0;
  }

  #check(bytes: Uint8Array): void {
    if (this.#chunk !== null && this.#chunk.crc32 !== 0)
      this.#chunk.crc32SoFar = crc32(bytes, this.#chunk.crc32SoFar);
  }

  #endChunk({ at, crc32: stated, crc32SoFar }: StoredChunk): void {
    this.#chunk = null;
    if (stated === crc32SoFar) return;
    this.damage('CORRUPT_DATA', at, 'A chunk has a wrong checksum: some of its messages are damaged.');
  }

  #readRecord(): boolean {
    const queue = this.#queue;
    const at = queue.offset;
    const prefix = queue.peek(PREFIX_BYTES);
    if (prefix === null) return false;
    const opcode = prefix[0]!;
    const view = new DataView(prefix.buffer, prefix.byteOffset);
    const length = view.getUint32(5, true) * 2 ** 32 + view.getUint32(1, true);
    if (opcode === 0 || length > Number.MAX_SAFE_INTEGER / 2) return this.#lost(at, 'a header that is none');
    if (this.#chunk !== null && at + PREFIX_BYTES + length > this.#chunk.end)
      return this.#lost(at, 'a length beyond its chunk');
    if (opcode === OPCODE.dataEnd || opcode === OPCODE.footer) {
      this.#isOver = true;
      return true;
    }
    if (opcode === OPCODE.chunk && this.#chunk === null) return this.#readChunk(at, length);
    if (opcode === OPCODE.message) {
      const head = queue.peek(PREFIX_BYTES + Math.min(MESSAGE_HEAD_BYTES, length));
      if (head === null) return false;
      if (this.#topics.passesOver(head.subarray(PREFIX_BYTES))) return this.#passRecord(length);
    } else if (opcode !== OPCODE.schema && opcode !== OPCODE.channel) {
      return this.#passRecord(length);
    }
    if (length > this.maxChunkBytes) return this.#tooLarge(at, length);
    const record = queue.take(PREFIX_BYTES + length);
    if (record === null) return false;
    this.#check(record);
    this.#readContent(opcode, record.subarray(PREFIX_BYTES), at);
    return true;
  }

  #passRecord(length: number): boolean {
    this.#skip = PREFIX_BYTES + length;
    return true;
  }

  #tooLarge(at: number, length: number): boolean {
    this.damage(
      'TOO_LARGE',
      at,
      `A record has ${length} bytes; it is left out. Raise maxChunkBytes if that is right.`,
    );
    return this.#passRecord(length);
  }

  /** The records cannot be followed any further, but for those behind the chunk. */
  #lost(at: number, what: string): boolean {
    const chunk = this.#chunk;
    this.#isOver = chunk === null;
    this.#skip = chunk === null ? 0 : chunk.end - at;
    const rest = chunk === null ? 'What follows' : 'The rest of the chunk';
    // Its checksum would only say the same.
    this.#chunk = null;
    this.damage('CORRUPT_DATA', at, `A record has ${what}. ${rest} cannot be read and is left out.`);
    return true;
  }

  #readChunk(at: number, length: number): boolean {
    const queue = this.#queue;
    const head = queue.peek(PREFIX_BYTES + Math.min(length, CHUNK_HEAD_BYTES));
    if (head === null) return false;
    const nameBytes =
      length < CHUNK_HEAD_BYTES
        ? Infinity
        : new DataView(head.buffer, head.byteOffset).getUint32(PREFIX_BYTES + 28, true);
    const headBytes = CHUNK_HEAD_BYTES + nameBytes + 8;
    if (nameBytes > 64 || headBytes > length) return this.#lost(at, 'no room for what a chunk states');
    const whole = queue.peek(PREFIX_BYTES + headBytes);
    if (whole === null) return false;
    const fields = new RecordReader(whole.subarray(PREFIX_BYTES));
    fields.bytes(16);
    const size = fields.u64();
    const checksum = fields.u32();
    const compression = fields.text();
    const records = fields.u64();
    if (headBytes + records !== length) return this.#lost(at, 'another length than its chunk');
    if (compression === '') {
      queue.skip(PREFIX_BYTES + headBytes);
      this.#chunk = { at, end: queue.offset + records, crc32: checksum, crc32SoFar: 0 };
      return true;
    }
    if (length > this.maxChunkBytes) return this.#tooLarge(at, length);
    const record = queue.take(PREFIX_BYTES + length);
    if (record === null) return false;
    const from = PREFIX_BYTES + headBytes;
    this.#readCompressed(compression, record.subarray(from, from + records), at, size, checksum);
    return true;
  }

  #readCompressed(compression: string, bytes: Uint8Array, at: number, size: number, checksum: number): void {
    let records: Uint8Array;
    try {
      records = decompressChunk(compression, bytes, this.maxChunkBytes);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.damage(error.code, at, `A chunk is left out. ${codecProblem(error, 'maxChunkBytes')}`);
      return;
    }
    if (records.length !== size || (checksum !== 0 && crc32(records) !== checksum)) {
      this.damage('CORRUPT_DATA', at, 'A chunk is left out: it has not the size or checksum that it states.');
      return;
    }
    this.#readRecords(records, at);
  }

  /** The records of a chunk that was compressed; places are the chunk's. */
  #readRecords(records: Uint8Array, place: number): void {
    const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
    for (let at = 0; at < records.length;) {
      const start = at + PREFIX_BYTES;
      const length =
        start > records.length
          ? Infinity
          : view.getUint32(at + 5, true) * 2 ** 32 + view.getUint32(at + 1, true);
      if (start + length > records.length) {
        this.damage('CORRUPT_DATA', place, 'The rest of a chunk cannot be read and is left out.');
        return;
      }
      this.#readContent(records[at]!, records.subarray(start, start + length), place);
      at = start + length;
    }
  }

  #readContent(opcode: number, content: Uint8Array, at: number): void {
    try {
      if (opcode === OPCODE.schema) this.#topics.schema(content);
      else if (opcode === OPCODE.channel) this.#topics.channel(content);
      else if (opcode === OPCODE.message) this.#topics.message(content, at);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      this.damage('CORRUPT_DATA', at, `A record ${error.message}; it is left out.`);
    }
  }
}
