/** The index of a recording: what its stretches hold, and how to go on at each. */
import type { EventStretch, RateCurve, SegmentSummary, SensorGeometry } from '../../events/index.ts';
import type { DecodeReport, ResumePoint } from '../../formats/index.ts';
import type { Fingerprint } from './fingerprint.ts';

/** A stretch of a recording: from its place on to that of the next, or to the end. */
export interface IndexStretch extends EventStretch {
  /** Where decoding begins; `null`: at the start of the recording, with nothing known. */
  readonly point: ResumePoint | null;
}

/** What is known of a recording without decoding it again. Times in microseconds, as the recording states them. */
export interface RecordingSummary {
  readonly events: number;
  /** ON events; `null` where only the format's table was looked at. */
  readonly on: number | null;
  readonly tFirst: number | null;
  readonly tLast: number | null;
  /** From the first event to the last, all time segments together. */
  readonly durationMicros: number;
  readonly rate: RateCurve;
  /** The first 1,000 time segments that have events. */
  readonly segments: readonly SegmentSummary[];
}

/** See `openRecording`. */
export interface RecordingIndex {
  /**
   * What it was made of: a pass over all events, or the format's own table, which is believed where what is read does not
   * contradict it.
   */
  readonly origin: 'decoded' | 'table';
  readonly file: Fingerprint;
  /** Identifier of the format. */
  readonly format: string;
  /** The options of decoding, as a text that is the same for the same ones. */
  readonly decoding: string;
  readonly geometry: SensorGeometry | null;
  /** So many first bytes a decoder is given before it goes on at a place. */
  readonly prefixBytes: number;
  /** At most {@link MAX_STRETCHES}. */
  readonly stretches: readonly IndexStretch[];
  readonly summary: RecordingSummary;
  /** The account of the pass; `null` where there was none. */
  readonly report: DecodeReport | null;
}

/** Where there would be more, neighbours are joined: an index has 2 MB at most. */
export const MAX_STRETCHES = 16_384;

/** Bytes of a stretch, before neighbours are joined: decoded in some milliseconds. */
export const STRETCH_BYTES: number = 256 * 1024;
