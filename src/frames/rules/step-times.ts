/** The times of the steps that a rule for whole recordings makes. */
import { durationEdges } from './duration.ts';
import type { IndexRange, StepEdges } from './index-range.ts';
import type { RecordingSpec } from './index.ts';
import type { RecordedEvents } from './recorded-events.ts';
import { timeEdges } from './time.ts';
import { tonicTimeBinsEdges, tonicTimeWindowEdges } from './tonic.ts';

/**
 * Where steps begin and end: by the rule, if it cuts by time, else with their first and last event.
 *
 * @param events of which there are some.
 * @param ranges of the same rule.
 */
export function stepEdges(
  events: RecordedEvents,
  ranges: readonly IndexRange[],
  spec: RecordingSpec,
): StepEdges {
  const first = events.timeAt(0)!;
  const last = events.timeAt(events.length - 1)!;
  switch (spec.by) {
    case 'time':
      return timeEdges(first, last, spec.steps);
    case 'duration':
      return durationEdges(first, spec.durationMicros);
    case 'duration-legacy':
      return (k) => {
        const start = events.timeAt(ranges[k]![0])!;
        return [start, start + spec.durationMicros];
      };
    case 'tonic-time-window':
      return tonicTimeWindowEdges(first, spec);
    case 'tonic-time-bins':
      return tonicTimeBinsEdges(first, last, spec);
    default:
      return (k) => ownEdges(events, ranges[k]!);
  }
}

/** A step without events is at the time of what comes next, or came last. */
function ownEdges(events: RecordedEvents, [start, end]: IndexRange): readonly [number, number] {
  const from = events.timeAt(Math.min(start, events.length - 1))!;
  return [from, end > start ? events.timeAt(end - 1)! : from];
}
