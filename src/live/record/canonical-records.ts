/** Events as canonical records, for what AEDAT 4 cannot hold: 13 bytes each, the inverse of `encodeCanonicalRecords`. */
import {
  allocateEvents,
  batchOf,
  CANONICAL_RECORD_BYTES,
  type EventBatch,
  type SensorGeometry,
} from '../../events/index.ts';

const LOW_RANGE = 2 ** 32;

/** The events of whole records. */
export function decodeCanonicalRecords(
  bytes: Uint8Array,
  geometry: SensorGeometry | null,
  segment: number,
): EventBatch {
  const count = Math.floor(bytes.length / CANONICAL_RECORD_BYTES);
  const events = allocateEvents(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0, at = 0; i < count; i++, at += CANONICAL_RECORD_BYTES) {
    events.t[i] = view.getInt32(at + 4, true) * LOW_RANGE + view.getUint32(at, true);
    events.x[i] = view.getUint16(at + 8, true);
    events.y[i] = view.getUint16(at + 10, true);
    events.p[i] = view.getUint8(at + 12);
  }
  return batchOf(events, count, geometry, segment);
}
