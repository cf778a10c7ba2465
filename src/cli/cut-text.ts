/** Says why a cut keeps nothing. */
import type { CutOptions, CutReport, SegmentSummary } from '../events/index.ts';
import { count, duration } from './decode-notes.ts';

/** Segments whose range is told. */
const TOLD_SEGMENTS = 3;

/** What was asked for beside what the recording has. */
export function emptyCutProblem(
  { time, count: numbers, segment }: CutOptions,
  { events }: CutReport,
  segments: readonly SegmentSummary[],
): string {
  if (events === 0) return 'The recording has no events: nothing was written.';
  const parts = [
    'No event meets all conditions: nothing was written.',
    `The recording has ${count(events)} events.`,
  ];
  if (numbers !== undefined) parts.push(`--events counts them from 0.`);
  if (segment !== undefined && segment >= segments.length) {
    parts.push(
      `It has ${count(segments.length)} time ${segments.length === 1 ? 'segment' : 'segments'}, counted from 0.`,
    );
  }
  if (time !== undefined) {
    const { startMicros, endMicros, origin } = time;
    const text = (micros: number | undefined): string => (micros === undefined ? '' : duration(micros));
    const told = segments.slice(0, TOLD_SEGMENTS).map(({ tFirst, tEarliest, tLatest }) => {
      const zero = origin === 'first-event' ? tFirst : 0;
      return `from ${duration(tEarliest - zero)} to ${duration(tLatest - zero)}`;
    });
    if (segments.length > told.length) told.push('and so on');
    const since = origin === 'first-event' ? ' after its first event' : ' by its own clock';
    parts.push(
      `--time asks for ${text(startMicros)}..${text(endMicros)}; it goes ${told.join(', then ')}${since}.`,
    );
  }
  return parts.join(' ');
}
