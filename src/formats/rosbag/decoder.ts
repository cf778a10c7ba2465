/** ROS 1 bags. */
import { CodecError, codecProblem } from '../aedat4/codec/codec-error.ts';
import { ByteQueue } from '../byte-queue.ts';
import { EventFormatError } from '../errors.ts';
import { startsWith } from '../event-format.ts';
import { decompressChunk } from '../ros/chunk-codecs.ts';
import { resumeState, type ResumePlace, type ResumePoint } from '../resume.ts';
import { RosDecoder } from '../ros/ros-decoder.ts';
import type { RosDecoderOptions } from '../ros/ros-events.ts';
import {
  MAX_HEADER_BYTES,
  numberField,
  OP,
  parseFields,
  ROSBAG_MAGIC,
  textField,
  type RecordFields,
} from './record.ts';

/** A record whose data are to come. */
interface PendingRecord {
  readonly op: number;
  readonly fields: RecordFields;
  readonly dataBytes: number;
  readonly at: number;
}

/**
 * Push decoder of bags in format 2.0, in the order in which they were recorded; the index is not needed, so bags that were
 * not closed are read too. Chunks may be stored or compressed by LZ4 or bzip2. Events are those of `dvs_msgs/EventArray`,
 * `event_camera_msgs/EventPacket` and `event_array_msgs/EventArray`, triggers of EVT packets go to the side channel.
 * Of several topics with events the option `topic` says which is read.
 *
 * Times are those of the events, not of the messages: the camera's clock, or what the driver made of it. A chunk that is
 * damaged or cut is left out, of a stored one its whole messages are kept.
 *
 * @throws EventFormatError `AMBIGUOUS_TOPIC`, `UNSUPPORTED_FORMAT` for events with other fields than are known,
 * `NOT_A_RECORDING` where no topic has events. OptionError.
 *
 * @example
 * ```ts
 * import { RosbagDecoder } from 'saccade';
 * const decoder = new RosbagDecoder({ topic: '/dvs/events' });
 * decoder.push(new TextEncoder().encode('#ROSBAG V2.0\n'));
 * decoder.finish();
 * console.log(decoder.report.variant, decoder.report.events); // 'ROS1' 0
 * ```
 */
export class RosbagDecoder extends RosDecoder {
  readonly #queue = new ByteQueue();
  #inMagic = true;
  #record: PendingRecord | null = null;
  /** Bytes to pass over. */
  #skip = 0;
  /** Where a stored chunk ends, whose records are read as they come. */
  #chunkEnd: number | null = null;
  /** Nothing behind can be read. */
  #isLost = false;

  constructor(options: RosDecoderOptions = {}) {
    super('rosbag', 'ROS1', 'ros1', options);
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
    const isCut = this.#queue.length > 0 || this.#record !== null || this.#skip > 0;
    if (this.#inMagic && this.#queue.length > 0) this.truncated(this.#queue.length, 'header');
    else if (this.#queue.length > 0) this.truncated(this.#queue.length);
    else if (isCut || this.#chunkEnd !== null)
      this.damage('TRUNCATED', this.account.bytes, 'The bag ends inside a record; messages may be missing.');
    this.events.finish();
  }

  /** Between records, within a stored chunk too; of one that is compressed none was read, or all. */
  protected override place(): ResumePlace | null {
    const events = this.#inMagic || this.#isLost ? null : this.events.save();
    const { offset, length } = this.#queue;
    // The header of a record whose data are to come is read again.
    const pendingBytes = length + offset - (this.#record?.at ?? offset);
    return events && { pendingBytes, state: [this.#skip, this.#chunkEnd ?? -1, ...events] };
  }

  protected override goOn(point: ResumePoint): void {
    const [skip, chunkEnd, ...events] = resumeState(point, 5, true);
    this.events.restore(events, point);
    this.#queue.restart(point.byteOffset);
    this.#skip = skip!;
    this.#chunkEnd = chunkEnd === -1 ? null : chunkEnd!;
    this.#record = null;
    this.#isLost = false;
  }

  /** Reads the next thing; false where its bytes are still to come. */
  #step(): boolean {
    const queue = this.#queue;
    if (this.#isLost) {
      queue.skip(queue.length);
      return false;
    }
    if (this.#inMagic) return this.#readMagic();
    if (this.#skip > 0) {
      this.#skip -= queue.skip(this.#skip);
      return this.#skip === 0;
    }
    if (this.#record !== null) return this.#readData(this.#record);
    if (this.#chunkEnd === queue.offset) this.#chunkEnd = null;
    return this.#readHeader();
  }

  #readMagic(): boolean {
    const magic = this.#queue.take(ROSBAG_MAGIC.length);
    if (magic === null) return false;
    if (!startsWith(magic, ROSBAG_MAGIC))
      throw new EventFormatError('BAD_HEADER', 0, 'A ROS bag of format 2.0 begins with "#ROSBAG V2.0".');
    this.account.headerLines = [ROSBAG_MAGIC.trim()];
    this.#inMagic = false;
    return true;
  }

  #readHeader(): boolean {
    const queue = this.#queue;
    const at = queue.offset;
    const prefix = queue.peek(4);
    if (prefix === null) return false;
    const headerBytes = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0, true);
    if (headerBytes > MAX_HEADER_BYTES) return this.#lost(at, `a header of ${headerBytes} bytes`);
    const record = queue.peek(8 + headerBytes);
    if (record === null) return false;
    const fields = parseFields(record.slice(4, 4 + headerBytes));
    const op = fields === null ? null : numberField(fields, 'op');
    if (fields === null || op === null) return this.#lost(at, 'a header that is none');
    const dataBytes = new DataView(record.buffer, record.byteOffset).getUint32(4 + headerBytes, true);
    const end = at + 8 + headerBytes + dataBytes;
    if (this.#chunkEnd !== null && end > this.#chunkEnd) return this.#lost(at, 'a length beyond its chunk');
    queue.skip(8 + headerBytes);
    this.#record = { op, fields, dataBytes, at };
    return true;
  }

  /** The records cannot be followed any further, but for those behind the chunk. */
  #lost(at: number, what: string): boolean {
    this.#isLost = this.#chunkEnd === null;
    this.#skip = this.#chunkEnd === null ? 0 : this.#chunkEnd - at;
    const rest = this.#isLost ? 'What follows' : 'The rest of the chunk';
    this.damage('CORRUPT_DATA', at, `A record has ${what}. ${rest} cannot be read and is left out.`);
    return true;
  }

  #readData(record: PendingRecord): boolean {
    const { op, fields, dataBytes, at } = record;
    const isStored = op === OP.chunk && textField(fields, 'compression') === 'none';
    if (isStored && this.#chunkEnd === null) {
      this.#record = null;
      this.#chunkEnd = this.#queue.offset + dataBytes;
      return true;
    }
    const isNeeded =
      op === OP.connection || op === OP.chunk || (op === OP.message && !this.#passesOver(fields));
    if (!isNeeded || dataBytes > this.maxChunkBytes) {
      this.#record = null;
      this.#skip = dataBytes;
      if (isNeeded)
        this.damage(
          'TOO_LARGE',
          at,
          `A record has ${dataBytes} bytes; it is left out. Raise maxChunkBytes if that is right.`,
        );
      return true;
    }
    const data = this.#queue.take(dataBytes);
    if (data === null) return false;
    this.#record = null;
    if (op === OP.chunk) this.#readChunk(fields, data, at);
    else this.#readRecord(op, fields, data, at);
    return true;
  }

  /** Counts a message that need not be read. */
  #passesOver(fields: RecordFields): boolean {
    const connection = numberField(fields, 'conn');
    if (connection === null || !this.events.passesOver(connection)) return false;
    this.events.leaveOut(connection);
    return true;
  }

  #readRecord(op: number, fields: RecordFields, data: Uint8Array, at: number): void {
    const connection = numberField(fields, 'conn');
    if (connection === null) {
      this.damage('CORRUPT_DATA', at, 'A record states no connection; it is left out.');
    } else if (op === OP.message) {
      this.events.message(connection, data, at);
    } else {
      const about = parseFields(data);
      if (about === null) this.damage('CORRUPT_DATA', at, 'A connection cannot be read; it is left out.');
      else
        this.events.declare(
          connection,
          textField(fields, 'topic'),
          textField(about, 'type'),
          textField(about, 'message_definition'),
        );
    }
  }

  #readChunk(fields: RecordFields, data: Uint8Array, at: number): void {
    let records: Uint8Array;
    try {
      records = decompressChunk(textField(fields, 'compression'), data, this.maxChunkBytes);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.damage(error.code, at, `A chunk is left out. ${codecProblem(error, 'maxChunkBytes')}`);
      return;
    }
    if (records.length !== numberField(fields, 'size')) {
      this.damage('CORRUPT_DATA', at, `A chunk has not the size that it states: ${records.length} bytes.`);
    }
    this.#readRecords(records, at);
  }

  /** The records of a chunk that was compressed; places are the chunk's. */
  #readRecords(records: Uint8Array, place: number): void {
    const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
    for (let at = 0; at < records.length;) {
      const dataAt = at + 4 <= records.length ? at + 8 + view.getUint32(at, true) : Infinity;
      const end = dataAt <= records.length ? dataAt + view.getUint32(dataAt - 4, true) : Infinity;
      const fields = end <= records.length ? parseFields(records.subarray(at + 4, dataAt - 4)) : null;
      const op = fields === null ? null : numberField(fields, 'op');
      if (fields === null || op === null) {
        this.damage('CORRUPT_DATA', place, 'The rest of a chunk cannot be read and is left out.');
        return;
      }
      const isNeeded = op === OP.connection || (op === OP.message && !this.#passesOver(fields));
      if (isNeeded) this.#readRecord(op, fields, records.subarray(dataAt, end), place);
      at = end;
    }
  }
}
