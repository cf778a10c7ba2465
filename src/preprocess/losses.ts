/** What became of a data set's events on the way to frames, by kind. */
import type { RecordingReport } from '../../datasets/index.ts';
import { DROP_REASONS } from '../formats/index.ts';
import { lossesOf, outsideOfFilters } from '../pipeline/index.ts';
import type { JobOutput, JobResult } from './job-result.ts';

/**
 * What of one recording is in no output, in several, or was guessed. Kinds: those of `lossesOf`, filters' among them, the decoder's reasons to drop,
 * `windows` that were not asked for, `damage` (stretches), `truncated` (1: the recording ends inside a record), and
 * `clock-restart`, `repeated` (events that overlapping windows or steps share, once for each further one).
 */
export function lossesOfRecording(
  { decode, stream }: RecordingReport,
  outputs: readonly JobOutput[],
): Record<string, number> {
  const losses: Record<string, number> = {
    ...lossesOf(stream),
    // Of the windows that were written only.
    saturated: outputs.reduce((sum, { saturated }) => sum + saturated, 0),
    unrepresented: outputs.reduce((sum, { unrepresented = 0 }) => sum + unrepresented, 0),
    repeated: outputs.reduce((sum, { repeatedEvents = 0 }) => sum + repeatedEvents, 0),
    'outside-sensor':
      outputs.reduce((sum, { outside }) => sum + outside, 0) + outsideOfFilters(stream.filters),
    windows: stream.windows - outputs.length,
    damage: decode.faultCount,
    truncated: decode.truncatedBytes > 0 ? 1 : 0,
    'clock-restart': stream.restarts + stream.resets,
  };
  for (const reason of DROP_REASONS) {
    // Triggers and frames are no events.
    if (reason === 'not-a-pixel') continue;
    losses[reason] = (losses[reason] ?? 0) + decode.dropped[reason];
  }
  return Object.fromEntries(Object.entries(losses).filter(([, n]) => n > 0));
}

/** A kind of loss over all recordings. */
export interface LossTotal {
  readonly total: number;
  readonly recordings: number;
  /** The recording with most of it. */
  readonly most: string;
}

/** Sums up by kind. */
export function sumLosses(results: Iterable<JobResult>): Record<string, LossTotal> {
  const sums: Record<string, LossTotal> = {};
  const largest: Record<string, number> = {};
  for (const { id, losses } of results) {
    for (const [kind, n] of Object.entries(losses)) {
      const { total = 0, recordings = 0, most = id } = sums[kind] ?? {};
      const more = n > (largest[kind] ?? 0);
      if (more) largest[kind] = n;
      sums[kind] = { total: total + n, recordings: recordings + 1, most: more ? id : most };
    }
  }
  return sums;
}

/** A note of decoders over all recordings. */
export interface NoteTotal {
  readonly code: string;
  /** That of the first recording. */
  readonly message: string;
  readonly recordings: number;
  readonly first: string;
}

/** One a code. */
export function sumNotes(results: Iterable<JobResult>): NoteTotal[] {
  const sums = new Map<string, NoteTotal>();
  for (const { id, notes } of results) {
    for (const { code, message } of notes) {
      const { recordings, ...sum } = sums.get(code) ?? { code, message, recordings: 0, first: id };
      sums.set(code, { ...sum, recordings: recordings + 1 });
    }
  }
  return [...sums.values()];
}
