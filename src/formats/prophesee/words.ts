/** Words of the RAW encodings turned into runs of events: what the plain loops and the kernel share. */
import { startRun, type RecordRun } from '../records/run.ts';

/** What words set and later words use; moved on by decoding. */
export interface RawState {
  /** TIME_HIGH as it stands, -1 before the first. */
  high: number;
  /** How often TIME_HIGH wrapped. */
  loops: number;
  /** Microseconds of TIME_HIGH, wraps included, and of the whole clock. */
  highMicros: number;
  micros: number;
  row: number;
  base: number;
  polarity: number;
}

/** All of it, in the order of resume points. */
export const RAW_STATE: readonly (keyof RawState)[] = [
  'high',
  'loops',
  'highMicros',
  'micros',
  'row',
  'base',
  'polarity',
];

/** What decoding is told. */
export interface RawSetting {
  /** Events at or beyond these are outside the sensor. */
  readonly width: number;
  readonly height: number;
  /** Whether the first half of EVT2.1 words is the EVT2 word. */
  readonly swapped: boolean;
  /** A bit for each type of word at which decoding stops. */
  readonly stopTypes: number;
}

/** A run of events and its account. */
export interface RawRun extends RecordRun {
  /** Words that are neither events nor time, by type. */
  readonly types: Uint32Array;
}

/** Types of words. */
export const WORD_TYPES = 16;

/** An empty run; see {@link startRun}. `types` are to be zeros. */
export function startRawRun(capacity: number, types: Uint32Array = new Uint32Array(WORD_TYPES)): RawRun {
  return Object.assign(startRun(capacity), { types });
}

/** What a state is before the first word. */
export function startRaw(): RawState {
  return { high: -1, loops: 0, highMicros: 0, micros: 0, row: 0, base: 0, polarity: 0 };
}

/**
 * Decodes words `[from, to)` of the bytes into a run while the next is sure to find room; stops before a word of a
 * type to stop at. The state has a TIME_HIGH, or the first word is one.
 *
 * @returns the first word that was not decoded.
 */
export type DecodeRaw = (
  state: RawState,
  setting: RawSetting,
  bytes: Uint8Array,
  from: number,
  to: number,
  run: RawRun,
) => number;
