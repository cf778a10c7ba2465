import { integerOption, type EventBatch } from '../../events/index.ts';
import { FrameError } from '../errors.ts';
import type { IndexRange } from './index-range.ts';

/**
 * SpikingJelly `split_by='time'`: steps of floor((t_last - t_first) / T) microseconds, right-open, each the
 * index range from its first to its last event; the last step takes what is left, the last event included.
 *
 * @param emptyBin SpikingJelly fails by accident on a step without events; `error` says so, `zero` goes on.
 * @throws {@link FrameError} `EMPTY_RECORDING`, `ZERO_SPAN` (shorter than T microseconds), `UNSORTED` (ranges
 * would overlap and count events twice), `EMPTY_BIN`.
 */
export function timeRanges(events: EventBatch, steps: number, emptyBin: 'error' | 'zero'): IndexRange[] {
  integerOption('steps', steps, 1);
  const { t, length } = events;
  if (length === 0) throw new FrameError('EMPTY_RECORDING', -1, 'Binning by time needs at least one event.');
  const first = t[0]!;
  const span = Math.floor((t[length - 1]! - first) / steps);
  if (span <= 0) {
    throw new FrameError(
      'ZERO_SPAN',
      -1,
      `The recording spans less than ${steps} microseconds; bin it by number.`,
    );
  }
  for (let i = 1; i < length; i++) {
    if (t[i]! < t[i - 1]!) {
      throw new FrameError(
        'UNSORTED',
        -1,
        `Event ${i} goes back in time, so steps would overlap; bin by number.`,
      );
    }
  }
  const ranges: IndexRange[] = [];
  let start = 0;
  for (let k = 0; k < steps; k++) {
    const end = k === steps - 1 ? length : lowerBound(t, first + (k + 1) * span, start);
    if (start === end && emptyBin === 'error') {
      throw new FrameError('EMPTY_BIN', k, `Time step ${k} has no events; allow it with emptyBin "zero".`);
    }
    ranges.push([start, end]);
    start = end;
  }
  return ranges;
}

/** First index from `from` on whose time is at or after `value`. */
export function lowerBound(t: Float64Array, value: number, from: number): number {
  let low = from;
  let high = t.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (t[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
