/** What became of a camera's events, over all its recordings. */
import { lossesOf, streamNotes } from '../../pipeline/index.ts';
import type { RecordingNote } from '../protocol/index.ts';
import type { Segment } from './camera-segment.ts';
import { LossAccount } from './loss-account.ts';

/** Notes are for people: more than this nobody reads. */
const MAX_NOTES = 20;

/** Losses by reason, and notes; those of the recording in hand are asked for. */
export class CameraAccount {
  readonly losses: LossAccount = new LossAccount();
  readonly #notes: RecordingNote[] = [];

  /** What was left out so far, by reason; zero counts are left out too. */
  dropped(inHand: Segment | undefined): Readonly<Record<string, number>> {
    return this.losses.with(inHand && segmentLosses(inHand));
  }

  /** The first {@link MAX_NOTES}. */
  notes(inHand: Segment | undefined): readonly RecordingNote[] {
    return [...this.#notes, ...(inHand === undefined ? [] : segmentNotes(inHand))].slice(0, MAX_NOTES);
  }

  /** A recording is over. */
  close(segment: Segment): void {
    this.losses.addAll(segmentLosses(segment));
    this.#notes.push(...segmentNotes(segment).slice(0, MAX_NOTES - this.#notes.length));
  }
}

function segmentNotes({ decoder, info, stream }: Segment): RecordingNote[] {
  const inferred = decoder?.report.notes.map(({ message }) => message) ?? [];
  const recording = info?.name ?? null;
  return [...inferred, ...streamNotes(stream.report)].map((text) => ({ recording, text }));
}

function segmentLosses({ decoder, stream }: Segment): Record<string, number> {
  const losses = lossesOf(stream.report);
  if (decoder === null) return losses;
  const { dropped, truncatedBytes } = decoder.report;
  for (const [reason, count] of Object.entries({ ...dropped, 'truncated-bytes': truncatedBytes }))
    if (count > 0) losses[reason] = (losses[reason] ?? 0) + count;
  return losses;
}
