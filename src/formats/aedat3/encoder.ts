/** Writes AEDAT 3.1 as cAER does, uncompressed. */
import type { EventBatch, SensorGeometry } from '../../events/index.ts';
import type { EncoderOptions } from '../event-format.ts';
import { PushEncoder } from '../push-encoder.ts';
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
const MAX_PACKET_EVENTS = 4096;
const MAX_COORDINATE = 0x7fff;
const TWO_31 = 2 ** 31;
const SOURCE_ID = 1;
/** Time of a reset. */
const LAST_TIME = 0x7fff_ffff;

/**
 * Push encoder. x and y up to 32,767, times from 0. A new packet begins where 2^31 µs are full; a new segment of the
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

  constructor(options: Aedat3EncoderOptions = {}) {
    super('AEDAT 3.1', options);
    this.#source = options.source;
    this.#startTime = options.startTime ?? new Date(0);
  }

  protected header(geometry: SensorGeometry | null): Uint8Array {
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
    const packets = packetsOf(batch);
    const resets = Math.max(0, batch.segment - this.#segment);
    this.#segment = batch.segment;
    const resetBytes = PACKET_HEADER_BYTES + EVENT_BYTES;
    const size = (packets.length - 1) * PACKET_HEADER_BYTES + batch.length * EVENT_BYTES;
    const view = new DataView(new ArrayBuffer(resets * resetBytes + size));
    let at = 0;
    for (; at < resets * resetBytes; at += resetBytes) writeReset(view, at);
    for (let i = 0; i + 1 < packets.length; i++) {
      const [start, end] = [packets[i]!, packets[i + 1]!];
      const overflow = Math.floor(batch.t[start]! / TWO_31);
      writeHeader(view, at, EVENT_TYPE.polarity, overflow, end - start);
      at += PACKET_HEADER_BYTES;
      for (let event = start; event < end; event++, at += EVENT_BYTES) {
        const [t, x, y] = [batch.t[event]!, batch.x[event]!, batch.y[event]!];
        if (x > MAX_COORDINATE || y > MAX_COORDINATE || !(t >= 0)) {
          const limits = 'x and y must be at most 32767, t at least 0. Subtract an offset from the times';
          throw this.unencodable(batch, event, at, limits);
        }
        view.setUint32(at, ((x << 17) | (y << 2) | (batch.p[event]! << 1) | 1) >>> 0, true);
        view.setInt32(at + 4, t - overflow * TWO_31, true);
      }
    }
    return new Uint8Array(view.buffer);
  }
}

/** First events of the packets, and the end of the last one. */
function packetsOf({ t, length }: EventBatch): number[] {
  const starts = [0];
  let start = 0;
  let overflow = Math.floor(t[0]! / TWO_31);
  for (let i = 1; i < length; i++) {
    const next = Math.floor(t[i]! / TWO_31);
    if (next === overflow && i - start < MAX_PACKET_EVENTS) continue;
    overflow = next;
    start = i;
    starts.push(i);
  }
  return [...starts, length];
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
