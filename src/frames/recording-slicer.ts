/** The rules that need a whole recording, behind the same interface as the streaming ones. */
import type { EventBatch } from '../events/index.ts';
import type { IndexRange } from './rules/index-range.ts';
import { recordingRanges, requireRecordingRule, type RecordingSpec } from './rules/index.ts';
import { RecordedEvents } from './rules/recorded-events.ts';
import { stepEdges } from './rules/step-times.ts';
import { emptySliceReport, type EventSlicer, type MutableSliceReport, type SliceReport } from './slicer.ts';
import type { EventSlice } from './types.ts';

/**
 * Collects the recording and cuts it when it ends, every time segment of it on its own. Holds all its events in memory: the rules ask for it.
 *
 * A recording without events, or of which filters leave none, has no window: it is counted as an empty one, whatever the rule makes of
 * no events.
 *
 * @throws {@link OptionError}
 *
 * @example
 * ```ts
 * import { batchFromTuples, RecordingSlicer } from 'saccade';
 * const slicer = new RecordingSlicer({ by: 'number', steps: 2 });
 * slicer.push(batchFromTuples([[1, 0, 0, 1], [2, 0, 0, 1], [3, 0, 0, 1]]));
 * console.log(slicer.finish().map(({ batches }) => batches[0]?.length)); // [1, 2]
 * ```
 */
export class RecordingSlicer implements EventSlicer {
  readonly #spec: RecordingSpec;
  #batches: EventBatch[] = [];
  #segment: number | null = null;
  #window = 0;
  #events = 0;
  readonly #report: MutableSliceReport = emptySliceReport();

  constructor(spec: RecordingSpec) {
    requireRecordingRule(spec);
    this.#spec = spec;
  }

  get report(): SliceReport {
    return this.#report;
  }

  get held(): readonly EventBatch[] {
    return this.#batches;
  }

  push(batch: EventBatch): EventSlice[] {
    if (batch.length === 0) return [];
    const slices = this.#segment === null || batch.segment === this.#segment ? [] : this.#cut();
    this.#segment = batch.segment;
    this.#batches.push(batch);
    this.#events += batch.length;
    return slices;
  }

  flush(): EventSlice[] {
    return [];
  }

  abandon(): number {
    const events = this.#events;
    this.#batches = [];
    this.#events = 0;
    return events;
  }

  get openEvents(): number {
    return this.#events;
  }

  get windowEvents(): number {
    return this.#events;
  }

  /** @throws FrameError where the rule has no answer. */
  finish(): EventSlice[] {
    const slices = this.#cut();
    this.#segment = null;
    this.#window = 0;
    return slices;
  }

  #cut(): EventSlice[] {
    const events = new RecordedEvents(this.#batches);
    this.#batches = [];
    this.#events = 0;
    if (events.length === 0) {
      this.#report.emptyWindows++;
      return [];
    }
    const ranges = recordingRanges(events, this.#spec);
    const repeated = repeatedIn(ranges);
    const held = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
    const twice = repeated.reduce((sum, n) => sum + n, 0);
    this.#report.remainderEvents += events.length + twice - held;
    this.#report.repeatedEvents += twice;
    const window = this.#window++;
    const edges = stepEdges(events, ranges, this.#spec);
    return ranges.map(([start, end], step) => {
      const [startMicros, endMicros] = edges(step);
      return {
        ...{ window, step, steps: ranges.length, segment: this.#segment ?? 0 },
        ...{ startMicros, endMicros, batches: events.slice(start, end), repeatedEvents: repeated[step]! },
      };
    });
  }
}

/** Events of each range that are in one in front of it too: ranges begin and end in order. */
function repeatedIn(ranges: readonly IndexRange[]): number[] {
  return ranges.map(([from], k) => Math.max(0, (ranges[k - 1]?.[1] ?? from) - from));
}
