/** Pictures of events, for dashboards; the layout is drawn in PROTOCOL.md. */
import type { OwnedBytes, SensorGeometry } from '../../events/index.ts';
import { HEADER_BYTES, KIND, openEnvelope, requireLength, startMessage } from './envelope.ts';
import { ProtocolError } from './errors.ts';
import { MAX_SENSOR_PIXELS } from './largest-sensor.ts';
import { packZeroRuns, unpackZeroRuns } from './zero-runs.ts';

/** Events as they accumulated since the last display frame. */
export interface DisplayFrame {
  /** Name of the camera. */
  readonly camera: string;
  /** Size of the picture: the sensor's, or that divided by a whole number, rounded up. */
  readonly geometry: SensorGeometry;
  /** Size of the sensor. */
  readonly sensor: SensorGeometry;
  /** Events per pixel of the picture, cut at 255, row-major. */
  readonly on: Uint8Array;
  readonly off: Uint8Array;
  /** Time of the newest event, microseconds of the recording. */
  readonly tMicros: number;
}

/** Of the sizes of picture and sensor, of the lengths of the name and of the ON plane. */
const HEAD_BYTES = 14;

/** A frame as a message: sizes, the camera's name, the planes with runs of zeros left out. */
export function encodeDisplay(
  seq: number,
  { camera, geometry, sensor, on, off, tMicros }: DisplayFrame,
): OwnedBytes {
  const name = new TextEncoder().encode(camera);
  const planes = [packZeroRuns(on), packZeroRuns(off)] as const;
  const bytes = HEAD_BYTES + name.length + planes[0].length + planes[1].length;
  const message = startMessage(KIND.display, seq, on.length, bytes, { t0: tMicros });
  const view = new DataView(message.buffer, HEADER_BYTES);
  [geometry.width, geometry.height, sensor.width, sensor.height, name.length].forEach((value, i) => {
    view.setUint16(2 * i, value, true);
  });
  view.setUint32(10, planes[0].length, true);
  let at = HEADER_BYTES + HEAD_BYTES;
  for (const part of [name, ...planes]) {
    message.set(part, at);
    at += part.length;
  }
  return message;
}

/** Decodes a display frame. @throws {@link ProtocolError} */
export function decodeDisplay(message: Uint8Array): DisplayFrame {
  const envelope = openEnvelope(message);
  const { kind, count, t0, payload } = envelope;
  if (kind !== KIND.display) throw new ProtocolError('UNKNOWN_KIND', 3, `Kind ${kind} is no display frame.`);
  if (payload.byteLength < HEAD_BYTES) requireLength(envelope, HEAD_BYTES);
  const size = (at: number): SensorGeometry => ({
    width: payload.getUint16(at, true),
    height: payload.getUint16(at + 2, true),
  });
  const [geometry, sensor] = [size(0), size(4)];
  if (geometry.width * geometry.height !== count || count > MAX_SENSOR_PIXELS) {
    throw new ProtocolError(
      'LENGTH_MISMATCH',
      HEADER_BYTES,
      `${geometry.width}x${geometry.height} pixels are not ${count}.`,
    );
  }
  const nameEnd = HEADER_BYTES + HEAD_BYTES + payload.getUint16(8, true);
  const onEnd = nameEnd + payload.getUint32(10, true);
  if (onEnd > message.length) requireLength(envelope, onEnd - HEADER_BYTES);
  return {
    camera: new TextDecoder().decode(message.subarray(HEADER_BYTES + HEAD_BYTES, nameEnd)),
    geometry,
    sensor,
    on: unpackZeroRuns(message.subarray(nameEnd, onEnd), count, nameEnd),
    off: unpackZeroRuns(message.subarray(onEnd), count, onEnd),
    tMicros: t0,
  };
}
