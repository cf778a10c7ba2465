/** The data of a part as bytes: how events are written, and read again to the last bit. */
import {
  CANONICAL_RECORD_BYTES,
  encodeCanonicalRecords,
  type EventBatch,
  type SensorGeometry,
} from '../../events/index.ts';
import { Aedat4Decoder, Aedat4Encoder, type BytePatch } from '../../formats/index.ts';
import { decodeCanonicalRecords } from './canonical-records.ts';
import type { PartFormat } from './record-format.ts';

/** Canonical records that are read at once. */
const RECORDS = 16_384;

/** Turns the events of a part into bytes. */
export interface PartEncoder {
  readonly format: PartFormat;
  /** @throws EventFormatError for events that the format cannot hold: nothing of the batch is in the part then. */
  push(batch: EventBatch): Uint8Array;
  finish(): Uint8Array;
  /** After `finish`: what is to be overwritten. */
  readonly patches: readonly BytePatch[];
}

/** An encoder for parts of a sensor. Not compressed: that would cost eight times as much where events come in. */
export function partEncoder(format: 'aedat4' | 'canonical', sensor: SensorGeometry | null): PartEncoder {
  if (format === 'aedat4') {
    const encoder = new Aedat4Encoder({ compression: 'none', ...(sensor && { geometry: sensor }) });
    let intact = true;
    return {
      format,
      push: (batch) => {
        intact = false;
        const bytes = encoder.push(batch);
        intact = true;
        return bytes;
      },
      // Behind a failure its table of packets is wrong; the file is good without one.
      finish: () => (intact ? encoder.finish() : new Uint8Array(0)),
      get patches() {
        return encoder.patches;
      },
    };
  }
  return { format, push: encodeCanonicalRecords, finish: () => new Uint8Array(0), patches: [] };
}

/** The events of a part, as they came but for where batches were cut. */
export function* partEvents(
  format: 'aedat4' | 'canonical',
  bytes: Uint8Array,
  sensor: SensorGeometry | null,
  clockSegment: number,
): Generator<EventBatch, void, undefined> {
  if (format === 'canonical') {
    const piece = RECORDS * CANONICAL_RECORD_BYTES;
    for (let at = 0; at < bytes.length; at += piece)
      yield decodeCanonicalRecords(bytes.subarray(at, at + piece), sensor, clockSegment);
    return;
  }
  const decoder = new Aedat4Decoder();
  for (const batch of [...decoder.push(bytes), ...decoder.finish()])
    yield { ...batch, geometry: sensor, segment: clockSegment };
}
