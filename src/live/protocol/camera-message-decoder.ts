/** The server's reader of what a camera sends. */
import type { EventBatch, SensorGeometry } from '../../events/index.ts';
import { FLAG, HEADER_BYTES, KIND, openEnvelope, requireLength } from './envelope.ts';
import { ProtocolError } from './errors.ts';
import { EventBatchDecoder } from './event-batches.ts';
import { parseSegment, type SegmentInfo } from './messages.ts';

/** A message from a camera, decoded and checked. */
export type CameraMessageBody =
  | { readonly kind: 'events'; readonly seq: number; readonly batches: readonly EventBatch[] }
  | { readonly kind: 'raw'; readonly seq: number; readonly bytes: Uint8Array }
  | { readonly kind: 'segment'; readonly seq: number; readonly segment: SegmentInfo }
  | { readonly kind: 'clock'; readonly seq: number }
  | { readonly kind: 'end'; readonly seq: number };

/**
 * Push class: the binary messages of one camera in their order. It knows of which sensor the events are (the
 * segment's, else the hello's) and numbers the time segments of a recording.
 *
 * @example
 * ```ts
 * import { batchFromTuples } from 'saccade';
 * import { CameraMessageDecoder, encodeEvents } from 'saccade/live/client';
 * const decoder = new CameraMessageDecoder({ width: 8, height: 8 });
 * const message = decoder.push(encodeEvents(0, batchFromTuples([[-5, 1, 2, 1], [7, 3, 4, 0]])));
 * if (message.kind === 'events') console.log(message.batches[0]?.t[0]); // -5
 * ```
 */
export class CameraMessageDecoder {
  readonly #sensor: SensorGeometry | null;
  #events: EventBatchDecoder;
  #timeSegment = 0;

  /** @param sensor the hello's. */
  constructor(sensor: SensorGeometry | null) {
    this.#sensor = sensor;
    this.#events = new EventBatchDecoder(sensor);
  }

  /**
   * Decodes and checks the next message. Raw bytes are not copied.
   *
   * @throws {@link ProtocolError} with the byte offset of the first fault.
   */
  push(message: Uint8Array): CameraMessageBody {
    const envelope = openEnvelope(message);
    const { kind, flags, seq, count } = envelope;
    switch (kind) {
      case KIND.events: {
        const segment = this.#timeSegment + ((flags & FLAG.clockReset) === 0 ? 0 : 1);
        const batches = this.#events.push(message, envelope, segment);
        this.#timeSegment = segment;
        return { kind: 'events', seq, batches };
      }
      case KIND.raw:
        requireLength(envelope, count);
        return { kind: 'raw', seq, bytes: message.subarray(HEADER_BYTES) };
      case KIND.segment: {
        requireLength(envelope, count);
        const segment = parseSegment(new TextDecoder().decode(message.subarray(HEADER_BYTES)));
        this.#events = new EventBatchDecoder(segment.sensor ?? this.#sensor);
        this.#timeSegment = 0;
        return { kind: 'segment', seq, segment };
      }
      case KIND.clock:
        requireLength(envelope, 0);
        return { kind: 'clock', seq };
      case KIND.end:
        requireLength(envelope, 0);
        return { kind: 'end', seq };
      default:
        throw new ProtocolError('UNKNOWN_KIND', 3, `A camera does not send kind ${kind}.`);
    }
  }
}
