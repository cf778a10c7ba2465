/** The binary messages of `saccade.v1`; the layout is drawn in PROTOCOL.md. */
import { allocateEvents, batchOf, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import { ProtocolError } from './errors.ts';
import { parseSegment, type SegmentInfo } from './messages.ts';

/** First two bytes of every binary message, `SC`. */
export const MAGIC = 0x4353;
/** Version of the layout. */
export const VERSION = 1;
/** Bytes in front of the payload: a multiple of 8, so that payloads are aligned inside the message. */
export const HEADER_BYTES = 24;
/** Bytes of an event: u32 microseconds after t0, u16 x, u16 y with the polarity in bit 15. */
export const EVENT_BYTES = 8;
/** Kinds of messages. */
export const KIND = { events: 1, raw: 2, display: 3, segment: 4, end: 5 } as const;

type Kind = (typeof KIND)[keyof typeof KIND];

/** Events as they accumulated since the last display frame. */
export interface DisplayFrame {
  readonly geometry: SensorGeometry;
  /** Events per pixel, cut at 255, row-major. */
  readonly on: Uint8Array;
  readonly off: Uint8Array;
  /** Time of the newest event, microseconds of the recording. */
  readonly tMicros: number;
}

/** A message from a camera, decoded and checked. */
export type CameraMessageBody =
  | { readonly kind: 'events'; readonly seq: number; readonly batch: EventBatch }
  | { readonly kind: 'raw'; readonly seq: number; readonly bytes: Uint8Array }
  | { readonly kind: 'segment'; readonly seq: number; readonly segment: SegmentInfo }
  | { readonly kind: 'end'; readonly seq: number };

function withHeader(
  kind: Kind,
  seq: number,
  count: number,
  t0: number,
  payloadBytes: number,
): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + payloadBytes));
  view.setUint16(0, MAGIC, true);
  view.setUint8(2, VERSION);
  view.setUint8(3, kind);
  view.setUint32(8, seq >>> 0, true);
  view.setUint32(12, count, true);
  view.setUint32(16, t0 >>> 0, true);
  view.setUint32(20, Math.floor(t0 / 2 ** 32), true);
  return view;
}

function bytesOf(view: DataView<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(view.buffer);
}

/**
 * An event batch. Times must not go back inside it and must span less than 2^32 microseconds.
 *
 * @throws {@link ProtocolError} `UNENCODABLE_BATCH`.
 */
export function encodeEvents(seq: number, batch: EventBatch): Uint8Array<ArrayBuffer> {
  const t0 = batch.t[0] ?? 0;
  if (t0 < 0)
    throw new ProtocolError('UNENCODABLE_BATCH', 16, `Times must not be negative, got ${t0}; add an offset.`);
  const view = withHeader(KIND.events, seq, batch.length, t0, batch.length * EVENT_BYTES);
  for (let i = 0, at = HEADER_BYTES, last = 0; i < batch.length; i++, at += EVENT_BYTES) {
    const dt = batch.t[i]! - t0;
    if (dt < last || dt >= 2 ** 32 || batch.y[i]! >= 2 ** 15) {
      throw new ProtocolError(
        'UNENCODABLE_BATCH',
        at,
        `Event ${i} (t ${batch.t[i]!}, y ${batch.y[i]!}) does not fit: split the batch there.`,
      );
    }
    last = dt;
    view.setUint32(at, dt, true);
    view.setUint16(at + 4, batch.x[i]!, true);
    view.setUint16(at + 6, batch.y[i]! | (batch.p[i]! << 15), true);
  }
  return bytesOf(view);
}

/** Raw bytes of a recording, to be decoded by the server. */
export function encodeRaw(seq: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = bytesOf(withHeader(KIND.raw, seq, bytes.length, 0, bytes.length));
  message.set(bytes, HEADER_BYTES);
  return message;
}

/** The start of a recording. */
export function encodeSegment(seq: number, segment: SegmentInfo): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(segment));
  const message = bytesOf(withHeader(KIND.segment, seq, json.length, 0, json.length));
  message.set(json, HEADER_BYTES);
  return message;
}

/** The end of the stream. */
export function encodeEnd(seq: number): Uint8Array<ArrayBuffer> {
  return bytesOf(withHeader(KIND.end, seq, 0, 0, 0));
}

/** A frame for dashboards: width and height in the payload's first 4 bytes, then the ON and the OFF plane. */
export function encodeDisplay(
  seq: number,
  { geometry, on, off, tMicros }: DisplayFrame,
): Uint8Array<ArrayBuffer> {
  const view = withHeader(KIND.display, seq, on.length, Math.max(0, tMicros), 4 + on.length + off.length);
  view.setUint16(HEADER_BYTES, geometry.width, true);
  view.setUint16(HEADER_BYTES + 2, geometry.height, true);
  const message = bytesOf(view);
  message.set(on, HEADER_BYTES + 4);
  message.set(off, HEADER_BYTES + 4 + on.length);
  return message;
}

/** The checked header, and the payload without a copy. */
interface Envelope {
  readonly kind: Kind;
  readonly seq: number;
  readonly count: number;
  readonly t0: number;
  /** Node hands out unaligned buffers, hence a view and no typed arrays. */
  readonly payload: DataView;
}

function openEnvelope(message: Uint8Array): Envelope {
  if (message.length < HEADER_BYTES) {
    throw new ProtocolError(
      'HEADER_TOO_SHORT',
      message.length,
      `A message has at least ${HEADER_BYTES} bytes.`,
    );
  }
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  if (view.getUint16(0, true) !== MAGIC)
    throw new ProtocolError('BAD_MAGIC', 0, 'The message does not begin with "SC".');
  const version = view.getUint8(2);
  if (version !== VERSION)
    throw new ProtocolError('UNSUPPORTED_VERSION', 2, `Version ${version} is not ${VERSION}.`);
  const kind = view.getUint8(3);
  if (!Object.values(KIND).includes(kind as Kind))
    throw new ProtocolError('UNKNOWN_KIND', 3, `There is no kind ${kind}.`);
  if (view.getUint32(4, true) !== 0)
    throw new ProtocolError('RESERVED_NOT_ZERO', 4, 'Flags and reserved bytes must be 0.');
  const t0 = view.getUint32(20, true) * 2 ** 32 + view.getUint32(16, true);
  if (t0 > Number.MAX_SAFE_INTEGER)
    throw new ProtocolError('TIME_OUT_OF_RANGE', 16, 'The time is beyond 2^53 microseconds.');
  const payload = new DataView(
    message.buffer,
    message.byteOffset + HEADER_BYTES,
    message.byteLength - HEADER_BYTES,
  );
  return { kind: kind as Kind, seq: view.getUint32(8, true), count: view.getUint32(12, true), t0, payload };
}

function requireLength({ payload }: Envelope, bytes: number): void {
  if (payload.byteLength === bytes) return;
  throw new ProtocolError(
    'LENGTH_MISMATCH',
    12,
    `The header announces ${bytes} payload bytes, the message has ${payload.byteLength}.`,
  );
}

/**
 * Decodes and checks a camera's message.
 *
 * @param sensor events must lie inside.
 * @throws {@link ProtocolError} with the byte offset of the fault.
 */
export function decodeCameraMessage(message: Uint8Array, sensor: SensorGeometry | null): CameraMessageBody {
  const envelope = openEnvelope(message);
  const { kind, seq, count } = envelope;
  switch (kind) {
    case KIND.events:
      requireLength(envelope, count * EVENT_BYTES);
      return { kind: 'events', seq, batch: decodeBatch(envelope, sensor) };
    case KIND.raw:
      requireLength(envelope, count);
      return { kind: 'raw', seq, bytes: message.subarray(HEADER_BYTES) };
    case KIND.segment:
      requireLength(envelope, count);
      return {
        kind: 'segment',
        seq,
        segment: parseSegment(new TextDecoder().decode(message.subarray(HEADER_BYTES))),
      };
    case KIND.end:
      requireLength(envelope, 0);
      return { kind: 'end', seq };
    default:
      throw new ProtocolError('UNKNOWN_KIND', 3, `A camera does not send kind ${kind}.`);
  }
}

function decodeBatch({ count, t0, payload }: Envelope, sensor: SensorGeometry | null): EventBatch {
  const arrays = allocateEvents(count);
  const width = sensor?.width ?? 65536;
  const height = sensor?.height ?? 32768;
  let last = 0;
  for (let i = 0, at = 0; i < count; i++, at += EVENT_BYTES) {
    const dt = payload.getUint32(at, true);
    const x = payload.getUint16(at + 4, true);
    const word = payload.getUint16(at + 6, true);
    const y = word & 0x7fff;
    if (dt < last)
      throw new ProtocolError('TIME_NOT_SORTED', HEADER_BYTES + at, `Event ${i} goes back in time.`);
    if (x >= width || y >= height) {
      throw new ProtocolError(
        'OUTSIDE_SENSOR',
        HEADER_BYTES + at + 4,
        `Event ${i} at (${x}, ${y}) is outside ${width}x${height}.`,
      );
    }
    last = dt;
    arrays.t[i] = t0 + dt;
    arrays.x[i] = x;
    arrays.y[i] = y;
    arrays.p[i] = word >>> 15;
  }
  return batchOf(arrays, count, sensor);
}

/** Decodes a display frame. @throws {@link ProtocolError} */
export function decodeDisplay(message: Uint8Array): DisplayFrame {
  const envelope = openEnvelope(message);
  const { kind, count, t0, payload } = envelope;
  if (kind !== KIND.display) throw new ProtocolError('UNKNOWN_KIND', 3, `Kind ${kind} is no display frame.`);
  requireLength(envelope, 4 + 2 * count);
  const geometry = { width: payload.getUint16(0, true), height: payload.getUint16(2, true) };
  if (geometry.width * geometry.height !== count) {
    throw new ProtocolError(
      'LENGTH_MISMATCH',
      HEADER_BYTES,
      `${geometry.width}x${geometry.height} pixels are not ${count}.`,
    );
  }
  const planes = message.subarray(HEADER_BYTES + 4);
  return { geometry, on: planes.subarray(0, count), off: planes.subarray(count), tMicros: t0 };
}

/** Counts messages that never came. */
export class SequenceCounter {
  #next: number | undefined;
  #gaps = 0;

  get gaps(): number {
    return this.#gaps;
  }

  /** Takes the next number; numbers wrap at 2^32. Returns how many are missing before it. */
  push(seq: number): number {
    const missing = this.#next === undefined ? 0 : (seq - this.#next) >>> 0;
    this.#gaps += missing;
    this.#next = (seq + 1) >>> 0;
    return missing;
  }
}
