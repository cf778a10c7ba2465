/** Event Stream's header, and the first bytes of its events. */
import type { SensorGeometry } from '../../events/index.ts';

/** What a stream holds; the number in the header is the place in this list. */
export const ES_TYPES = ['generic', 'dvs', 'atis', 'display', 'colour'] as const;

/** Type of an Event Stream. */
export type EsType = (typeof ES_TYPES)[number];

/** First characters of every file. */
export const ES_SIGNATURE = 'Event Stream';

/** Where the version and the type stand, and where the sensor's size does for the types that have one. */
export const VERSION_OFFSET = 12;
export const TYPE_OFFSET = 15;
export const SIZE_OFFSET = 16;

/** Whether the header of a type has the sensor's size. */
export function hasSize(type: EsType): boolean {
  return type === 'dvs' || type === 'atis' || type === 'colour';
}

/** The report's `variant`, spelled as reference tables have it: only streams of pixel events have a name. */
export function variantOf(type: EsType): string {
  return type === 'dvs' || type === 'atis' ? `ES2/${type}` : 'ES/other';
}

/** No sensor is wider or higher; older colour files have no size in the header, and events stand there. */
const MAX_SIDE = 16_384;

/** The size stated in a header, `null` if it cannot be one. */
export function plausibleSize(width: number, height: number): SensorGeometry | null {
  return width > 0 && height > 0 && width <= MAX_SIDE && height <= MAX_SIDE ? { width, height } : null;
}

/** First bytes of an event that are none: time passes, or nothing happens. */
interface EsTiming {
  /** The first byte value that is no event: padding. */
  readonly padding: number;
  /** µs that the byte 0xFF stands for. */
  readonly overflowMicros: number;
}

/** Timing of each type. ATIS overflows are 0xFD to 0xFF: the low two bits count 63 µs. */
export const TIMING: Readonly<Record<EsType, EsTiming>> = {
  generic: { padding: 0xfe, overflowMicros: 254 },
  dvs: { padding: 0xfe, overflowMicros: 127 },
  atis: { padding: 0xfc, overflowMicros: 189 },
  display: { padding: 0xfe, overflowMicros: 254 },
  colour: { padding: 0xfe, overflowMicros: 254 },
};

/** Bytes of a dvs or atis event. */
export const PIXEL_EVENT_BYTES = 5;
