import { beforeAll, describe, expect, it } from 'vitest';
import { readLatencyReport, writeLatencyReport, type LatencyReport } from '../../src/latency/index.ts';
import { measured, model, recordingOf, regular, SETTINGS } from '../helpers/latency.ts';

let report: LatencyReport;
beforeAll(async () => {
  const [a, b] = model.network.classes as [string, string];
  const recordings = [a, b, a, b].map((label, i) =>
    recordingOf(`[\n 1,\n 2\n] ${i}.csv`, regular(2500), label),
  );
  ({ report } = await measured({ recordings, conditions: [SETTINGS, { ...SETTINGS, windowMs: 4 }] }));
});

type Json = Record<string, unknown>;

/** All places in a report, as paths. */
function* places(value: unknown, at: readonly (string | number)[] = []): Generator<(string | number)[]> {
  if (typeof value !== 'object' || value === null) return;
  // Elements of a list are alike.
  for (const key of Array.isArray(value) ? [0].slice(0, value.length) : Object.keys(value)) {
    const place = [...at, key];
    yield place;
    yield* places((value as Json)[key], place);
  }
}

function changed(place: readonly (string | number)[], change: (holder: Json, key: string) => void): string {
  const copy = structuredClone(report) as unknown as Json;
  let holder = copy;
  for (const key of place.slice(0, -1)) holder = holder[key] as Json;
  change(holder, String(place.at(-1)));
  return JSON.stringify(copy);
}

describe('a report file', () => {
  it('comes back as it was, and a bucket is a line', () => {
    const text = writeLatencyReport(report);
    expect(readLatencyReport(text, 'r.json')).toEqual(JSON.parse(JSON.stringify(report)));
    expect(text).toMatch(/^ +\[\d+, \d+\],?$/m);
    expect(text).not.toMatch(/\[\n +\d+,\n +\d+\n +\]/);
  });

  it('without any one of its fields, or with another thing there, is refused with the place', () => {
    let tried = 0;
    const [condition] = report.conditions;
    report = { ...report, conditions: [{ ...condition!, runs: condition!.runs.slice(0, 1) }] };
    for (const place of places(report)) {
      if (typeof place.at(-1) === 'number') continue;
      tried++;
      const path = place.join('.');
      const without = changed(place, (holder, key) => delete holder[key]);
      // Reasons of drops are whatever the server calls them.
      if (place.at(-2) !== 'dropped')
        expect(() => readLatencyReport(without, 'r.json'), path).toThrow(expect.objectContaining({ code: 'BAD_REPORT' })); // prettier-ignore
      const other = changed(place, (holder, key) => (holder[key] = { nothing: 'of the kind' }));
      expect(() => readLatencyReport(other, 'r.json'), path).toThrow(/r\.json.*wrong at/);
    }
    expect(tried).toBeGreaterThan(150);
  }, 120_000);

  it('whose percentiles are not those of its buckets is refused', () => {
    const place = ['conditions', 0, 'runs', 0, 'final', 'summary', 'p99'];
    const text = changed(place, (holder, key) => (holder[key] = (holder[key] as number) / 2));
    expect(() => readLatencyReport(text, 'r.json')).toThrow(/conditions\.0\.runs\.0\.final.*buckets/);
    const bucket = ['conditions', 0, 'runs', 0, 'final', 'buckets', 0, 1];
    expect(() => readLatencyReport(changed(bucket, (holder, key) => (holder[key] = 99)), 'r.json')).toThrow(/buckets/); // prettier-ignore
  });

  it.each([
    ['nothing', '', /not JSON/],
    ['half of one', '{"format": "saccade-lat', /not JSON/],
    ['something else', '{"version": 1}', /wrong at "format"/],
    ['a list', '[]', /no latency report/],
  ])('%s is no report', (_, text, message) => {
    expect(() => readLatencyReport(text, 'r.json')).toThrow(expect.objectContaining({ code: 'BAD_REPORT', message: expect.stringMatching(message) })); // prettier-ignore
  });

  it('of a later version is refused', () => {
    const later = JSON.stringify({ ...report, version: 2 });
    expect(() => readLatencyReport(later, 'r.json')).toThrow('version');
  });
});
