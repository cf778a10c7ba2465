import { describe, expect, it } from 'vitest';
import type { RecordingReport } from '../../datasets/index.ts';
import { batchFromTuples } from '../../src/events/index.ts';
import { createDecoder } from '../../src/formats/index.ts';
import { FRAME_RULE_DEFAULTS } from '../../src/frames/index.ts';
import { FrameStream } from '../../src/pipeline/index.ts';
import { lossesOfRecording, sumLosses, sumNotes } from '../../src/preprocess/losses.ts';
import type { JobOutput, JobResult } from '../../src/preprocess/job-result.ts';

/** The report of a recording without events, changed as a test says. */
function reportWith(
  decode: Partial<RecordingReport['decode']>,
  stream: Partial<RecordingReport['stream']>,
): RecordingReport {
  const rule = { ...FRAME_RULE_DEFAULTS, sensor: null, binning: { by: 'number', steps: 1 } } as const;
  const { dropped, ...empty } = createDecoder({ format: 'csv' }).report;
  return {
    decode: { ...empty, ...decode, dropped: { ...dropped, ...decode.dropped } },
    stream: { ...new FrameStream({ rule }).report, ...stream },
    stoppedEarly: false,
    clipMicros: null,
  };
}

const output = (own: Partial<JobOutput> = {}): JobOutput => ({
  ...{ path: 'a.npz', bytes: 1, sha256: '', window: 0, events: 5, saturated: 0, outside: 0 },
  ...own,
});

const DROPPED = createDecoder({ format: 'csv' }).report.dropped;

describe('the losses of a recording', () => {
  it('are none where nothing was lost; what is no event is no loss', () => {
    const dropped = { ...DROPPED, 'not-a-pixel': 7 };
    expect(lossesOfRecording(reportWith({ dropped }, { windows: 1 }), [output()])).toEqual({});
  });

  it('add what the decoder and what the frames found outside', () => {
    const dropped = { ...DROPPED, 'outside-sensor': 3, invalid: 2 };
    const losses = lossesOfRecording(reportWith({ dropped }, { windows: 2, outside: 99 }), [
      output({ outside: 10 }),
      output({ outside: 1 }),
    ]);
    expect(losses).toEqual({ 'outside-sensor': 14, invalid: 2 });
  });

  it('name filters, and add what these found outside', () => {
    const filter = { filter: 'refractory', events: 20, kept: 12, added: 0, held: 0 };
    const filters = [{ ...filter, removed: { refractory: 5, 'outside-sensor': 3 } }];
    const losses = lossesOfRecording(reportWith({}, { windows: 1, filters }), [output({ outside: 1 })]);
    expect(losses).toEqual({ 'outside-sensor': 4, 'filter-refractory': 5 });
  });

  it('count full counts of the windows that were written, and the windows that were not', () => {
    const losses = lossesOfRecording(reportWith({}, { windows: 5, saturated: 100 }), [
      output({ saturated: 4 }),
      output({ saturated: 2 }),
    ]);
    expect(losses).toEqual({ saturated: 6, windows: 3 });
  });

  it('count damage, a cut end once, and restarts of the clock of both kinds', () => {
    const report = reportWith(
      { faultCount: 3, truncatedBytes: 17 },
      { windows: 1, restarts: 2, resets: 5, lateEvents: 4, remainderEvents: 6, outliers: 8 },
    );
    expect(lossesOfRecording(report, [output()])).toEqual({
      ...{ damage: 3, truncated: 1, 'clock-restart': 7 },
      ...{ late: 4, 'incomplete-window': 6, outlier: 8 },
    });
  });

  it('are those of a real stream', () => {
    const sensor = { width: 4, height: 4 };
    const rule = { ...FRAME_RULE_DEFAULTS, sensor, binning: { by: 'number', steps: 1 } } as const;
    const stream = new FrameStream({ rule });
    stream.push(
      batchFromTuples([...Array<[number, number, number, number]>(300).fill([1, 1, 1, 1]), [2, 5, 1, 0]]),
    );
    const [frame] = stream.finish();
    const { saturated, outside } = frame!;
    const report = { ...reportWith({}, {}), stream: stream.report };
    expect(lossesOfRecording(report, [output({ saturated, outside })])).toEqual({
      saturated: 45,
      'outside-sensor': 1,
    });
  });
});

describe('sums over recordings', () => {
  const result = (id: string, own: Partial<JobResult>): JobResult => ({
    ...{ id, target: id, source: { bytes: 1, mtimeMs: 0, sha256: '' }, frames: { width: 1, height: 1 } },
    ...{ version: '1', outputs: [], losses: {}, notes: [] },
    ...own,
  });

  it('name the recording with most of each kind', () => {
    const results = [3, 9, 4].map((late, i) =>
      result(`${i}`, { losses: i === 2 ? { late, damage: 1 } : { late } }),
    );
    expect(sumLosses(results)).toEqual({
      late: { total: 16, recordings: 3, most: '1' },
      damage: { total: 1, recordings: 1, most: '2' },
    });
  });

  it('have one note a code, with the words of the first', () => {
    const note = (code: string, message: string): { code: string; message: string } => ({ code, message });
    expect(
      sumNotes([
        result('0', { notes: [note('A', 'first')] }),
        result('1', { notes: [note('A', 'second'), note('B', 'other')] }),
      ]),
    ).toEqual([
      { code: 'A', message: 'first', recordings: 2, first: '0' },
      { code: 'B', message: 'other', recordings: 1, first: '1' },
    ]);
  });
});
