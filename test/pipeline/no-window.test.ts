/** Streams of which nothing is left to decide about. */
import { describe, expect, it } from 'vitest';
import { batchFromTuples } from '../../src/events/index.ts';
import { filterSpec } from '../../src/filters/index.ts';
import { FRAME_RULE_DEFAULTS, type BinningSpec, type FrameRule } from '../../src/frames/index.ts';
import { FrameStream, noWindowText } from '../../src/pipeline/index.ts';

const SENSOR = { width: 8, height: 6 };
const streamOf = (rule: Pick<FrameRule, 'binning'> & Partial<FrameRule>): FrameStream =>
  new FrameStream({ rule: { ...FRAME_RULE_DEFAULTS, sensor: SENSOR, ...rule } });

describe('a recording without events, or of which filters leave none, is no window but an empty one', () => {
  const filters = [filterSpec({ filter: 'region', x: 0, y: 0, width: 1, height: 1 })];
  it.each<BinningSpec>([
    { by: 'number', steps: 2 },
    { by: 'time', steps: 2 },
    { by: 'duration', durationMicros: 10 },
    { by: 'duration-legacy', durationMicros: 10 },
    { by: 'tonic-time-window', durationMicros: 10 },
    { by: 'tonic-time-bins', steps: 2 },
    { by: 'tonic-event-count', stepEvents: 2 },
    { by: 'tonic-event-bins', steps: 2 },
  ])('%j', (binning) => {
    for (const events of [[], [1, 5, 9]]) {
      const stream = streamOf({ binning, filters });
      for (const t of events) stream.push(batchFromTuples([[t, 5, 5, 1]], SENSOR));
      expect(stream.finish()).toEqual([]);
      const { emptyWindows, windows, remainderEvents } = stream.report;
      expect([emptyWindows, windows, remainderEvents]).toEqual([1, 0, 0]);
      expect(noWindowText(stream.report)).toBe(
        events.length === 0
          ? 'The recording has no events.'
          : "Filters leave none of the recording's 3 events.",
      );
    }
  });

  it.each<BinningSpec>([
    { by: 'fixed-duration', stepMicros: 10, steps: 2 },
    { by: 'fixed-count', stepEvents: 2, steps: 2, strideEvents: 1 },
    { by: 'mixed', stepMicros: 10, stepEvents: 2, steps: 2 },
  ])('%j has none either', (binning) => {
    const stream = streamOf({ binning, filters, remainder: 'pad' });
    stream.push(batchFromTuples([[1, 5, 5, 1]], SENSOR));
    expect([stream.finish(), stream.report.windows]).toEqual([[], 0]);
  });

  it('where there are too few for one, that is said', () => {
    const stream = streamOf({ binning: { by: 'fixed-count', stepEvents: 2, steps: 1 }, remainder: 'drop' });
    stream.push(batchFromTuples([[1, 5, 5, 1]], SENSOR));
    expect([stream.finish(), noWindowText(stream.report)]).toEqual([
      [],
      "No window is filled by the recording's event.",
    ]);
  });
});
