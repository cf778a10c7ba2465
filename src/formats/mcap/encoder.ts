/** Writes MCAP files as ROS 2 records cameras. */
import { OptionError, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import { joinBytes } from '../bytes.ts';
import { crc32 } from '../compression/crc32.ts';
import type { EncoderOptions } from '../event-format.ts';
import { Evt3Encoder } from '../evt3/encoder.ts';
import { PushEncoder } from '../push-encoder.ts';
import { PACKET_DEFINITION, PACKET_TYPE, packetMessage } from './packet-message.ts';
import { FieldWriter, recordBytes } from './record-writer.ts';
import { MCAP_MAGIC, OPCODE } from './records.ts';

/** Options of the MCAP encoder. */
export interface McapEncoderOptions extends EncoderOptions {
  /** Name of the topic. Default `/event_camera/events`, as the drivers of ros-event-camera publish. */
  readonly topic?: string;
}

const CHUNK_BYTES = 2 ** 20;
const SCHEMA_ID = 1;
const CHANNEL_ID = 1;
const LIBRARY = 'saccade';
/** Of a size that nobody stated. */
const NO_GEOMETRY: SensorGeometry = { width: 0, height: 0 };

/** Words without the header of RAW files. */
class Evt3Words extends Evt3Encoder {
  protected override header(geometry: SensorGeometry | null): Uint8Array {
    super.header(geometry);
    return new Uint8Array(0);
  }
}

/** A message in a chunk. */
interface MessagePlace {
  readonly tMicros: number;
  readonly offset: number;
}

/**
 * Push encoder: one topic of `event_camera_msgs/msg/EventPacket` with the encoding `evt3`, a message a batch, in stored
 * chunks of about a mebibyte with checksums, index and summary. Limits are those of {@link Evt3Encoder}. Messages are
 * stamped with the time of their first event, since 1970: no host's clock is known. What is written so far is a good file but
 * for its end, so nothing is lost if the end never comes.
 *
 * @example
 * ```ts
 * import { batchFromTuples, McapEncoder } from 'saccade';
 * const encoder = new McapEncoder({ geometry: { width: 640, height: 480 } });
 * const bytes = encoder.push(batchFromTuples([[5, 3, 4, 1]]));
 * console.log(String.fromCharCode(...bytes.subarray(1, 6)), encoder.finish().length > 0); // 'MCAP0' true
 * ```
 */
export class McapEncoder extends PushEncoder {
  readonly #topic: string;
  readonly #words: Evt3Words;
  #geometry = NO_GEOMETRY;
  #at = 0;
  #messages = 0;
  #firstMicros = 0;
  #lastMicros = 0;
  #chunk: Uint8Array[] = [];
  #chunkBytes = 0;
  #places: MessagePlace[] = [];
  readonly #chunkIndexes: Uint8Array[] = [];

  constructor(options: McapEncoderOptions = {}) {
    super('MCAP', options);
    const { topic = '/event_camera/events', geometry } = options;
    if (!/^\S{1,200}$/.test(topic))
      throw new OptionError('topic', 'must be a name without blanks, of up to 200 characters');
    this.#topic = topic;
    this.#words = new Evt3Words(geometry === undefined ? {} : { geometry });
  }

  override get notes(): readonly string[] {
    return [...super.notes, ...this.#words.notes.filter((note) => !note.includes('RAW file'))];
  }

  protected header(geometry: SensorGeometry | null): Uint8Array {
    this.#geometry = geometry ?? NO_GEOMETRY;
    if (geometry === null)
      this.note(
        'Readers of EventPacket leave out all events of a sensor whose size is not stated: state geometry',
      );
    const header = recordBytes(OPCODE.header, new FieldWriter().string('ros2').string(LIBRARY));
    const bytes = joinBytes([MCAP_MAGIC, header, ...this.#declarations()]);
    this.#at = bytes.length;
    return bytes;
  }

  protected encode(batch: EventBatch): Uint8Array {
    const words = this.#words.push(batch);
    const tMicros = batch.t[0]!;
    const sequence = this.#messages++;
    const data = packetMessage({ tMicros, geometry: this.#geometry, sequence, encoding: 'evt3', words });
    const message = new FieldWriter().u16(CHANNEL_ID).u32(sequence).time(tMicros).time(tMicros).put(data);
    const record = recordBytes(OPCODE.message, message);
    this.#firstMicros = sequence === 0 ? tMicros : this.#firstMicros;
    this.#lastMicros = tMicros;
    this.#places.push({ tMicros, offset: this.#chunkBytes });
    this.#chunk.push(record);
    this.#chunkBytes += record.length;
    return this.#chunkBytes < CHUNK_BYTES ? new Uint8Array(0) : this.#writeChunk();
  }

  protected override end(): Uint8Array {
    const chunk = this.#writeChunk();
    const dataEnd = recordBytes(OPCODE.dataEnd, new FieldWriter().u32(0));
    const summaryAt = this.#at + dataEnd.length;
    return joinBytes([chunk, dataEnd, this.#summary(summaryAt), MCAP_MAGIC]);
  }

  /** The schema and the channel: in front of the chunks, and in the summary. */
  #declarations(): [schema: Uint8Array, channel: Uint8Array] {
    const schema = new FieldWriter()
      .u16(SCHEMA_ID)
      .string(PACKET_TYPE)
      .string('ros2msg')
      .string(PACKET_DEFINITION);
    const channel = new FieldWriter().u16(CHANNEL_ID).u16(SCHEMA_ID).string(this.#topic).string('cdr').u32(0);
    return [recordBytes(OPCODE.schema, schema), recordBytes(OPCODE.channel, channel)];
  }

  #writeChunk(): Uint8Array {
    if (this.#places.length === 0) return new Uint8Array(0);
    const records = joinBytes(this.#chunk);
    const [first, last] = [this.#places[0]!.tMicros, this.#places.at(-1)!.tMicros];
    const content = new FieldWriter()
      .time(first)
      .time(last)
      .u64(records.length)
      .u32(crc32(records))
      .string('');
    const chunk = recordBytes(OPCODE.chunk, content.u64(records.length).put(records));
    const index = this.#messageIndex();
    this.#chunkIndexes.push(
      recordBytes(
        OPCODE.chunkIndex,
        new FieldWriter()
          .time(first)
          .time(last)
          .u64(this.#at)
          .u64(chunk.length)
          .u32(10)
          .u16(CHANNEL_ID)
          .u64(this.#at + chunk.length)
          .u64(index.length)
          .string('')
          .u64(records.length)
          .u64(records.length),
      ),
    );
    this.#chunk = [];
    this.#chunkBytes = 0;
    this.#places = [];
    this.#at += chunk.length + index.length;
    return joinBytes([chunk, index]);
  }

  #messageIndex(): Uint8Array {
    const index = new FieldWriter().u16(CHANNEL_ID).u32(16 * this.#places.length);
    for (const { tMicros, offset } of this.#places) index.time(tMicros).u64(offset);
    return recordBytes(OPCODE.messageIndex, index);
  }

  /** Schema, channel, statistics and index of chunks, where each of these groups is, and the footer. */
  #summary(at: number): Uint8Array {
    const [schema, channel] = this.#declarations();
    const groups: readonly [opcode: number, bytes: Uint8Array][] = [
      [OPCODE.schema, schema],
      [OPCODE.channel, channel],
      [OPCODE.statistics, this.#statistics()],
      [OPCODE.chunkIndex, joinBytes(this.#chunkIndexes)],
    ];
    let groupAt = at;
    const offsets = groups.flatMap(([opcode, { length }]) => {
      const start = groupAt;
      groupAt += length;
      return length === 0
        ? []
        : [recordBytes(OPCODE.summaryOffset, new FieldWriter().u8(opcode).u64(start).u64(length))];
    });
    const footerStart = new FieldWriter().u8(OPCODE.footer).u64(20).u64(at).u64(groupAt).bytes();
    const summary = joinBytes([...groups.map(([, bytes]) => bytes), ...offsets, footerStart]);
    return joinBytes([summary, new FieldWriter().u32(crc32(summary)).bytes()]);
  }

  #statistics(): Uint8Array {
    const counts = new FieldWriter()
      .u64(this.#messages)
      .u16(1)
      .u32(1)
      .u32(0)
      .u32(0)
      .u32(this.#chunkIndexes.length);
    const channels = this.#messages === 0 ? 0 : 10;
    counts.time(this.#firstMicros).time(this.#lastMicros).u32(channels);
    if (channels > 0) counts.u16(CHANNEL_ID).u64(this.#messages);
    return recordBytes(OPCODE.statistics, counts);
  }
}
