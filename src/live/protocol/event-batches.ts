/**
 * Event batches on the wire: records of 8 bytes, read and written by the loops that formats with bit fields use
 * (`src/formats/records`).
 */
import { batchOf, type EventBatch, type SensorGeometry, type OwnedBytes } from '../../events/index.ts';
import { encodeRecords } from '../../formats/records/encode.ts';
import { decodeRecords, endRun, startRun, type RecordLayout } from '../../formats/records/index.ts';
import { RUN_EVENTS } from '../../formats/records/run-space.ts';
import { decodeRecordsScalar } from '../../formats/records/scalar.ts';
import { FLAG, HEADER_BYTES, KIND, requireLength, startMessage, type Envelope } from './envelope.ts';
import { ProtocolError } from './errors.ts';

/** Bytes of an event: u32 microseconds after t0, u16 x, u16 y with the polarity in bit 15. */
export const EVENT_BYTES = 8;

/** What x and y can hold. */
const LARGEST_SENSOR: SensorGeometry = { width: 2 ** 16, height: 2 ** 15 };
/** Times of a message span less. */
const SPAN_MICROS = 2 ** 32;
/** Half of it: the encoder counts in signed numbers. */
const HALF_SPAN = 2 ** 31;
/** Beyond it the kernel's sums in between are not exact. */
const EXACT_MICROS = 2 ** 53 - 2 * SPAN_MICROS;

/** Where everything is in a record, for events inside a sensor. */
export function eventLayout(sensor: SensorGeometry | null): RecordLayout {
  const { width, height } = sensor ?? LARGEST_SENSOR;
  return {
    recordBytes: EVENT_BYTES,
    addressBytes: [4, 5, 6, 7],
    timeBytes: [0, 1, 2, 3],
    timeMask: -1,
    timeSigned: false,
    counterRange: Infinity,
    x: { shift: 0, mask: 0xffff, size: width, flip: false },
    y: { shift: 16, mask: 0x7fff, size: height, flip: false },
    polarity: { shift: 31, mask: 1, inverted: false },
    pixel: null,
    marker: null,
  };
}

const ENCODER_LAYOUT = eventLayout(null);

/**
 * Index behind the events from `from` on that fit into one message: at most `maxEvents`, in the order of time, over a
 * span that 32 bits hold.
 */
export function messageEnd({ t, length }: EventBatch, from: number, maxEvents: number): number {
  const last = Math.min(length, from + maxEvents);
  const behind = t[from]! + SPAN_MICROS;
  let to = from + 1;
  while (to < last && t[to]! >= t[to - 1]! && t[to]! < behind) to++;
  return Math.min(to, last);
}

/**
 * An event batch as a message. Times must be whole microseconds that do not go back inside it and span less than 2^32.
 *
 * @param clockReset whether the camera's clock began again in front of it.
 * @throws {@link ProtocolError} `UNENCODABLE_BATCH`.
 */
export function encodeEvents(seq: number, batch: EventBatch, clockReset = false): OwnedBytes {
  const { t, length } = batch;
  const t0 = t[0] ?? 0;
  if (!Number.isSafeInteger(t0) || !Number.isSafeInteger(t[length - 1] ?? 0)) throw unencodable(batch, 0);
  const end = length === 0 ? 0 : messageEnd(batch, 0, length);
  const flags = clockReset ? FLAG.clockReset : 0;
  const message = startMessage(KIND.events, seq, length, length * EVENT_BYTES, { t0, flags });
  const encode = (from: number, lowest: number, base: number): number => {
    const window = { lowest, highest: lowest + HALF_SPAN, offset: lowest, base };
    return encodeRecords(
      ENCODER_LAYOUT,
      window,
      batch,
      from,
      end,
      message,
      HEADER_BYTES + from * EVENT_BYTES,
    );
  };
  let done = encode(0, t0, 0);
  if (done < end && t[done]! >= t0 + HALF_SPAN) done = encode(done, t0 + HALF_SPAN, -HALF_SPAN);
  if (done < length) throw unencodable(batch, done);
  return message;
}

function unencodable({ t, y }: EventBatch, i: number): ProtocolError {
  return new ProtocolError(
    'UNENCODABLE_BATCH',
    HEADER_BYTES + i * EVENT_BYTES,
    `Event ${i} (t ${t[i]!}, y ${y[i]!}) does not fit: times must be whole microseconds that do not go back, over less than 2^32, and y below 2^15.`,
  );
}

/** Turns the payloads of event messages into batches: push class that keeps the layout of a sensor. */
export class EventBatchDecoder {
  readonly #sensor: SensorGeometry | null;
  readonly #layout: RecordLayout;

  /** @param sensor events must lie inside; `null` takes all that the records can hold. */
  constructor(sensor: SensorGeometry | null) {
    this.#sensor = sensor;
    this.#layout = eventLayout(sensor);
  }

  /**
   * Batches of at most 16,384 events, which can be given back with `recycleBatch`.
   *
   * @param message all of it, `envelope` its header.
   * @param segment number of the time segment.
   * @throws {@link ProtocolError} with the byte offset of the first fault; nothing of the message is handed out then.
   */
  push(message: Uint8Array, envelope: Envelope, segment: number): EventBatch[] {
    const { count, t0 } = envelope;
    requireLength(envelope, count * EVENT_BYTES);
    const decode = Math.abs(t0) < EXACT_MICROS ? decodeRecords : decodeRecordsScalar;
    const clock = { offset: t0, last: 0, wraps: 0 };
    const batches: EventBatch[] = [];
    let previous = t0;
    for (let first = 0; first < count; first += RUN_EVENTS) {
      const size = Math.min(RUN_EVENTS, count - first);
      const run = startRun(size);
      decode(this.#layout, message, HEADER_BYTES + first * EVENT_BYTES, size, clock, run);
      const { length, backwardSteps } = run;
      const arrays = endRun(run);
      const { t } = arrays;
      if (length < size || backwardSteps > 0 || t[0]! < previous || t[length - 1]! > Number.MAX_SAFE_INTEGER)
        throw this.#firstFault(envelope);
      previous = t[length - 1]!;
      batches.push(batchOf(arrays, length, this.#sensor, segment));
    }
    return batches;
  }

  #firstFault({ count, t0, payload }: Envelope): ProtocolError {
    const { x: columns, y: rows } = this.#layout;
    for (let i = 0, at = 0, last = 0; i < count; i++, at += EVENT_BYTES) {
      const dt = payload.getUint32(at, true);
      const x = payload.getUint16(at + 4, true);
      const y = payload.getUint16(at + 6, true) & 0x7fff;
      const place = HEADER_BYTES + at;
      if (dt < last) return new ProtocolError('TIME_NOT_SORTED', place, `Event ${i} goes back in time.`);
      if (dt > Number.MAX_SAFE_INTEGER - t0)
        return new ProtocolError('TIME_OUT_OF_RANGE', place, `Event ${i} is beyond 2^53 microseconds.`);
      if (x >= columns.size || y >= rows.size) {
        return new ProtocolError(
          'OUTSIDE_SENSOR',
          place + 4,
          `Event ${i} at (${x}, ${y}) is outside ${columns.size}x${rows.size}.`,
        );
      }
      last = dt;
    }
    throw new RangeError('The fast check and the exact one disagree.');
  }
}
