/** SpikingJelly's rules for whole recordings, number for number. */
import type { BinningSpec } from '../binning-spec.ts';
import { durationRanges } from './duration.ts';
import type { IndexRange } from './index-range.ts';
import { numberRanges } from './number.ts';
import type { RecordedEvents } from './recorded-events.ts';
import { timeRanges } from './time.ts';

/** The rules that need the end of the recording. */
export type RecordingSpec = Extract<BinningSpec, { by: 'number' | 'time' | 'duration' }>;

/** The events of each time step. @throws FrameError where the rule has no answer. */
export function recordingRanges(events: RecordedEvents, spec: RecordingSpec): IndexRange[] {
  if (spec.by === 'number') return numberRanges(events, spec.steps);
  if (spec.by === 'time') return timeRanges(events, spec.steps, spec.emptyBin ?? 'error');
  return durationRanges(events, spec.durationMicros);
}
