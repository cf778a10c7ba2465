/** Events of the types without pixel events: colour, generic, display. */
import type { SensorGeometry } from '../../events/index.ts';
import { copyBytes } from '../bytes.ts';
import type { EventFormatErrorCode } from '../errors.ts';
import type { ColourEvent, PayloadEvent } from '../side-channels.ts';
import { TIMING, type EsType } from './layout.ts';
import type { EsClock } from './pixels.ts';

/** What becomes of the events. */
export interface ItemSink {
  readonly colour: (event: ColourEvent) => void;
  readonly payload: (event: PayloadEvent) => void;
  readonly display: () => void;
  readonly outside: () => void;
  /** Of a payload that cannot be kept; throws where damage may not be survived. */
  readonly damage: (code: EventFormatErrorCode, byteOffset: number, message: string) => void;
}

/** What a loop over items must know. */
export interface ItemContext {
  readonly type: EsType;
  /** `null` for types without a size. */
  readonly size: SensorGeometry | null;
  readonly maxPayloadBytes: number;
  /** Stream offset of the first of the bytes. */
  readonly offset: number;
}

const COLOUR_BYTES = 8;
const DISPLAY_BYTES = 4;
/** Seven bits each: sizes below 2^35. */
const MAX_SIZE_BYTES = 5;

/**
 * Reads whole events from the start of `bytes`, which may hold a cut one at the end.
 *
 * @returns how many bytes are done with. More than there are where a payload beyond the limit goes on, which is to be
 * skipped; Infinity behind a size of too many bytes, as nothing after it can be found.
 */
export function readItems(context: ItemContext, bytes: Uint8Array, clock: EsClock, sink: ItemSink): number {
  const { type, maxPayloadBytes, offset } = context;
  const { padding, overflowMicros } = TIMING[type];
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at]!;
    if (first >= padding) {
      if (first === 0xff) {
        clock.time += overflowMicros;
        clock.overflows++;
      }
      at++;
      continue;
    }
    const payload = type === 'generic' ? payloadSize(bytes, at + 1) : null;
    if (payload?.sizeBytes === 0) break;
    const length = payload === null ? fixedBytes(type) : 1 + payload.sizeBytes + payload.size;
    const isTooLarge = payload !== null && payload.size > maxPayloadBytes;
    if (isTooLarge) damagePayload(payload.size, maxPayloadBytes, offset + at, sink);
    else if (at + length > bytes.length) break;
    clock.time += first;
    if (!isTooLarge) handOn(context, bytes.subarray(at, at + length), clock.time, sink);
    at += length;
  }
  return at;
}

function fixedBytes(type: EsType): number {
  return type === 'colour' ? COLOUR_BYTES : DISPLAY_BYTES;
}

function damagePayload(size: number, maxBytes: number, byteOffset: number, sink: ItemSink): void {
  if (size === Infinity) {
    const problem = 'The size of a payload has too many bytes; what follows cannot be found and is left out.';
    sink.damage('CORRUPT_DATA', byteOffset, problem);
  } else {
    const advice = `Raise maxPayloadBytes (${maxBytes}) if that is right.`;
    sink.damage('TOO_LARGE', byteOffset, `A payload of ${size} bytes is left out. ${advice}`);
  }
}

/**
 * Seven bits a byte, low group first; bit 0 says that more follow. `sizeBytes` 0: the size is cut; an infinite size: it
 * has too many bytes.
 */
function payloadSize(bytes: Uint8Array, start: number): { size: number; sizeBytes: number } {
  let size = 0;
  for (let i = 0; i < MAX_SIZE_BYTES; i++) {
    if (start + i >= bytes.length) return { size, sizeBytes: 0 };
    const byte = bytes[start + i]!;
    size += (byte >> 1) * 2 ** (7 * i);
    if ((byte & 1) === 0) return { size, sizeBytes: i + 1 };
  }
  return { size: Infinity, sizeBytes: MAX_SIZE_BYTES };
}

function handOn({ type, size }: ItemContext, event: Uint8Array, tMicros: number, sink: ItemSink): void {
  if (type === 'display') {
    sink.display();
  } else if (type === 'generic') {
    sink.payload({ tMicros, bytes: copyBytes(event, 1 + payloadSize(event, 1).sizeBytes) });
  } else {
    const x = event[1]! | (event[2]! << 8);
    const y = event[3]! | (event[4]! << 8);
    if (size === null || x >= size.width || y >= size.height) {
      sink.outside();
      return;
    }
    const rgb = [event[5]!, event[6]!, event[7]!] as const;
    sink.colour({ tMicros, x, y: size.height - 1 - y, rgb });
  }
}
