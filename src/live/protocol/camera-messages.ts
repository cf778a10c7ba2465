/** The binary messages of `saccade.v1` from a camera apart from event batches; the layout is drawn in PROTOCOL.md. */
import type { OwnedBytes } from '../../events/index.ts';
import { HEADER_BYTES, KIND, startMessage } from './envelope.ts';
import type { SegmentInfo } from './messages.ts';

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

/** Asks for the server's clock. */
export function encodeClock(seq: number): OwnedBytes {
  return startMessage(KIND.clock, seq, 0, 0);
}

/** The end of the stream. */
export function encodeEnd(seq: number): OwnedBytes {
  return startMessage(KIND.end, seq, 0, 0);
}
