/** Events of the types without pixel events: colour, generic, display. */
import type { SensorGeometry } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';
import type { ColourEvent, PayloadEvent } from '../side-channels.ts';
import { TIMING, type EsType } from './layout.ts';
import type { EsClock } from './pixels.ts';

/** What becomes of the events; each returns whether it lay on the sensor. */
export interface ItemSink {
  readonly colour: (event: ColourEvent) => void;
  readonly payload: (event: PayloadEvent) => void;
  readonly display: () => void;
  readonly outside: () => void;
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
 * @returns how many bytes were read.
 * @throws EventFormatError `TOO_LARGE` for a payload beyond the limit, `CORRUPT_DATA` for a size of too many bytes.
 */
export function readItems(context: ItemContext, bytes: Uint8Array, clock: EsClock, sink: ItemSink): number {
  const { padding, overflowMicros } = TIMING[context.type];
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
    const length = itemBytes(context, bytes, at);
    if (at + length > bytes.length) break;
    clock.time += first;
    handOn(context, bytes.subarray(at, at + length), clock.time, sink);
    at += length;
  }
  return at;
}

/** Bytes of the event at `at`; more than there are if its size is not known yet. */
function itemBytes(context: ItemContext, bytes: Uint8Array, at: number): number {
  if (context.type === 'colour') return COLOUR_BYTES;
  if (context.type === 'display') return DISPLAY_BYTES;
  const { size, sizeBytes } = payloadSize(bytes, at + 1);
  if (sizeBytes > MAX_SIZE_BYTES) {
    throw new EventFormatError(
      'CORRUPT_DATA',
      context.offset + at,
      'The size of a payload has too many bytes; what follows cannot be found.',
    );
  }
  if (size > context.maxPayloadBytes) {
    throw new EventFormatError(
      'TOO_LARGE',
      context.offset + at,
      `A payload of ${size} bytes or more. Raise maxPayloadBytes (${context.maxPayloadBytes}) if that is right.`,
    );
  }
  return sizeBytes === 0 ? Infinity : 1 + sizeBytes + size;
}

/** Seven bits a byte, low group first; bit 0 says that more follow. `sizeBytes` 0: the size is cut. */
function payloadSize(bytes: Uint8Array, start: number): { size: number; sizeBytes: number } {
  let size = 0;
  for (let i = 0; i < MAX_SIZE_BYTES; i++) {
    if (start + i >= bytes.length) return { size, sizeBytes: 0 };
    const byte = bytes[start + i]!;
    size += (byte >> 1) * 2 ** (7 * i);
    if ((byte & 1) === 0) return { size, sizeBytes: i + 1 };
  }
  return { size: 0, sizeBytes: MAX_SIZE_BYTES + 1 };
}

function handOn({ type, size }: ItemContext, event: Uint8Array, tMicros: number, sink: ItemSink): void {
  if (type === 'display') {
    sink.display();
  } else if (type === 'generic') {
    sink.payload({ tMicros, bytes: event.slice(1 + payloadSize(event, 1).sizeBytes) });
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
