/** The result of a run. */
import type { LossTotal, NoteTotal } from './losses.ts';
import type { SurveyedSensor } from './sensor-survey.ts';

/** A recording that could not be turned into frames. */
export interface PreprocessFailure {
  readonly id: string;
  readonly location: string;
  readonly error: string;
}

/** The result of a run. Numbers are of recordings; lists of paths are relative to the output folder. */
export interface PreprocessSummary {
  /** Folder of the frames. */
  readonly folder: string;
  readonly total: number;
  /** Outputs that were there already, whole and of recordings that have not changed. */
  readonly reused: number;
  readonly written: number;
  /** Of `written` or `failures`: made anew because the recording changed. */
  readonly stale: number;
  readonly failures: readonly PreprocessFailure[];
  /** Files that outputs were packed into. */
  readonly packs: number;
  /** Outputs whose recordings are gone, removed with `prune`, else still there. */
  readonly orphans: readonly string[];
  readonly pruned: boolean;
  /** Frames in the folder that no run accounts for. */
  readonly strangers: readonly string[];
  /** What the recordings are of, where it is told before decoding. */
  readonly sensors: readonly SurveyedSensor[];
  /** Versions of saccade that made outputs that were reused, if others than this one. */
  readonly otherVersions: readonly string[];
  /** What all outputs hold, and what was lost on the way to them, by kind. */
  readonly events: number;
  readonly losses: Readonly<Record<string, LossTotal>>;
  /** What decoders inferred, left aside or found odd. */
  readonly notes: readonly NoteTotal[];
  /** `false` after an interruption: run again to go on. */
  readonly complete: boolean;
}
