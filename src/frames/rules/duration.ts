import { FrameError } from '../errors.ts';
import { positiveMicros } from '../slicer.ts';
import { requireFewSteps } from './few-steps.ts';
import type { IndexRange, StepEdges } from './index-range.ts';
import type { RecordedEvents } from './recorded-events.ts';

/** Where the steps of {@link durationRanges} are. */
export function durationEdges(first: number, durationMicros: number): StepEdges {
  return (k) => [first + k * durationMicros, first + (k + 1) * durationMicros];
}

/**
 * SpikingJelly's fixed duration (since 2025-01): steps of `durationMicros` from the earliest event, as many
 * as ceil(tau_last / D). An event exactly at the end of the last step joins it.
 *
 * @throws {@link OptionError}; {@link FrameError} `EMPTY_RECORDING`, `ZERO_SPAN` (all times equal), `UNSORTED`, `TOO_MANY_STEPS`.
 */
export function durationRanges(events: RecordedEvents, durationMicros: number): IndexRange[] {
  positiveMicros('durationMicros', durationMicros);
  const { length } = events;
  if (length === 0)
    throw new FrameError('EMPTY_RECORDING', -1, 'Binning by duration needs at least one event.');
  const back = events.firstStepBack();
  if (back !== null) throw new FrameError('UNSORTED', -1, `Event ${back} goes back in time; bin by number.`);
  const first = events.timeAt(0)!;
  const steps = Math.ceil((events.timeAt(length - 1)! - first) / durationMicros);
  if (steps === 0) throw new FrameError('ZERO_SPAN', -1, 'All events have the same time.');
  requireFewSteps(steps, durationMicros, 'microseconds');
  const edges = durationEdges(first, durationMicros);
  const ranges: IndexRange[] = [];
  let start = 0;
  for (let k = 0; k < steps; k++) {
    const end = k === steps - 1 ? length : events.lowerBound(edges(k)[1], start);
    ranges.push([start, end]);
    start = end;
  }
  return ranges;
}
