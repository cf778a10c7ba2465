import { afterEach, expect, it, vi } from 'vitest';
import { batchFromTuples } from '../../../src/events/index.ts';
import { CameraFeed } from '../../../src/live/index.ts';
import { engine, SENSOR } from '../../helpers/live.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('rates are those since the statistics before', async () => {
  let now = 10_000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const feed = new CameraFeed({
    name: 'c',
    engine,
    sensor: SENSOR,
    payload: 'events',
    policy: 'pause',
    maxQueuedSteps: 8,
    flushAfterMs: 60_000,
    onDecision: () => undefined,
    onError: (error) => expect.fail(String(error)),
  });
  const push = (on: number, off: number, t: number): void => {
    const tuples = Array.from({ length: on + off }, (_, i) => [t + i, 1, 1, i < on ? 1 : 0] as const);
    feed.pushEvents(batchFromTuples(tuples, SENSOR), now);
  };
  const stats = (): object =>
    feed.takeStats({
      bytes: 9,
      messages: 7,
      sequenceGaps: 2,
      sequenceRepeats: 0,
      unreadDecisions: 1,
      advice: null,
    });
  push(80, 20, 0);
  now += 500;
  expect(stats()).toMatchObject({
    onPerSecond: 160,
    offPerSecond: 40,
    events: 100,
    onEvents: 80,
    bytes: 9,
    messages: 7,
    sequenceGaps: 2,
  });
  push(10, 30, 1000);
  now += 2_000;
  expect(stats()).toMatchObject({ onPerSecond: 5, offPerSecond: 15, events: 140 });
  now += 250;
  expect(stats()).toMatchObject({ onPerSecond: 0, offPerSecond: 0, events: 140 });
  await feed.end();
});
