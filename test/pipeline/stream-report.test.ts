import { describe, expect, it } from 'vitest';
import { lossesOf, streamNotes, type FitReport, type StreamReport } from '../../src/pipeline/index.ts';

const SENSOR = { width: 8, height: 6 };
const FIT: FitReport = { sensor: SENSOR, known: 'stated', filtered: SENSOR, change: null, wanted: SENSOR };
const QUIET: StreamReport = {
  events: 1000,
  binned: 1000,
  saturated: 0,
  unrepresented: 0,
  outside: 0,
  windows: 4,
  filters: [],
  lateEvents: 0,
  remainderEvents: 0,
  emptyWindows: 3,
  repeatedEvents: 0,
  restarts: 0,
  largestStepBackMicros: 0,
  resets: 0,
  outliers: 0,
  fit: FIT,
};
const notes = (report: Partial<StreamReport>): string[] => streamNotes({ ...QUIET, ...report });

describe('streamNotes', () => {
  it('says nothing where there is nothing to say', () => {
    expect(notes({})).toEqual([]);
    expect(notes({ fit: null })).toEqual([]);
  });

  it.each<[Partial<StreamReport>, string]>([
    [{ unrepresented: 0, outside: 1, fit: null }, '1 event outside the sensor of 0x0 left out'],
    [{ unrepresented: 0, outside: 2 }, '2 events outside the sensor of 8x6 left out'],
    [{ unrepresented: 0, outside: 12_345 }, '12,345 events outside the sensor of 8x6 left out, 92.5 %'],
    [{ unrepresented: 0, outside: 3, binned: 197 }, '3 events outside the sensor of 8x6 left out, 1.5 %'],
    // One in a hundred is not above one per cent.
    [{ unrepresented: 0, outside: 2, binned: 198 }, '2 events outside the sensor of 8x6 left out'],
    [
      { unrepresented: 0, outside: 2, fit: { ...FIT, known: 'assumed' } },
      '2 events outside the sensor of 8x6 left out; the recording does not state its size: --geometry does',
    ],
    [{ resets: 1 }, "the camera's clock was reset once: windows begin anew there"],
    [{ resets: 2 }, "the camera's clock was reset 2 times: windows begin anew there"],
    [
      { restarts: 1, largestStepBackMicros: 2_345_600 },
      'time steps back by more than a window once, 2345.6 ms at most: taken for a restart of the clock, so windows begin anew there; if events are only out of order, `saccade convert --sort` sorts them',
    ],
    [{ outliers: 1 }, '1 event with an absurd time left out'],
    [
      { lateEvents: 1 },
      '1 event late, behind a time step that was closed, left out; `saccade convert --sort` sorts them',
    ],
    [{ remainderEvents: 1 }, '1 event of an incomplete last window left out'],
    [{ repeatedEvents: 12 }, '12 events more in frames than came, because windows or steps overlap'],
    [{ saturated: 1 }, '1 event lost to full counts'],
  ])('%j', (report, note) => {
    expect(notes(report)).toEqual([note]);
  });

  it.each<[FitReport['sensor'], FitReport['change'], string]>([
    [{ width: 16, height: 12 }, 'resized', 'a sensor of 16x12 is scaled to 8x6'],
    [{ width: 16, height: 6 }, 'resized', 'a sensor of 16x6 is scaled to 8x6, which changes its proportions'],
    [{ width: 8, height: 12 }, 'resized', 'a sensor of 8x12 is scaled to 8x6, which changes its proportions'],
    // Less than a hundredth is nothing to speak of.
    [{ width: 807, height: 600 }, 'resized', 'a sensor of 807x600 is scaled to 8x6'],
    [
      { width: 809, height: 600 },
      'resized',
      'a sensor of 809x600 is scaled to 8x6, which changes its proportions',
    ],
    [{ width: 16, height: 12 }, 'cropped', 'the middle 8x6 of a sensor of 16x12 is cut out'],
  ])('%j %s', (sensor, change, note) => {
    expect(notes({ fit: { ...FIT, sensor, filtered: sensor, change } })).toEqual([note]);
  });

  it('takes the share of all events that were looked at', () => {
    expect(notes({ unrepresented: 0, outside: 2, binned: 99, saturated: 99 })[0]).toBe(
      '2 events outside the sensor of 8x6 left out',
    );
    expect(notes({ unrepresented: 0, outside: 2, binned: 98, saturated: 99 })[0]).toMatch(/, 1.0 %$/);
  });

  it('says all of it, in the order in which it happened', () => {
    const all = {
      unrepresented: 0,
      outside: 9,
      resets: 1,
      restarts: 1,
      outliers: 9,
      lateEvents: 9,
      remainderEvents: 9,
      saturated: 9,
    };
    const fit = { ...FIT, sensor: { width: 16, height: 12 }, change: 'resized' } as const;
    const words = [/scaled/, /outside/, /reset/, /steps back/, /absurd/, /late/, /incomplete/, /full counts/];
    const said = notes({ ...all, fit });
    expect(said).toHaveLength(words.length);
    said.forEach((note, i) => expect(note).toMatch(words[i]!));
  });
});

describe('filters', () => {
  const report = { filter: 'mask', events: 1000, kept: 990, added: 0, held: 0, removed: {} };

  it.each([
    [report, 'filter mask: 0 of 1,000 events left out'],
    [{ ...report, removed: { masked: 10 } }, 'filter mask: 10 of 1,000 events left out, 1.0 % (masked)'],
    [
      { ...report, removed: { masked: 1200, 'outside-sensor': 1 }, events: 2000, added: 1500 },
      'filter mask: 1,201 of 2,000 events left out, 60.0 % (masked 1,200, outside-sensor 1), 1,500 added',
    ],
    [{ ...report, events: 0 }, 'filter mask: 0 of 0 events left out'],
  ])('%j', (filter, note) => {
    expect(notes({ filters: [filter] })).toEqual([note]);
  });

  it('are losses by their names, several of one name together', () => {
    const filters = [
      { ...report, removed: { masked: 10, 'outside-sensor': 2 } },
      { ...report, removed: { masked: 1 } },
      { ...report, filter: 'decimate', removed: { decimated: 4 } },
    ];
    expect(lossesOf({ ...QUIET, filters, unrepresented: 0, outside: 5 })).toEqual({
      'filter-mask': 11,
      'filter-decimate': 4,
      'outside-sensor': 7,
    });
  });
});

it('losses are told by reason, those that were', () => {
  expect(lossesOf(QUIET)).toEqual({});
  expect(
    lossesOf({
      ...QUIET,
      unrepresented: 0,
      outside: 1,
      saturated: 2,
      lateEvents: 3,
      remainderEvents: 4,
      outliers: 5,
    }),
  ).toEqual({ 'outside-sensor': 1, saturated: 2, late: 3, 'incomplete-window': 4, outlier: 5 });
});
