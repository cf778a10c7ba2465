import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DropReport } from '../../../src/live/ingest/drop-report.ts';
import type { DropsMessage } from '../../../src/live/index.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('tells at most once a second, and only when more was left out', () => {
  const counts = { dropped: {} as Record<string, number>, unreadDecisions: 0, ageMs: null, standstill: null };
  const told: DropsMessage[] = [];
  const report = new DropReport({ look: () => ({ ...counts }), send: (message) => told.push(message) });
  vi.advanceTimersByTime(5000);
  expect(told).toEqual([]);
  counts.dropped = { overload: 3, late: 1 };
  vi.advanceTimersByTime(5000);
  expect(told).toEqual([
    { type: 'drops', dropped: { overload: 3, late: 1 }, unreadDecisions: 0, ageMs: null, standstill: null },
  ]);
  counts.unreadDecisions = 1;
  vi.advanceTimersByTime(999);
  expect(told.length).toBe(1);
  vi.advanceTimersByTime(1);
  expect(told.at(-1)).toMatchObject({ unreadDecisions: 1 });
  report.stop();
  counts.unreadDecisions = 9;
  vi.advanceTimersByTime(5000);
  expect(told.length).toBe(2);
});

it('tells each second that nothing is decided, and once that it is over', () => {
  let standstill: DropsMessage['standstill'] = null;
  const told: DropsMessage[] = [];
  const report = new DropReport({
    look: () => ({ dropped: {}, unreadDecisions: 0, ageMs: null, standstill }),
    send: (message) => told.push(message),
  });
  vi.advanceTimersByTime(2000);
  standstill = { reason: 'cut-off', forMs: 900 };
  vi.advanceTimersByTime(2000);
  standstill = null;
  vi.advanceTimersByTime(5000);
  expect(told.map((message) => message.standstill?.reason ?? null)).toEqual(['cut-off', 'cut-off', null]);
  report.stop();
});
