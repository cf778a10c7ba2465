import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EventSorter,
  OptionError,
  SeededRandom,
  stableOrder,
  type EventBatch,
  type SortOptions,
} from '../../../src/events/index.ts';
import { batchesOf, disorderly, eventsOf, sortedOracle, type NumberedEvent } from '../../helpers/disorder.ts';

function sorted(
  batches: readonly EventBatch[],
  options: SortOptions,
): { events: NumberedEvent[]; sorter: EventSorter } {
  const sorter = new EventSorter(options);
  const pushed = batches.flatMap((batch) => sorter.push(batch));
  return { events: eventsOf([...pushed, ...sorter.finish()]), sorter };
}

/** Events later than the delay, by their definition. */
function lateOf(events: readonly NumberedEvent[], maxDelayMicros: number): Set<number> {
  const late = events.filter(({ t, segment }, i) =>
    events.slice(0, i).some((before) => before.segment === segment && before.t - maxDelayMicros > t),
  );
  return new Set(late.map(({ number }) => number));
}

const size = fc.integer({ min: 1, max: 70 });

describe('stableOrder', () => {
  it('is the order of Array sort, null for what is sorted', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 300 }), (times) => {
        const order = stableOrder(Float64Array.from(times));
        const oracle = times.map((_, i) => i).sort((a, b) => times[a]! - times[b]!);
        const isSorted = oracle.every((from, at) => from === at);
        expect(order === null ? null : [...order]).toEqual(isSorted ? null : oracle);
      }),
    );
  });
});

describe('EventSorter', () => {
  it('sorts each segment as Array sort does, however the stream is cut', () => {
    fc.assert(
      fc.property(disorderly, size, (events, cut) => {
        const { events: out, sorter } = sorted(batchesOf(events, cut), { maxDelayMicros: 60 });
        expect(out).toEqual(sortedOracle(events));
        expect(sorter.report).toEqual({ events: events.length, lateEvents: 0 });
      }),
    );
  });

  it('drops or delivers what is later than the delay, counts it, and sorts the rest', () => {
    fc.assert(
      fc.property(disorderly, fc.integer({ min: 0, max: 40 }), size, size, (events, delay, a, b) => {
        const late = lateOf(events, delay);
        const kept = events.filter(({ number }) => !late.has(number));
        const dropping = sorted(batchesOf(events, a), { maxDelayMicros: delay });
        expect(dropping.events).toEqual(sortedOracle(kept));
        expect(dropping.sorter.report).toEqual({ events: events.length, lateEvents: late.size });
        const delivering = sorted(batchesOf(events, a), { maxDelayMicros: delay, late: 'deliver' });
        expect(delivering.events.filter(({ number }) => !late.has(number))).toEqual(sortedOracle(kept));
        expect(delivering.events.length).toBe(events.length);
        expect(delivering.sorter.report).toEqual(dropping.sorter.report);
        expect(sorted(batchesOf(events, b), { maxDelayMicros: delay, late: 'deliver' }).events).toEqual(
          delivering.events,
        );
      }),
    );
  });

  it('holds no event longer than it must', () => {
    fc.assert(
      fc.property(disorderly, fc.integer({ min: 0, max: 40 }), size, (events, delay, cut) => {
        const sorter = new EventSorter({ maxDelayMicros: delay });
        let newest = -Infinity;
        let segment = 0;
        const out: NumberedEvent[] = [];
        for (const batch of batchesOf(events, cut)) {
          if (batch.segment !== segment) newest = -Infinity;
          segment = batch.segment;
          newest = Math.max(newest, ...batch.t);
          out.push(...eventsOf(sorter.push(batch)));
          const held = sorter.report.events - sorter.report.lateEvents - out.length;
          const late = lateOf(events.slice(0, sorter.report.events), delay);
          const young = events
            .slice(0, sorter.report.events)
            .filter(
              (event) => event.segment === segment && event.t > newest - delay && !late.has(event.number),
            );
          expect(held).toBe(young.length);
        }
      }),
    );
  });

  it('holds any number of events', () => {
    const random = new SeededRandom(3);
    const events = Array.from({ length: 20_000 }, (_, number) => ({
      t: random.integer(9000),
      segment: 0,
      number,
    }));
    const { events: out } = sorted(batchesOf(events, 700), { maxDelayMicros: 9000 });
    expect(out).toEqual(sortedOracle(events));
  });

  it('keeps memory for what waits only', () => {
    const sorter = new EventSorter({ maxDelayMicros: 100 });
    let next = 0;
    for (let i = 0; i < 2000; i++) {
      const [batch] = batchesOf(
        Array.from({ length: 100 }, (_, k) => ({ t: 100 * i + ((k * 37) % 100), segment: 0, number: k })),
        100,
      );
      for (const { t } of sorter.push(batch!)) {
        if (t.some((time) => time !== next++)) throw new Error(`Not in order before ${next}.`);
      }
    }
    expect(next).toBeGreaterThan(199_800);
  });

  it.each([-1, NaN])('a delay of %s is none', (maxDelayMicros) => {
    expect(() => new EventSorter({ maxDelayMicros })).toThrow(OptionError);
  });
});
