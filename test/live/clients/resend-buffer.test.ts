import { expect, it } from 'vitest';
import { batchFromTuples, type EventBatch } from '../../../src/events/index.ts';
import { ResendBuffer } from '../../../src/live/clients/resend-buffer.ts';
import type { DecisionMessage } from '../../../src/live/index.ts';

const EVENT_BYTES = 13;
const events = (count: number): EventBatch =>
  batchFromTuples(Array.from({ length: count }, (_, t) => [t, 1, 1, 1] as const));

/** Of windows of one step. */
function decision(window: number, told: Partial<DecisionMessage>): DecisionMessage {
  return {
    window,
    step: 0,
    steps: 1,
    final: true,
    segment: { name: '', label: null, number: 0 },
    ...told,
  } as DecisionMessage;
}

/** A recording of 100 events that is too large to keep. */
function tooLarge(): ResendBuffer {
  const sent = new ResendBuffer(99 * EVENT_BYTES);
  sent.startSegment({ name: 'a', label: null });
  expect(sent.add({ kind: 'events', batch: events(100) })).toBe(false);
  sent.noteUnkept({ kind: 'events', batch: events(100) });
  return sent;
}

it('what is lost is what no window that was decided has', () => {
  const sent = tooLarge();
  sent.take(decision(0, { windowEvents: 30 }));
  sent.take(decision(1, { windowEvents: 30 }));
  expect(sent.resend().lostEvents).toBe(40);
});

it('events that several windows have are counted once', () => {
  const sent = tooLarge();
  sent.take(decision(0, { windowEvents: 40 }));
  sent.take(decision(1, { windowEvents: 40, windowRepeatedEvents: 30 }));
  sent.take(decision(2, { windowEvents: 40, windowRepeatedEvents: 30 }));
  expect(sent.resend().lostEvents).toBe(40);
});
