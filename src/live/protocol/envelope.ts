/** The header of the binary messages of `saccade.v1`; the layout is drawn in PROTOCOL.md. */
import type { OwnedBytes } from '../../events/index.ts';
import { ProtocolError } from './errors.ts';

/** First two bytes of every binary message, `SC`. */
export const MAGIC = 0x4353;
/** Version of the layout. */
export const VERSION = 1;
/** Bytes in front of the payload: a multiple of 8, so that payloads are aligned inside the message. */
export const HEADER_BYTES = 24;
/** Kinds of messages. */
export const KIND = { events: 1, raw: 2, display: 3, segment: 4, end: 5, clock: 6, thumbnails: 7 } as const;
/** Bits of the flags. */
export const FLAG = {
  /** Of an event batch: the camera's clock began again in front of it. */
  clockReset: 1,
} as const;

/** One of {@link KIND}. */
export type Kind = (typeof KIND)[keyof typeof KIND];

/** The checked header, and the payload without a copy. */
export interface Envelope {
  readonly kind: Kind;
  readonly flags: number;
  readonly seq: number;
  readonly count: number;
  readonly t0: number;
  /** Node hands out unaligned buffers, hence a view and no typed arrays. */
  readonly payload: DataView;
}

const LOW_RANGE = 2 ** 32;

/** A message with its header written, and zeros behind it. */
export function startMessage(
  kind: Kind,
  seq: number,
  count: number,
  payloadBytes: number,
  { t0 = 0, flags = 0 }: { readonly t0?: number; readonly flags?: number } = {},
): OwnedBytes {
  const message = new Uint8Array(HEADER_BYTES + payloadBytes);
  const view = new DataView(message.buffer);
  view.setUint16(0, MAGIC, true);
  view.setUint8(2, VERSION);
  view.setUint8(3, kind);
  view.setUint16(4, flags, true);
  view.setUint32(8, seq >>> 0, true);
  view.setUint32(12, count, true);
  view.setUint32(16, t0 >>> 0, true);
  view.setInt32(20, Math.floor(t0 / LOW_RANGE), true);
  return message;
}

/** Reads and checks a header. @throws ProtocolError with the byte offset of the fault. */
export function openEnvelope(message: Uint8Array): Envelope {
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
  const kind = view.getUint8(3) as Kind;
  if (!Object.values(KIND).includes(kind))
    throw new ProtocolError('UNKNOWN_KIND', 3, `There is no kind ${kind}.`);
  const flags = view.getUint16(4, true);
  const known = kind === KIND.events ? FLAG.clockReset : 0;
  if ((flags & ~known) !== 0)
    throw new ProtocolError('RESERVED_NOT_ZERO', 4, `Kind ${kind} has no flags ${flags & ~known}.`);
  if (view.getUint16(6, true) !== 0)
    throw new ProtocolError('RESERVED_NOT_ZERO', 6, 'Reserved bytes must be 0.');
  const t0 = view.getInt32(20, true) * LOW_RANGE + view.getUint32(16, true);
  if (!Number.isSafeInteger(t0))
    throw new ProtocolError('TIME_OUT_OF_RANGE', 16, 'The time is beyond 2^53 microseconds.');
  const payload = new DataView(
    message.buffer,
    message.byteOffset + HEADER_BYTES,
    message.byteLength - HEADER_BYTES,
  );
  return { kind, flags, seq: view.getUint32(8, true), count: view.getUint32(12, true), t0, payload };
}

/** @throws ProtocolError `LENGTH_MISMATCH` unless the payload has so many bytes. */
export function requireLength({ payload }: Envelope, bytes: number): void {
  if (payload.byteLength === bytes) return;
  throw new ProtocolError(
    'LENGTH_MISMATCH',
    12,
    `The header announces ${bytes} payload bytes, the message has ${payload.byteLength}.`,
  );
}
