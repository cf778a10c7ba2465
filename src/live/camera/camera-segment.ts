/** One recording of a camera in work, and the account of it. */
import type { SensorGeometry } from '../../events/index.ts';
import type { EventDecoder } from '../../formats/index.ts';
import { lossesOf, streamNotes, type FrameStream } from '../../pipeline/index.ts';
import type { RecordingNote, SegmentInfo } from '../protocol/index.ts';

/** See the file comment. */
export interface Segment {
  readonly info: SegmentInfo | null;
  /** `null` where events come as such. */
  readonly decoder: EventDecoder | null;
  readonly stream: FrameStream;
  readonly sensor: SensorGeometry | null;
}

/** What people should know of it. */
export function segmentNotes(segment: Segment | undefined): RecordingNote[] {
  if (segment === undefined) return [];
  const { decoder, info, stream } = segment;
  const inferred = decoder?.report.notes.map(({ message }) => message) ?? [];
  const recording = info?.name ?? null;
  return [...inferred, ...streamNotes(stream.report)].map((text) => ({ recording, text }));
}

/** What was left out, by reason. */
export function segmentLosses({ decoder, stream }: Segment): Record<string, number> {
  const losses = lossesOf(stream.report);
  if (decoder === null) return losses;
  const { dropped, truncatedBytes } = decoder.report;
  for (const [reason, count] of Object.entries({ ...dropped, 'truncated-bytes': truncatedBytes }))
    if (count > 0) losses[reason] = (losses[reason] ?? 0) + count;
  return losses;
}
