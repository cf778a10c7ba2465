/** What a decoder read and what it lost. */
import type { EventFormatErrorCode } from './errors.ts';
import type { SideChannelName } from './side-channels.ts';

/** Why a record did not become an event. */
export type DropReason =
  /**
   * A trigger, special, external-input, APS or IMU word that nobody listens to. (AEDAT 4 leaves packets that nobody
   * listens to unopened, and cannot count what is in them.)
   */
  | 'not-a-pixel'
  /** x or y lies outside the sensor. */
  | 'outside-sensor'
  /** Marked as invalid in the recording, by a noise filter for example. */
  | 'invalid'
  /** Came before the first word that tells the time. */
  | 'before-time'
  /** Of another camera's stream in the same recording. */
  | 'other-stream'
  /** Of a type that the format's specification does not name. */
  | 'unknown-type';

/** All reasons. */
export const DROP_REASONS: readonly DropReason[] = [
  'not-a-pixel',
  'outside-sensor',
  'invalid',
  'before-time',
  'other-stream',
  'unknown-type',
];

/** Damage that was survived. Under the policy `strict` the first one is thrown instead. */
export interface Fault {
  readonly code: EventFormatErrorCode;
  /** From the start of the stream. */
  readonly byteOffset: number;
  readonly message: string;
}

/**
 * What who reads the report should know although nothing is damaged: what was inferred or left aside, and what looks odd.
 * Codes of saccade's decoders: `INFERRED_CHIP`, `CONTRADICTED_CHIP`, `INFERRED_COLUMNS`, `OTHER_STREAMS`, `ONE_POLARITY`,
 * `ONE_TIME`, `INFERRED_TIME_UNIT`, `INFERRED_ORIGIN`, `LAYOUT`, `OTHER_DATA`.
 */
export interface DecodeNote {
  readonly code: string;
  readonly message: string;
  /** The decoder's option that states it, where there is one: `chip`. */
  readonly option?: string;
}

/**
 * The account of datagrams. `malformed` ones (their length fits no whole records, say) and `duplicated` ones gave
 * no events; those out of order did. Forms without sequence numbers cannot know the last three.
 */
export interface DatagramAccount {
  received: number;
  malformed: number;
  missing: number;
  duplicated: number;
  outOfOrder: number;
}

/** The account of one decoded stream. Counts are of records, times in microseconds. */
export interface DecodeReport {
  /** Identifier of the format. */
  readonly format: string;
  /** Name and version as reference tables spell it, for example `AEDAT2.0`. */
  readonly variant: string;
  /** Bytes taken so far, the header included. */
  readonly bytes: number;
  /** Bytes of the header. */
  readonly headerBytes: number;
  /** Header lines without line ends; empty for formats without a text header. */
  readonly headerLines: readonly string[];
  /** Pixel events delivered, and how many of them were ON. */
  readonly events: number;
  readonly on: number;
  readonly tFirst: number | null;
  readonly tLast: number | null;
  /** Records left out, by reason. */
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Items delivered to listeners, by side channel. */
  readonly side: Readonly<Record<SideChannelName, number>>;
  /** Counter overflows that were unwrapped. */
  readonly wraps: number;
  /** Clock resets that the recording states; each begins a new segment. */
  readonly resets: number;
  /** Delivered events whose time is before that of the event in front of them (kept, never sorted). */
  readonly backwardSteps: number;
  /** Bytes of an incomplete last record, and the offset where it begins (`null`: nothing was cut). */
  readonly truncatedBytes: number;
  readonly truncatedAt: number | null;
  /** Datagrams, `null` for files and streams. */
  readonly datagrams: Readonly<DatagramAccount> | null;
  /** Damaged stretches, the first {@link MAX_FAULTS} of `faultCount`. */
  readonly faults: readonly Fault[];
  readonly faultCount: number;
  /** One a code. */
  readonly notes: readonly DecodeNote[];
}

/** So many faults are kept; all are counted. */
export const MAX_FAULTS = 100;
