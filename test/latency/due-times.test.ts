import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, type EventBatch } from '../../src/events/index.ts';
import { DueTimes } from '../../src/latency/due-times.ts';

const at = (...times: number[]): EventBatch => batchFromTuples(times.map((t) => [t, 0, 0, 1]));

describe('DueTimes', () => {
  it('an event is due as long before the end of its batch as it was recorded before it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 }), { maxLength: 5 }),
        fc.integer({ min: 0, max: 400 }),
        fc.boolean(),
        (gaps, endMicros, inclusive) => {
          const due = new DueTimes();
          let [t, number] = [0, 0];
          const events: { t: number; dueAt: number }[] = [];
          for (const own of gaps) {
            const times = own.map((gap) => (t += gap));
            // Batches are due whenever: the replay may have waited.
            const dueAt = 1000 * ++number;
            for (const time of times) events.push({ t: time, dueAt: dueAt - (times.at(-1)! - time) / 1000 });
            due.push(at(...times), dueAt);
          }
          const last = events.findLast(
            (event) => event.t < endMicros || (inclusive && event.t === endMicros),
          );
          const got = due.lastUntil(endMicros, inclusive);
          if (last === undefined) expect(got).toBeUndefined();
          else expect(got).toBeCloseTo(last.dueAt, 9);
          const first = events.find((event) => event.t >= endMicros);
          if (first === undefined) expect(due.firstFrom(endMicros)).toBeUndefined();
          else expect(due.firstFrom(endMicros)).toBeCloseTo(first.dueAt, 9);
        },
      ),
    );
  });

  it('takes a batch of many events and one of a single one', () => {
    const due = new DueTimes();
    due.push(at(0, 1000, 4000), 50);
    due.push(at(9000), 70);
    const last = (inclusive: boolean, ...ends: number[]): (number | undefined)[] =>
      ends.map((end) => due.lastUntil(end, inclusive));
    expect(last(false, 500, 1001, 4000, 8999, 9001)).toEqual([46, 47, 47, 50, 70]);
    expect(last(false, 0)).toEqual([undefined]);
    expect(last(true, 0, 4000, 9000)).toEqual([46, 50, 70]);
    expect([0, 1, 4000, 4001, 9000].map((start) => due.firstFrom(start))).toEqual([46, 47, 50, 70, 70]);
    expect(due.firstFrom(9001)).toBeUndefined();
  });
});
