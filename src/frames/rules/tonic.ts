/** Tonic's slicers without overlap, number for number. What its edges drop is in no step. */
import { integerOption, OptionError } from '../../events/index.ts';
import { FrameError } from '../errors.ts';
import { requireFewSteps } from './few-steps.ts';
import type { IndexRange } from './index-range.ts';
import type { RecordedEvents } from './recorded-events.ts';

/**
 * `SliceByTime`: steps of a duration from the first event, right-open. The tail behind the last whole one is left out, unless
 * `includeIncomplete`; the last event is left out even then where it lies exactly on an edge. At least one step.
 *
 * @throws {@link FrameError} `EMPTY_RECORDING`, `UNSORTED`, `TOO_MANY_STEPS`.
 */
export function tonicTimeWindowRanges(
  events: RecordedEvents,
  durationMicros: number,
  includeIncomplete: boolean,
): IndexRange[] {
  if (!(durationMicros > 0))
    throw new OptionError('durationMicros', `must be above 0, got ${durationMicros}`);
  const [first, last] = spanOf(events);
  const steps = stepsIn(last - first - durationMicros, durationMicros, includeIncomplete);
  return ranges(steps, (k) => events.lowerBound(k * durationMicros + first, 0), durationMicros);
}

/**
 * `SliceByTimeBins`: steps of floor(span / T) microseconds from the first event, right-open: the last event and what the
 * division leaves are in none.
 *
 * @throws {@link FrameError} `EMPTY_RECORDING`, `UNSORTED`.
 */
export function tonicTimeBinsRanges(events: RecordedEvents, steps: number): IndexRange[] {
  integerOption('steps', steps, 1);
  const [first, last] = spanOf(events);
  const duration = Math.floor((last - first) / steps);
  return ranges(steps, (k) => events.lowerBound(k * duration + first, 0), duration);
}

/**
 * `SliceByEventCount`: every so many events a step; a rest is left out, unless `includeIncomplete`. A recording of fewer
 * events is one step.
 *
 * @throws {@link FrameError} `EMPTY_RECORDING`, `TOO_MANY_STEPS`.
 */
export function tonicEventCountRanges(
  events: RecordedEvents,
  stepEvents: number,
  includeIncomplete: boolean,
): IndexRange[] {
  integerOption('stepEvents', stepEvents, 1);
  const { length } = events;
  if (length === 0)
    throw new FrameError('EMPTY_RECORDING', -1, 'Slicing by events needs at least one event.');
  const count = Math.min(stepEvents, length);
  const steps = stepsIn(length - count, count, includeIncomplete);
  return ranges(steps, (k) => Math.min(length, k * count), count);
}

/** `SliceByEventBins`: floor(N / T) events a step; what the division leaves is in none. */
export function tonicEventBinsRanges(events: RecordedEvents, steps: number): IndexRange[] {
  integerOption('steps', steps, 1);
  const count = Math.floor(events.length / steps);
  return ranges(steps, (k) => k * count, count);
}

function stepsIn(rest: number, size: number, includeIncomplete: boolean): number {
  const more = rest / size;
  return Math.max(1, (includeIncomplete ? Math.ceil(more) : Math.floor(more)) + 1);
}

function ranges(steps: number, edge: (step: number) => number, size: number): IndexRange[] {
  requireFewSteps(steps, size);
  return Array.from({ length: steps }, (_, k) => [edge(k), edge(k + 1)]);
}

function spanOf(events: RecordedEvents): readonly [first: number, last: number] {
  if (events.length === 0)
    throw new FrameError('EMPTY_RECORDING', -1, 'Slicing by time needs at least one event.');
  const back = events.firstStepBack();
  if (back !== null)
    throw new FrameError('UNSORTED', -1, `Event ${back} goes back in time; slice by events.`);
  return [events.timeAt(0)!, events.timeAt(events.length - 1)!];
}
