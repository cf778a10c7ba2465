import { afterEach, expect, it, vi } from 'vitest';
import { batchFromTuples } from '../../../src/events/index.ts';
import { DisplayAccumulator } from '../../../src/live/camera/display-accumulator.ts';

const SENSOR = { width: 2, height: 1 };

afterEach(() => vi.useRealTimers());

it('counts nothing while nobody watches, and begins with what comes then', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const display = new DisplayAccumulator();
  const push = (t: number): void => {
    display.push(batchFromTuples([[t, 0, 0, 1]]), SENSOR);
  };
  push(1);
  vi.advanceTimersByTime(999);
  expect([...display.take()!.on]).toEqual([1, 0]);
  push(2);
  vi.advanceTimersByTime(1000);
  push(3);
  expect(display.take()).toBeNull();
  push(4);
  push(5);
  const frame = display.take()!;
  expect([...frame.on]).toEqual([2, 0]);
  expect(frame.tMicros).toBe(5);
});
