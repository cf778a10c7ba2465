import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, type EventBatch } from '../../src/events/index.ts';
import { DueTimes } from '../../src/latency/due-times.ts';

const at = (...times: number[]): EventBatch => batchFromTuples(times.map((t) => [t, 0, 0, 1]));

describe('DueTimes', () => {
  it('an event is due as long before the end of its batch as it was recorded before it, over the rate', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 }), { maxLength: 5 }),
        fc.constantFrom(0.5, 1, 4),
        fc.integer({ min: 0, max: 400 }),
        fc.boolean(),
        (gaps, rate, endMicros, inclusive) => {
          const due = new DueTimes(rate);
          let [t, number] = [0, 0];
          const events: { t: number; dueAt: number }[] = [];
          for (const own of gaps) {
            const times = own.map((gap) => (t += gap));
            // Batches are due whenever: the replay may have waited.
            const dueAt = 1000 * ++number;
            for (const time of times)
              events.push({ t: time, dueAt: dueAt - (times.at(-1)! - time) / 1000 / rate });
            const batch = at(...times);
            due.push(batch, dueAt);
            batch.t.fill(-1);
          }
          const last = events.findLast(
            (event) => event.t < endMicros || (inclusive && event.t === endMicros),
          );
          const got = due.lastUntil(endMicros, inclusive);
          if (last === undefined) expect(got).toBeUndefined();
          else expect(got).toBeCloseTo(last.dueAt, 9);
        },
      ),
    );
  });

  it('takes a batch of many events and one of a single one', () => {
    const due = new DueTimes(2);
    due.push(at(0, 1000, 4000), 50);
    due.push(at(9000), 70);
    expect([500, 1001, 4000, 8999, 9001].map((end) => due.lastUntil(end, false))).toEqual([
      48, 48.5, 48.5, 50, 70,
    ]);
    expect(due.lastUntil(0, false)).toBeUndefined();
    expect([0, 4000, 9000].map((end) => due.lastUntil(end, true))).toEqual([48, 50, 70]);
  });
});
