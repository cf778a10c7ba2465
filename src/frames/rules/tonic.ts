/** Tonic's slicers, number for number: the order of floating-point operations is theirs. What their edges drop is in no step. */
import { integerOption } from '../../events/index.ts';
import type { BinningSpec } from '../binning-spec.ts';
import { FrameError } from '../errors.ts';
import { overlapOption } from '../overlap.ts';
import { positiveMicros, stepsOption } from '../slicer.ts';
import { requireFewSteps } from './few-steps.ts';
import type { IndexRange, StepEdges } from './index-range.ts';
import type { RecordedEvents } from './recorded-events.ts';

type RuleOf<By extends BinningSpec['by']> = Omit<Extract<BinningSpec, { by: By }>, 'by'>;

/** Where the steps of {@link tonicTimeWindowRanges} are. */
export function tonicTimeWindowEdges(
  first: number,
  { durationMicros: duration, overlapMicros = 0 }: RuleOf<'tonic-time-window'>,
): StepEdges {
  return edgesOf(first, duration - overlapMicros, duration);
}

/** Where the steps of {@link tonicTimeBinsRanges} are. */
export function tonicTimeBinsEdges(
  first: number,
  last: number,
  { steps, overlap = 0 }: RuleOf<'tonic-time-bins'>,
): StepEdges {
  const duration = Math.floor((last - first) / steps) * (1 + overlap);
  return edgesOf(first, duration * (1 - overlap), duration);
}

function edgesOf(first: number, stride: number, duration: number): StepEdges {
  return (k) => {
    const start = k * stride + first;
    return [start, start + duration];
  };
}

/**
 * `SliceByTime`: steps of a duration W, each W − O behind the one before it for an overlap O, from the first event, right-open. The tail
 * behind the last whole one is left out, unless `includeIncomplete`; the last event is left out even then where it lies exactly
 * on an edge. At least one step.
 *
 * @throws {@link OptionError}; {@link FrameError} `EMPTY_RECORDING`, `UNSORTED`, `TOO_MANY_STEPS`.
 */
export function tonicTimeWindowRanges(
  events: RecordedEvents,
  spec: RuleOf<'tonic-time-window'>,
): IndexRange[] {
  const { durationMicros: duration, overlapMicros = 0, includeIncomplete = false } = spec;
  positiveMicros('durationMicros', duration);
  const stride = duration - overlapOption('overlapMicros', overlapMicros, duration, 'durationMicros');
  const [first, last] = spanOf(events);
  const steps = stepsIn(last - first - duration, stride, includeIncomplete);
  requireFewSteps(steps, duration, 'microseconds');
  return slicesOfTime(events, steps, tonicTimeWindowEdges(first, spec));
}

/**
 * `SliceByTimeBins`: with b = floor(span / T) and an overlap o, steps of b (1 + o) microseconds, each b (1 + o) (1 − o) behind the one
 * before it, from the first event, right-open: the last event and what the division leaves are in none, and the more they overlap,
 * the earlier the last one ends.
 *
 * @throws {@link OptionError}; {@link FrameError} `EMPTY_RECORDING`, `UNSORTED`.
 */
export function tonicTimeBinsRanges(events: RecordedEvents, spec: RuleOf<'tonic-time-bins'>): IndexRange[] {
  const { steps, overlap = 0 } = spec;
  stepsOption(steps);
  overlapOption('overlap', overlap, 1);
  const [first, last] = spanOf(events);
  return slicesOfTime(events, steps, tonicTimeBinsEdges(first, last, spec));
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

function slicesOfTime(events: RecordedEvents, steps: number, edges: StepEdges): IndexRange[] {
  return Array.from({ length: steps }, (_, k) => {
    const [start, end] = edges(k);
    return [events.lowerBound(start, 0), events.lowerBound(end, 0)];
  });
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
