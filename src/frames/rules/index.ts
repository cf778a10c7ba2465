/** SpikingJelly's and Tonic's rules for whole recordings, number for number. */
import { OptionError } from '../../events/index.ts';
import type { BinningSpec, CausalBinningSpec } from '../binning-spec.ts';
import { legacyDurationRanges } from './duration-legacy.ts';
import { durationRanges } from './duration.ts';
import type { IndexRange } from './index-range.ts';
import { numberRanges } from './number.ts';
import { RecordedEvents } from './recorded-events.ts';
import { timeRanges } from './time.ts';
import {
  tonicEventBinsRanges,
  tonicEventCountRanges,
  tonicTimeBinsRanges,
  tonicTimeWindowRanges,
} from './tonic.ts';

/** The rules that need the end of the recording. */
export type RecordingSpec = Exclude<BinningSpec, CausalBinningSpec>;

/** The events of each time step. @throws FrameError where the rule has no answer. */
export function recordingRanges(events: RecordedEvents, spec: RecordingSpec): IndexRange[] {
  switch (spec.by) {
    case 'number':
      return numberRanges(events, spec.steps);
    case 'time':
      return timeRanges(events, spec.steps, spec.emptyBin ?? 'error');
    case 'duration':
      return durationRanges(events, spec.durationMicros);
    case 'duration-legacy':
      return legacyDurationRanges(events, spec.durationMicros);
    case 'tonic-time-window':
      return tonicTimeWindowRanges(events, spec);
    case 'tonic-time-bins':
      return tonicTimeBinsRanges(events, spec);
    case 'tonic-event-count':
      return tonicEventCountRanges(events, spec);
    case 'tonic-event-bins':
      return tonicEventBinsRanges(events, spec);
  }
}

/** @throws OptionError for a rule that no recording could be cut by, before there is one. */
export function requireRecordingRule(spec: RecordingSpec): void {
  try {
    recordingRanges(new RecordedEvents([]), spec);
  } catch (error) {
    // That there are no events is no fault of the rule.
    if (error instanceof OptionError) throw error;
  }
}
