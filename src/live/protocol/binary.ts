/** The binary messages of `saccade.v1` apart from event batches; the layout is drawn in PROTOCOL.md. */
import type { SensorGeometry, OwnedBytes } from '../../events/index.ts';
import { HEADER_BYTES, KIND, openEnvelope, requireLength, startMessage } from './envelope.ts';
import { ProtocolError } from './errors.ts';
import type { SegmentInfo } from './messages.ts';

/** Events as they accumulated since the last display frame. */
export interface DisplayFrame {
  /** Name of the camera. */
  readonly camera: string;
  readonly geometry: SensorGeometry;
  /** Events per pixel, cut at 255, row-major. */
  readonly on: Uint8Array;
  readonly off: Uint8Array;
  /** Time of the newest event, microseconds of the recording. */
  readonly tMicros: number;
}

/** Raw bytes of a recording, to be decoded by the server. */
export function encodeRaw(seq: number, bytes: Uint8Array): OwnedBytes {
  const message = startMessage(KIND.raw, seq, bytes.length, bytes.length);
  message.set(bytes, HEADER_BYTES);
  return message;
}

/** The start of a recording. */
export function encodeSegment(seq: number, segment: SegmentInfo): OwnedBytes {
  const json = new TextEncoder().encode(JSON.stringify(segment));
  const message = startMessage(KIND.segment, seq, json.length, json.length);
  message.set(json, HEADER_BYTES);
  return message;
}

/** The end of the stream. */
export function encodeEnd(seq: number): OwnedBytes {
  return startMessage(KIND.end, seq, 0, 0);
}

/** Of a display frame's width, height and length of the camera's name. */
const DISPLAY_HEAD_BYTES = 6;

/** A frame for dashboards: width, height and length of the camera's name, the ON and the OFF plane, the name. */
export function encodeDisplay(seq: number, { camera, geometry, on, off, tMicros }: DisplayFrame): OwnedBytes {
  const name = new TextEncoder().encode(camera);
  const payloadBytes = DISPLAY_HEAD_BYTES + 2 * on.length + name.length;
  const message = startMessage(KIND.display, seq, on.length, payloadBytes, { t0: tMicros });
  const view = new DataView(message.buffer);
  view.setUint16(HEADER_BYTES, geometry.width, true);
  view.setUint16(HEADER_BYTES + 2, geometry.height, true);
  view.setUint16(HEADER_BYTES + 4, name.length, true);
  const planes = HEADER_BYTES + DISPLAY_HEAD_BYTES;
  message.set(on, planes);
  message.set(off, planes + on.length);
  message.set(name, planes + 2 * on.length);
  return message;
}

/** Decodes a display frame. @throws {@link ProtocolError} */
export function decodeDisplay(message: Uint8Array): DisplayFrame {
  const envelope = openEnvelope(message);
  const { kind, count, t0, payload } = envelope;
  if (kind !== KIND.display) throw new ProtocolError('UNKNOWN_KIND', 3, `Kind ${kind} is no display frame.`);
  if (payload.byteLength < DISPLAY_HEAD_BYTES) requireLength(envelope, DISPLAY_HEAD_BYTES + 2 * count);
  requireLength(envelope, DISPLAY_HEAD_BYTES + 2 * count + payload.getUint16(4, true));
  const geometry = { width: payload.getUint16(0, true), height: payload.getUint16(2, true) };
  if (geometry.width * geometry.height !== count) {
    throw new ProtocolError(
      'LENGTH_MISMATCH',
      HEADER_BYTES,
      `${geometry.width}x${geometry.height} pixels are not ${count}.`,
    );
  }
  const rest = message.subarray(HEADER_BYTES + DISPLAY_HEAD_BYTES);
  return {
    camera: new TextDecoder().decode(rest.subarray(2 * count)),
    geometry,
    on: rest.subarray(0, count),
    off: rest.subarray(count, 2 * count),
    tMicros: t0,
  };
}
