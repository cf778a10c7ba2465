/** Tonic's slicers, number for number: the order of floating-point operations is theirs. What their edges drop is in no step. */
import { integerOption } from '../../events/index.ts';
import type { BinningSpec } from '../binning-spec.ts';
import { FrameError } from '../errors.ts';
import { overlapOption } from '../overlap.ts';
import { positiveMicros, stepsOption } from '../slicer.ts';
import { requireFewSteps } from './few-steps.ts';
import type { IndexRange } from './index-range.ts';
import type { RecordedEvents } from './recorded-events.ts';

type RuleOf<By extends BinningSpec['by']> = Omit<Extract<BinningSpec, { by: By }>, 'by'>;

/**
 * `SliceByTime`: steps of a duration W, each W − O behind the one before it for an overlap O, from the first event, right-open. The tail
 * behind the last whole one is left out, unless `includeIncomplete`; the last event is left out even then where it lies exactly
 * on an edge. At least one step.
 *
 * @throws {@link OptionError}; {@link FrameError} `EMPTY_RECORDING`, `UNSORTED`, `TOO_MANY_STEPS`.
 */
export function tonicTimeWindowRanges(
  events: RecordedEvents,
  { durationMicros: duration, overlapMicros = 0, includeIncomplete = false }: RuleOf<'tonic-time-window'>,
): IndexRange[] {
  positiveMicros('durationMicros', duration);
  const stride = duration - overlapOption('overlapMicros', overlapMicros, duration, 'durationMicros');
  const [first, last] = spanOf(events);
  const steps = stepsIn(last - first - duration, stride, includeIncomplete);
  return slicesOfTime(events, steps, (k) => k * stride + first, duration);
}

/**
 * `SliceByTimeBins`: with b = floor(span / T) and an overlap o, steps of b (1 + o) microseconds, each b (1 + o) (1 − o) behind the one
 * before it, from the first event, right-open: the last event and what the division leaves are in none, and the more they overlap,
 * the earlier the last one ends.
 *
 * @throws {@link OptionError}; {@link FrameError} `EMPTY_RECORDING`, `UNSORTED`.
 */
export function tonicTimeBinsRanges(
  events: RecordedEvents,
  { steps, overlap = 0 }: RuleOf<'tonic-time-bins'>,
): IndexRange[] {
  stepsOption(steps);
  const share = overlapOption('overlap', overlap, 1);
  const [first, last] = spanOf(events);
  const duration = Math.floor((last - first) / steps) * (1 + share);
  const stride = duration * (1 - share);
  return slicesOfTime(events, steps, (k) => k * stride + first, duration);
}

/**
 * `SliceByEventCount`: steps of so many events, each as many less the overlap behind the one before it; a rest is left out, unless
 * `includeIncomplete`. A recording of fewer events is one step.
 *
 * @throws {@link OptionError}; {@link FrameError} `EMPTY_RECORDING`, `TOO_MANY_STEPS`.
 */
export function tonicEventCountRanges(
  events: RecordedEvents,
  { stepEvents, overlapEvents = 0, includeIncomplete = false }: RuleOf<'tonic-event-count'>,
): IndexRange[] {
  integerOption('stepEvents', stepEvents, 1);
  integerOption('overlapEvents', overlapEvents, 0);
  const stride = stepEvents - overlapOption('overlapEvents', overlapEvents, stepEvents, 'stepEvents');
  const { length } = events;
  if (length === 0)
    throw new FrameError('EMPTY_RECORDING', -1, 'Slicing by events needs at least one event.');
  const count = Math.min(stepEvents, length);
  return slicesOfEvents(length, stepsIn(length - count, stride, includeIncomplete), stride, count);
}

/**
 * `SliceByEventBins`: with an overlap o, steps of floor(floor(N / T) (1 + o)) events, each floor(that (1 − o)) behind the one before it;
 * what is left is in none.
 *
 * @throws {@link OptionError}
 */
export function tonicEventBinsRanges(
  events: RecordedEvents,
  { steps, overlap = 0 }: RuleOf<'tonic-event-bins'>,
): IndexRange[] {
  stepsOption(steps);
  const share = overlapOption('overlap', overlap, 1);
  const { length } = events;
  const count = Math.floor(Math.floor(length / steps) * (1 + share));
  return slicesOfEvents(length, steps, Math.floor(count * (1 - share)), count);
}

function stepsIn(rest: number, stride: number, includeIncomplete: boolean): number {
  const more = rest / stride;
  return Math.max(1, (includeIncomplete ? Math.ceil(more) : Math.floor(more)) + 1);
}

function slicesOfTime(
  events: RecordedEvents,
  steps: number,
  startOf: (step: number) => number,
  duration: number,
): IndexRange[] {
  requireFewSteps(steps, duration, 'microseconds');
  return Array.from({ length: steps }, (_, k) => [
    events.lowerBound(startOf(k), 0),
    events.lowerBound(startOf(k) + duration, 0),
  ]);
}

function slicesOfEvents(length: number, steps: number, stride: number, count: number): IndexRange[] {
  requireFewSteps(steps, stride, 'events');
  return Array.from({ length: steps }, (_, k) => {
    const start = Math.min(length, k * stride);
    return [start, Math.min(length, start + count)];
  });
}

function spanOf(events: RecordedEvents): readonly [first: number, last: number] {
  if (events.length === 0)
    throw new FrameError('EMPTY_RECORDING', -1, 'Slicing by time needs at least one event.');
  const back = events.firstStepBack();
  if (back !== null)
    throw new FrameError('UNSORTED', -1, `Event ${back} goes back in time; slice by events.`);
  return [events.timeAt(0)!, events.timeAt(events.length - 1)!];
}
