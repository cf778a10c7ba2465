/** What a decoder read and what it lost. */

/** Why a record did not become an event. */
export type DropReason =
  /** A trigger, external-input, APS or IMU word: not a pixel event. */
  | 'not-a-pixel'
  /** x or y lies outside the sensor. */
  | 'outside-sensor';

/** The account of one decoded stream. Counts are of records, times in microseconds. */
export interface DecodeReport {
  /** Identifier of the format. */
  readonly format: string;
  /** Name and version as reference tables spell it, for example `AEDAT2.0`. */
  readonly variant: string;
  /** Bytes taken so far, the header included. */
  readonly bytes: number;
  /** Bytes of the text header. */
  readonly headerBytes: number;
  /** Header lines without line ends; empty for formats without a header. */
  readonly headerLines: readonly string[];
  /** Pixel events delivered, and how many of them were ON. */
  readonly events: number;
  readonly on: number;
  readonly tFirst: number | null;
  readonly tLast: number | null;
  /** Records left out, by reason. */
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Counter overflows that were unwrapped. */
  readonly wraps: number;
  /** Delivered events whose time is before that of the event in front of them (kept, never sorted). */
  readonly backwardSteps: number;
  /** Bytes of an incomplete last record, and the offset where it begins (`null`: nothing was cut). */
  readonly truncatedBytes: number;
  readonly truncatedAt: number | null;
}
