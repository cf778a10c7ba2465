/** Small pictures of many cameras in one message; the layout is drawn in PROTOCOL.md. */
import type { OwnedBytes } from '../../events/index.ts';
import { decodeDisplay, type DisplayFrame } from './display.ts';
import { HEADER_BYTES, KIND, openEnvelope, requireLength, startMessage } from './envelope.ts';
import { ProtocolError } from './errors.ts';

const LENGTH_BYTES = 4;

/** @param frames display messages, as `encodeDisplay` makes them. */
export function encodeThumbnails(seq: number, frames: readonly Uint8Array[]): OwnedBytes {
  const bytes = frames.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0);
  const message = startMessage(KIND.thumbnails, seq, frames.length, bytes);
  const view = new DataView(message.buffer);
  let at = HEADER_BYTES;
  for (const frame of frames) {
    view.setUint32(at, frame.length, true);
    message.set(frame, at + LENGTH_BYTES);
    at += LENGTH_BYTES + frame.length;
  }
  return message;
}

/** Whether a message from the server is of this kind. @throws {@link ProtocolError} */
export function isThumbnails(message: Uint8Array): boolean {
  return openEnvelope(message).kind === KIND.thumbnails;
}

/** Decodes a message of small pictures. @throws {@link ProtocolError} */
export function decodeThumbnails(message: Uint8Array): DisplayFrame[] {
  const envelope = openEnvelope(message);
  const { kind, count, payload } = envelope;
  if (kind !== KIND.thumbnails)
    throw new ProtocolError('UNKNOWN_KIND', 3, `Kind ${kind} is no message of thumbnails.`);
  const frames: DisplayFrame[] = [];
  let at = 0;
  while (at + LENGTH_BYTES <= payload.byteLength) {
    const end = at + LENGTH_BYTES + payload.getUint32(at, true);
    if (end > payload.byteLength) requireLength(envelope, end);
    frames.push(decodeDisplay(message.subarray(HEADER_BYTES + at + LENGTH_BYTES, HEADER_BYTES + end)));
    at = end;
  }
  if (at !== payload.byteLength) requireLength(envelope, at);
  if (frames.length !== count) {
    const problem = `The header announces ${count} pictures, the message has ${frames.length}.`;
    throw new ProtocolError('LENGTH_MISMATCH', 12, problem);
  }
  return frames;
}
