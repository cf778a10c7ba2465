/** Writes AEDAT 4.0 as DV does: IOHeader, one stream of events, the table of packets. */
import type { EventBatch, SensorGeometry } from '../../events/index.ts';
import { OptionError } from '../../events/index.ts';
import type { BytePatch, EncoderOptions } from '../event-format.ts';
import { joinBytes } from '../bytes.ts';
import { encodableSensor, PushEncoder } from '../push-encoder.ts';
import { AEDAT4_CODECS, AEDAT4_COMPRESSIONS, type Aedat4Compression } from './codec/codec.ts';
import { encodeStructs } from './encode-structs.ts';
import { EVENT_BYTES, MAX_COORDINATE } from './events.ts';
import { fileTableBytes, type TableEntry } from './file-table.ts';
import { compressionName, ioHeaderBytes, TABLE_POSITION_AT } from './io-header.ts';
import { eventStreamXml } from './streams.ts';

/** Options of the AEDAT 4 encoder. */
export interface Aedat4EncoderOptions extends EncoderOptions {
  /** Default `lz4`. Before Node 22.15 and in browsers `zstd` and `zstd-high` need `await prepareZstdEncoder()` first. */
  readonly compression?: Aedat4Compression;
}

/** Events of a packet: with its head they fill two LZ4 blocks of 64 KiB. */
const PACKET_EVENTS = 8188;
/** Bytes in front of the events: sizes, identifier, vtable, vector length. */
const PACKET_HEAD_BYTES = 32;
const PACKET_HEADER_BYTES = 8;

/**
 * Push encoder. x and y on the sensor, up to 32,767; times are integers within ±2^53 µs. The place of the table of packets is a patch:
 * without it the file reads as one whose recorder was cut off, with all its events.
 *
 * @example
 * ```ts
 * import { Aedat4Encoder, batchFromTuples } from 'saccade';
 * const encoder = new Aedat4Encoder({ compression: 'none' });
 * const bytes = encoder.push(batchFromTuples([[10, 1, 2, 1]], { width: 346, height: 260 }));
 * encoder.finish();
 * console.log(new TextDecoder().decode(bytes.subarray(0, 12)), encoder.patches[0]?.byteOffset); // '#!AER-DAT4.0' 54
 * ```
 */
export class Aedat4Encoder extends PushEncoder {
  readonly #compression: Aedat4Compression;
  readonly #table: TableEntry[] = [];
  #offset = 0;
  #tablePosition = -1;
  #sensor: SensorGeometry = { width: 0, height: 0 };

  constructor(options: Aedat4EncoderOptions = {}) {
    super('AEDAT 4.0', options);
    this.#compression = options.compression ?? 'lz4';
    if (!AEDAT4_COMPRESSIONS.includes(this.#compression))
      throw new OptionError(
        'compression',
        `must be one of ${AEDAT4_COMPRESSIONS.join(', ')}; got "${this.#compression}"`,
      );
    // What compresses may be missing: that is said now, not after the first events.
    AEDAT4_CODECS[this.#compression].compress(new Uint8Array(0));
  }

  /** After `finish`: the place of the table of packets. */
  get patches(): readonly BytePatch[] {
    if (this.#tablePosition < 0) return [];
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, BigInt(this.#tablePosition), true);
    return [{ byteOffset: TABLE_POSITION_AT, bytes }];
  }

  protected header(geometry: SensorGeometry | null): Uint8Array {
    if (geometry === null)
      this.note('faery opens no AEDAT 4 file that does not state the sensor’s size: state geometry');
    this.#sensor = encodableSensor(geometry, MAX_COORDINATE + 1, MAX_COORDINATE + 1);
    const xml = eventStreamXml(compressionName(this.#compression), geometry);
    const bytes = ioHeaderBytes(this.#compression, xml);
    this.#offset = bytes.length;
    return bytes;
  }

  protected encode(batch: EventBatch): Uint8Array {
    const packets = Math.ceil(batch.length / PACKET_EVENTS);
    const headBytes = PACKET_HEADER_BYTES + PACKET_HEAD_BYTES;
    const bytes = new Uint8Array(packets * headBytes + EVENT_BYTES * batch.length);
    const parts: Uint8Array[] = [];
    let at = 0;
    let length = 0;
    for (let first = 0; first < batch.length; first += PACKET_EVENTS) {
      const last = Math.min(batch.length, first + PACKET_EVENTS);
      const end = at + headBytes + EVENT_BYTES * (last - first);
      const header = bytes.subarray(at, at + PACKET_HEADER_BYTES);
      const plain = bytes.subarray(at + PACKET_HEADER_BYTES, end);
      this.#writePayload(batch, first, last, plain);
      const payload = AEDAT4_CODECS[this.#compression].compress(plain);
      new DataView(bytes.buffer).setInt32(at + 4, payload.length, true);
      this.#table.push({
        byteOffset: this.#offset + length + PACKET_HEADER_BYTES,
        size: payload.length,
        events: last - first,
        tFirst: batch.t[first]!,
        tLast: batch.t[last - 1]!,
      });
      if (batch.t[first]! < 0) this.note('faery takes times below 0 for 0');
      parts.push(header, payload);
      length += PACKET_HEADER_BYTES + payload.length;
      at = end;
    }
    this.#offset += length;
    // Without compression the packets already lie behind each other.
    return this.#compression === 'none' ? bytes : joinBytes(parts);
  }

  protected override end(): Uint8Array {
    this.#tablePosition = this.#offset;
    return AEDAT4_CODECS[this.#compression].compress(fileTableBytes(this.#table));
  }

  /** A FlatBuffer `EVTS` with its size in front, the same bytes as DV writes. */
  #writePayload(batch: EventBatch, first: number, last: number, bytes: Uint8Array): void {
    const count = last - first;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setUint32(0, PACKET_HEAD_BYTES - 4 + EVENT_BYTES * count, true);
    view.setUint32(4, 16, true);
    bytes.set([0x45, 0x56, 0x54, 0x53], 8);
    [0, 6, 8, 4].forEach((entry, i) => {
      view.setUint16(12 + 2 * i, entry, true);
    });
    view.setInt32(20, 6, true);
    view.setUint32(24, 4, true);
    view.setUint32(28, count, true);
    const next = encodeStructs(batch, this.#sensor, first, last, bytes, PACKET_HEAD_BYTES);
    if (next < last) {
      throw this.unencodable(
        batch,
        next,
        0,
        `x must be below ${this.#sensor.width}, y below ${this.#sensor.height}, t an integer within ±2^53`,
      );
    }
  }
}
