import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderAccount } from '../../src/events/index.ts';
import { batchesOf, disorderly, type NumberedEvent } from '../helpers/disorder.ts';

function late(events: readonly NumberedEvent[]): number[] {
  return events.flatMap(({ t, segment }, i) => {
    const before = events.slice(0, i).filter((event) => event.segment === segment);
    const newest = Math.max(...before.map((event) => event.t));
    return t < newest ? [newest - t] : [];
  });
}

describe('OrderAccount', () => {
  it('counts what is earlier than the newest before it, in its segment, however the stream is cut', () => {
    fc.assert(
      fc.property(disorderly, fc.integer({ min: 1, max: 50 }), (events, size) => {
        const order = new OrderAccount();
        for (const batch of batchesOf(events, size)) order.push(batch);
        const steps = late(events);
        expect(order.lateEvents).toBe(steps.length);
        expect(order.largestStepMicros).toBe(Math.max(0, ...steps));
      }),
    );
  });

  it('refuses the first late event and names it', () => {
    fc.assert(
      fc.property(disorderly, fc.integer({ min: 1, max: 50 }), (events, size) => {
        const order = new OrderAccount({ refuse: true });
        const push = (): void => {
          for (const batch of batchesOf(events, size)) order.push(batch);
        };
        const first = events.findIndex((_, i) => late(events.slice(0, i + 1)).length > 0);
        if (first < 0) expect(push).not.toThrow();
        else expect(push).toThrow(expect.objectContaining({ code: 'UNSORTED_EVENTS', index: first }));
      }),
    );
  });
});
