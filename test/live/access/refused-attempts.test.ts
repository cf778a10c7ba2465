import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RefusedAttempts } from '../../../src/live/access/refused-attempts.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('an address waits for the rest of its window once it tried too often; others do not', () => {
  const attempts = new RefusedAttempts({ most: 2, perMs: 1000 });
  attempts.note('a');
  vi.advanceTimersByTime(400);
  expect(attempts.waitOf('a')).toBe(0);
  attempts.note('a');
  expect([attempts.waitOf('a'), attempts.waitOf('b')]).toEqual([600, 0]);
  vi.advanceTimersByTime(600);
  expect(attempts.waitOf('a')).toBe(0);
  attempts.note('a');
  expect(attempts.waitOf('a')).toBe(0);
});

it('remembers no more addresses than it must', () => {
  const attempts = new RefusedAttempts({ most: 1, perMs: 1000 });
  for (let i = 0; i <= 10_000; i++) attempts.note(String(i));
  expect([attempts.waitOf('0'), attempts.waitOf('1'), attempts.waitOf('10000')]).toEqual([0, 1000, 1000]);
});
