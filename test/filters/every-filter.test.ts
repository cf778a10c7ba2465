import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, type EventBatch } from '../../src/events/index.ts';
import {
  eventFilters,
  FilterChain,
  filterSpec,
  filterText,
  parseFilter,
  sensorBehind,
  type FilterReport,
} from '../../src/filters/index.ts';
import {
  busyStream,
  copied,
  cutBatches,
  eventsOf,
  removedOf,
  run,
  SAMPLES,
  SENSOR,
  streams,
  WITHOUT_SAMPLE,
} from './streams.ts';

const cases = SAMPLES.map((spec) => [filterText(spec).slice(0, 90), spec] as const);
const cuts = fc.array(fc.nat(12), { minLength: 1, maxLength: 20 });

describe('every filter', () => {
  it('has a sample here', () => {
    expect(WITHOUT_SAMPLE).toEqual([]);
  });

  it.each(cases)('gives the same wherever batches are cut, in place or not: %s', (_, spec) => {
    fc.assert(
      fc.property(streams, cuts, fc.boolean(), (batches, places, ownsBatches) => {
        const expected = run([spec], batches);
        const before = eventsOf(batches);
        const parts = cutBatches(batches, places);
        const cut = run([spec], ownsBatches ? parts.map(copied) : parts, ownsBatches);
        expect(cut.events).toEqual(expected.events);
        expect(cut.reports).toEqual(expected.reports);
        expect(eventsOf(batches)).toEqual(before);
      }),
      { numRuns: 30 },
    );
  });

  it.each(cases)('accounts for every event: %s', (_, spec) => {
    const account = (batches: readonly EventBatch[]): FilterReport => {
      const { events, reports } = run([spec], batches);
      const report = reports[0]!;
      const came = eventsOf(batches).length;
      expect(report).toMatchObject({ filter: spec.filter, events: came, kept: events.length, held: 0 });
      expect(report.events + report.added).toBe(report.kept + removedOf(report));
      const outside = eventsOf(batches).filter(([, x, y]) => x >= SENSOR.width || y >= SENSOR.height);
      expect(report.removed['outside-sensor'] ?? 0).toBe(outside.length);
      return report;
    };
    fc.assert(
      fc.property(streams, (batches) => void account(batches)),
      { numRuns: 30 },
    );
    const { reasons } = eventFilters.find(({ id }) => id === spec.filter)!;
    const busy = account([busyStream()]);
    expect(Object.keys(busy.removed).sort()).toEqual(['outside-sensor', ...reasons].sort());
    if (spec.filter === 'noise') expect(busy.added).toBeGreaterThan(0);
  });

  it.each(cases)('gives the same of a long stream, wherever it is cut: %s', (_, spec) => {
    const expected = run([spec], [busyStream()]).events;
    for (const size of [1, 7, 500]) {
      const parts = cutBatches([busyStream()], [size - 1]).map(copied);
      expect(run([spec], parts, true).events).toEqual(expected);
    }
  });

  it.each(cases)('gives events of the sensor that it states: %s', (_, spec) => {
    const sensor = sensorBehind([spec], SENSOR);
    fc.assert(
      fc.property(streams, (batches) => {
        const { batches: left, events } = run([spec], batches);
        for (const { geometry } of left) expect(geometry).toEqual(sensor);
        expect(events.every(([, x, y]) => x < sensor.width && y < sensor.height)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it.each(cases)('begins anew with a time segment: %s', (_, spec) => {
    // What is drawn by chance is another sequence in each.
    const isRandom = 'seed' in spec;
    fc.assert(
      fc.property(streams, (batches) => {
        const together = run([spec], batches).events;
        const alone = batches.flatMap((batch) => run([spec], [batch]).events);
        if (isRandom)
          expect(together.filter(([, , , , s]) => s === 0)).toEqual(alone.filter(([, , , , s]) => s === 0));
        else expect(together).toEqual(alone);
      }),
      { numRuns: 15 },
    );
  });

  it.each(cases)('is as new behind the end of a recording: %s', (_, spec) => {
    fc.assert(
      fc.property(streams, (batches) => {
        const chain = new FilterChain([spec]);
        const once = (): unknown => eventsOf([...batches.flatMap((b) => chain.push(b)), ...chain.finish()]);
        expect(once()).toEqual(once());
      }),
      { numRuns: 15 },
    );
  });

  it.each(cases)('keeps no two cameras in one state: %s', (_, spec) => {
    fc.assert(
      fc.property(streams, streams, (a, b) => {
        const [one, other] = [new FilterChain([spec]), new FilterChain([spec])];
        const left: ReturnType<typeof eventsOf> = [];
        for (let i = 0; i < Math.max(a.length, b.length); i++) {
          if (b[i]) other.push(b[i]!);
          if (a[i]) left.push(...eventsOf(one.push(a[i]!)));
        }
        left.push(...eventsOf(one.finish()));
        expect(left).toEqual(run([spec], a).events);
      }),
      { numRuns: 15 },
    );
  });

  it.each(cases)('is text and data, and the same again: %s', (_, spec) => {
    expect(parseFilter(filterText(spec))).toEqual(spec);
    expect(filterSpec(JSON.parse(JSON.stringify(spec)) as typeof spec)).toEqual(spec);
  });

  it.each(
    eventFilters.filter(({ example }) => !example.includes('file:')).map(({ id, example }) => [id, example]),
  )('has an example that can be read: %s %s', (id, example) => {
    expect(parseFilter(example).filter).toBe(id);
  });

  it.each(
    eventFilters.flatMap(({ id, presets = {} }) => Object.keys(presets).map((like) => [id, like] as const)),
  )('has presets that can be: %s like %s', (filter, like) => {
    const spec = filterSpec({ filter, like });
    expect(Object.keys(spec)).not.toContain('like');
    expect(run([spec], [batchFromTuples([[0, 1, 1, 1]], SENSOR)]).reports[0]!.events).toBe(1);
  });

  it('comes behind others as if each were run on its own', () => {
    fc.assert(
      fc.property(
        streams,
        cuts,
        fc.shuffledSubarray([...SAMPLES], { maxLength: 4 }),
        (batches, places, specs) => {
          const usable = specs.filter(
            ({ filter }) => filter !== 'mask' && filter !== 'undistort' && filter !== 'region',
          );
          const apart = usable.reduce((left, spec) => run([spec], left).batches, batches);
          const { events, reports } = run(usable, cutBatches(batches, places));
          expect(events).toEqual(eventsOf(apart));
          reports.forEach((report, i) => {
            if (i > 0) expect(report.events).toBe(reports[i - 1]!.kept);
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});
