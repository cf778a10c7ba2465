/** The plain loop over the payload of an event message: the oracle of the record kernels on the live path. */
import { allocateEvents, batchOf, type EventBatch, type SensorGeometry } from '../../src/events/index.ts';
import { ProtocolError } from '../../src/live/protocol/index.ts';

/** Decodes and checks event by event. */
export function decodeEventMessage(message: Uint8Array, sensor: SensorGeometry | null): EventBatch {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const count = view.getUint32(12, true);
  const t0 = Number(view.getBigInt64(16, true));
  const arrays = allocateEvents(count);
  const width = sensor?.width ?? 65536;
  const height = sensor?.height ?? 32768;
  let last = 0;
  for (let i = 0, at = 24; i < count; i++, at += 8) {
    const dt = view.getUint32(at, true);
    const x = view.getUint16(at + 4, true);
    const word = view.getUint16(at + 6, true);
    const y = word & 0x7fff;
    if (dt < last) throw new ProtocolError('TIME_NOT_SORTED', at, 'back');
    if (BigInt(t0) + BigInt(dt) > BigInt(Number.MAX_SAFE_INTEGER))
      throw new ProtocolError('TIME_OUT_OF_RANGE', at, 'late');
    if (x >= width || y >= height) throw new ProtocolError('OUTSIDE_SENSOR', at + 4, 'outside');
    last = dt;
    arrays.t[i] = t0 + dt;
    arrays.x[i] = x;
    arrays.y[i] = y;
    arrays.p[i] = word >>> 15;
  }
  return batchOf(arrays, count, sensor);
}
