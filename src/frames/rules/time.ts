import { FrameError } from '../errors.ts';
import { stepsOption } from '../slicer.ts';
import type { IndexRange, StepEdges } from './index-range.ts';
import type { RecordedEvents } from './recorded-events.ts';

/** Where the steps of {@link timeRanges} are; the last one ends with the last event. */
export function timeEdges(first: number, last: number, steps: number): StepEdges {
  const span = Math.floor((last - first) / steps);
  return (k) => [first + k * span, k === steps - 1 ? last : first + (k + 1) * span];
}

/**
 * SpikingJelly `split_by='time'`: steps of floor((t_last - t_first) / T) microseconds, right-open, each the
 * index range from its first to its last event; the last step takes what is left, the last event included.
 *
 * @param emptyBin SpikingJelly fails by accident on a step without events; `error` says so, `zero` goes on.
 * @throws {@link FrameError} `EMPTY_RECORDING`, `ZERO_SPAN` (shorter than T microseconds), `UNSORTED` (ranges
 * would overlap and count events twice), `EMPTY_BIN`.
 */
export function timeRanges(events: RecordedEvents, steps: number, emptyBin: 'error' | 'zero'): IndexRange[] {
  stepsOption(steps);
  const { length } = events;
  if (length === 0) throw new FrameError('EMPTY_RECORDING', -1, 'Binning by time needs at least one event.');
  const first = events.timeAt(0)!;
  const last = events.timeAt(length - 1)!;
  if (last - first < steps) {
    throw new FrameError(
      'ZERO_SPAN',
      -1,
      `The recording spans less than ${steps} microseconds; bin it by number.`,
    );
  }
  const back = events.firstStepBack();
  if (back !== null) {
    throw new FrameError(
      'UNSORTED',
      -1,
      `Event ${back} goes back in time, so steps would overlap; bin by number.`,
    );
  }
  const edges = timeEdges(first, last, steps);
  const ranges: IndexRange[] = [];
  let start = 0;
  for (let k = 0; k < steps; k++) {
    const end = k === steps - 1 ? length : events.lowerBound(edges(k)[1], start);
    if (start === end && emptyBin === 'error') {
      throw new FrameError('EMPTY_BIN', k, `Time step ${k} has no events; allow it with emptyBin "zero".`);
    }
    ranges.push([start, end]);
    start = end;
  }
  return ranges;
}
