import { expect, it } from 'vitest';
import { SensorClock } from '../../../src/live/metrics/sensor-clock.ts';
import type { DecisionMessage } from '../../../src/live/index.ts';

const segment = { name: 'a', label: null };

/** A decision of data up to `sensorMs`, which arrived `latencyMs` before it. */
function decision(sensorMs: number, latencyMs: number, more: Partial<DecisionMessage> = {}): DecisionMessage {
  return { segment, clockSegment: 0, endMicros: sensorMs * 1000, latencyMs, ...more } as DecisionMessage;
}

it('is the latency where data always takes as long', () => {
  const clock = new SensorClock();
  for (let t = 0; t < 1e6; t += 500) expect(clock.ageOf(decision(t, 3), 7000 + t + 3)).toBeCloseTo(3, 6);
});

it('counts what waited before it came', () => {
  const clock = new SensorClock();
  clock.ageOf(decision(0, 1), 5001);
  // 400 ms late on its way, 2 ms here.
  expect(clock.ageOf(decision(100, 2), 5000 + 100 + 402)).toBeCloseTo(402, 6);
});

it('a first decision that was late is corrected by one that was not', () => {
  const clock = new SensorClock();
  expect(clock.ageOf(decision(0, 1), 900 + 1)).toBeCloseTo(1, 6);
  expect(clock.ageOf(decision(100, 1), 100 + 1)).toBeCloseTo(1, 6);
  expect(clock.ageOf(decision(200, 1), 200 + 900 + 1)).toBeCloseTo(901, 6);
});

it('clocks that drift apart are no age: 50 ppm of ten hours', () => {
  const clock = new SensorClock();
  let largest = 0;
  for (let t = 0; t < 36_000_000; t += 1000)
    largest = Math.max(largest, clock.ageOf(decision(t, 0), t * 1.00005));
  expect(largest).toBeGreaterThan(1);
  expect(largest).toBeLessThan(5);
});

it.each([{ segment: { name: 'b', label: null } }, { clockSegment: 1 }])('%o begins anew', (more) => {
  const clock = new SensorClock();
  clock.ageOf(decision(1e9, 0), 100);
  expect(clock.ageOf(decision(5, 2, more), 1000)).toBeCloseTo(2, 6);
});
