import { OptionError, type EventBatch } from '../../events/index.ts';
import { FrameError } from '../errors.ts';
import type { IndexRange } from './index-range.ts';
import { lowerBound } from './time.ts';

/** More steps than this are a wrong unit, not a wish. */
const MAX_STEPS = 1_000_000;

/**
 * SpikingJelly's fixed duration (since 2025-01): steps of `durationMicros` from the earliest event, as many
 * as ceil(tau_last / D). An event exactly at the end of the last step joins it.
 *
 * @throws {@link FrameError} `EMPTY_RECORDING`, `ZERO_SPAN` (all times equal), `UNSORTED`, `TOO_MANY_STEPS`.
 */
export function durationRanges(events: EventBatch, durationMicros: number): IndexRange[] {
  if (!(durationMicros > 0))
    throw new OptionError('durationMicros', `must be above 0, got ${durationMicros}`);
  const { t, length } = events;
  if (length === 0)
    throw new FrameError('EMPTY_RECORDING', -1, 'Binning by duration needs at least one event.');
  for (let i = 1; i < length; i++) {
    if (t[i]! < t[i - 1]!)
      throw new FrameError('UNSORTED', -1, `Event ${i} goes back in time; bin by number.`);
  }
  const steps = Math.ceil((t[length - 1]! - t[0]!) / durationMicros);
  if (steps === 0) throw new FrameError('ZERO_SPAN', -1, 'All events have the same time.');
  if (steps > MAX_STEPS) {
    throw new FrameError(
      'TOO_MANY_STEPS',
      -1,
      `${steps} steps of ${durationMicros} microseconds; is the unit right?`,
    );
  }
  const ranges: IndexRange[] = [];
  let start = 0;
  for (let k = 0; k < steps; k++) {
    const end = k === steps - 1 ? length : lowerBound(t, t[0]! + (k + 1) * durationMicros, start);
    ranges.push([start, end]);
    start = end;
  }
  return ranges;
}
