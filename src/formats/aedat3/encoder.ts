/** Writes AEDAT 3.1 as cAER does, uncompressed. */
import type { EventBatch, SensorGeometry } from '../../events/index.ts';
import type { EncoderOptions } from '../event-format.ts';
import { encodableSensor, PushEncoder } from '../push-encoder.ts';
import { encodeRecords } from '../records/encode.ts';
import type { RecordLayout } from '../records/index.ts';
import { checkLine } from '../text-header.ts';
import { pixelLayout } from './layout.ts';
import { EVENT_TYPE, PACKET_HEADER_BYTES } from './packet.ts';
import { TIMESTAMP_RESET } from './side-events.ts';
import { nameOfSensor } from './source.ts';

/** Options of the AEDAT 3.1 encoder. */
export interface Aedat3EncoderOptions extends EncoderOptions {
  /** Name of the camera for the `#Source` line. Default: one of the geometry. */
  readonly source?: string;
  /** When the recording began, for the header. Default: 1970. */
  readonly startTime?: Date;
}

const EVENT_BYTES = 8;
const COORDINATES = 2 ** 15;
const MAX_PACKET_EVENTS = 4096;
const TWO_31 = 2 ** 31;
const SOURCE_ID = 1;
/** Time of a reset. */
const LAST_TIME = 0x7fff_ffff;

/**
 * Push encoder. x and y on the sensor, up to 32,767, times from 0. A new packet begins where 2^31 µs are full; a new segment of the
 * batches becomes a timestamp reset.
 *
 * @example
 * ```ts
 * import { Aedat3Encoder, batchFromTuples } from 'saccade';
 * const bytes = new Aedat3Encoder().push(batchFromTuples([[1000, 3, 4, 1]]));
 * console.log(new TextDecoder().decode(bytes.subarray(0, 13))); // '#!AER-DAT3.1\r'
 * ```
 */
export class Aedat3Encoder extends PushEncoder {
  readonly #source: string | undefined;
  readonly #startTime: Date;
  #segment = 0;
  #layout: RecordLayout = encodedLayout(null);

  constructor(options: Aedat3EncoderOptions = {}) {
    super('AEDAT 3.1', options);
    if (options.source !== undefined) checkLine('source', options.source);
    this.#source = options.source;
    this.#startTime = options.startTime ?? new Date(0);
  }

  protected header(geometry: SensorGeometry | null): Uint8Array {
    this.#layout = encodedLayout(geometry);
    const time = this.#startTime.toISOString().slice(0, 19).replace('T', ' ');
    const lines = [
      '#!AER-DAT3.1',
      '#Format: RAW',
      `#Source ${SOURCE_ID}: ${this.#source ?? nameOfSensor(geometry)}`,
      `#Start-Time: ${time} (TZ+0000)`,
      '#!END-HEADER',
    ];
    return new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join(''));
  }

  protected encode(batch: EventBatch): Uint8Array {
    const { t, length } = batch;
    const resets = Math.max(0, batch.segment - this.#segment);
    this.#segment = batch.segment;
    const resetBytes = PACKET_HEADER_BYTES + EVENT_BYTES;
    const packets = Math.ceil(length / MAX_PACKET_EVENTS);
    let bytes = new Uint8Array(resets * resetBytes + packets * PACKET_HEADER_BYTES + length * EVENT_BYTES);
    let at = 0;
    for (; at < resets * resetBytes; at += resetBytes) writeReset(new DataView(bytes.buffer), at);
    for (let i = 0; i < length;) {
      const overflow = Math.floor(t[i]! / TWO_31);
      const offset = overflow * TWO_31;
      const window = { lowest: Math.max(0, offset), highest: offset + TWO_31, offset, base: 0 };
      const end = Math.min(length, i + MAX_PACKET_EVENTS);
      // Where times pass 2^31 packets are shorter, and more.
      if (at + PACKET_HEADER_BYTES + (length - i) * EVENT_BYTES > bytes.length) bytes = doubled(bytes);
      const next = encodeRecords(this.#layout, window, batch, i, end, bytes, at + PACKET_HEADER_BYTES);
      if (next === i) {
        const { x, y } = this.#layout;
        const limits = `x must be below ${x.size}, y below ${y.size}, t whole and at least 0. Subtract an offset from the times`;
        throw this.unencodable(batch, i, at, limits);
      }
      writeHeader(new DataView(bytes.buffer), at, EVENT_TYPE.polarity, overflow, next - i);
      at += PACKET_HEADER_BYTES + (next - i) * EVENT_BYTES;
      i = next;
    }
    return bytes.subarray(0, at);
  }
}

/** Events on the sensor. */
function encodedLayout(geometry: SensorGeometry | null): RecordLayout {
  return pixelLayout('3.1', encodableSensor(geometry, COORDINATES, COORDINATES), EVENT_BYTES, 4);
}

function doubled(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const room = new Uint8Array(2 * bytes.length);
  room.set(bytes);
  return room;
}

function writeHeader(view: DataView, at: number, type: number, overflow: number, count: number): void {
  view.setInt16(at, type, true);
  view.setInt16(at + 2, SOURCE_ID, true);
  [EVENT_BYTES, 4, overflow, count, count, count].forEach((value, i) => {
    view.setInt32(at + 4 + 4 * i, value, true);
  });
}

function writeReset(view: DataView, at: number): void {
  writeHeader(view, at, EVENT_TYPE.special, 0, 1);
  view.setUint32(at + PACKET_HEADER_BYTES, (TIMESTAMP_RESET << 1) | 1, true);
  view.setInt32(at + PACKET_HEADER_BYTES + 4, LAST_TIME, true);
}
