import { FrameError } from '../errors.ts';
import { positiveMicros } from '../slicer.ts';
import { requireFewSteps } from './few-steps.ts';
import type { IndexRange } from './index-range.ts';
import type { RecordedEvents } from './recorded-events.ts';

/**
 * SpikingJelly's fixed duration before 2024-03-30: a step begins at its own first event and takes those up to
 * `durationMicros` later, the one exactly there too. No step is empty, and steps drift.
 *
 * @throws {@link OptionError}; {@link FrameError} `EMPTY_RECORDING`, `UNSORTED`, `TOO_MANY_STEPS`.
 */
export function legacyDurationRanges(events: RecordedEvents, durationMicros: number): IndexRange[] {
  positiveMicros('durationMicros', durationMicros);
  const { length } = events;
  if (length === 0)
    throw new FrameError('EMPTY_RECORDING', -1, 'Binning by duration needs at least one event.');
  const back = events.firstStepBack();
  if (back !== null) throw new FrameError('UNSORTED', -1, `Event ${back} goes back in time; bin by number.`);
  const ranges: IndexRange[] = [];
  for (let start = 0; start < length;) {
    requireFewSteps(ranges.length + 1, durationMicros, 'microseconds');
    const limit = events.timeAt(start)! + durationMicros;
    let end = events.lowerBound(limit, start);
    while (end < length && events.timeAt(end)! - events.timeAt(start)! <= durationMicros) end++;
    ranges.push([start, end]);
    start = end;
  }
  return ranges;
}
