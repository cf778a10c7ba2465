/** The binary messages of `saccade.v1` apart from event batches; the layout is drawn in PROTOCOL.md. */
import type { SensorGeometry } from '../../events/index.ts';
import { HEADER_BYTES, KIND, openEnvelope, requireLength, startMessage } from './envelope.ts';
import { ProtocolError } from './errors.ts';
import type { SegmentInfo } from './messages.ts';

/** Events as they accumulated since the last display frame. */
export interface DisplayFrame {
  readonly geometry: SensorGeometry;
  /** Events per pixel, cut at 255, row-major. */
  readonly on: Uint8Array;
  readonly off: Uint8Array;
  /** Time of the newest event, microseconds of the recording. */
  readonly tMicros: number;
}

/** Raw bytes of a recording, to be decoded by the server. */
export function encodeRaw(seq: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = startMessage(KIND.raw, seq, bytes.length, bytes.length);
  message.set(bytes, HEADER_BYTES);
  return message;
}

/** The start of a recording. */
export function encodeSegment(seq: number, segment: SegmentInfo): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(segment));
  const message = startMessage(KIND.segment, seq, json.length, json.length);
  message.set(json, HEADER_BYTES);
  return message;
}

/** The end of the stream. */
export function encodeEnd(seq: number): Uint8Array<ArrayBuffer> {
  return startMessage(KIND.end, seq, 0, 0);
}

/** A frame for dashboards: width and height in the payload's first 4 bytes, then the ON and the OFF plane. */
export function encodeDisplay(
  seq: number,
  { geometry, on, off, tMicros }: DisplayFrame,
): Uint8Array<ArrayBuffer> {
  const message = startMessage(KIND.display, seq, on.length, 4 + on.length + off.length, { t0: tMicros });
  const view = new DataView(message.buffer);
  view.setUint16(HEADER_BYTES, geometry.width, true);
  view.setUint16(HEADER_BYTES + 2, geometry.height, true);
  message.set(on, HEADER_BYTES + 4);
  message.set(off, HEADER_BYTES + 4 + on.length);
  return message;
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
