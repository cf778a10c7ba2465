import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { EventBus } from '../../../src/cluster/index.ts';
import type { StepFrame } from '../../../src/frames/index.ts';
import type { CameraClaim } from '../../../src/live/cluster/camera-claim.ts';
import { RemoteSession } from '../../../src/live/cluster/remote-session.ts';
import { decodeStepPart } from '../../../src/live/cluster/step-messages.ts';
import type { WorkerPool } from '../../../src/live/cluster/worker-pool.ts';

const FRAME: StepFrame = {
  ...{ window: 0, step: 0, steps: 2, segment: 0, startMicros: 0, endMicros: 1 },
  ...{ geometry: { width: 2, height: 1 }, counts: new Uint8Array(4), events: 0, saturated: 0, outside: 0 },
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A session whose messages go nowhere. */
function lonely(): { session: RemoteSession; sent: string[] } {
  const sent: string[] = [];
  const bus = {
    maxMessageBytes: 65_536,
    publish: (subject: string, bytes: Uint8Array) => {
      if (subject.includes('.step.'))
        sent.push(`${decodeStepPart(bytes).window}/${decodeStepPart(bytes).step}`);
    },
  } as unknown as EventBus;
  const pool = {
    ...{ renewMs: 1000, choose: () => 'a', count: () => undefined, isThere: () => true },
    ...{ isLeaving: () => false, shouldMove: () => false, silentMs: () => 0 },
  } as unknown as WorkerPool;
  const claim = { camera: 'c', overForMs: null, assign: () => Promise.resolve(7) } as unknown as CameraClaim;
  const ready = { isReady: () => true, logger: undefined };
  return { session: new RemoteSession({ bus, pool, claim, gateway: 'g', feed: 0, ...ready }), sent };
}

it('a step that was lost is sent again, however often members say that they are there', async () => {
  const { session, sent } = lonely();
  void session.step(FRAME).catch(() => undefined);
  for (let at = 0; at < 5000; at += 250) {
    await vi.advanceTimersByTimeAsync(250);
    session.look();
  }
  expect(sent.length).toBeGreaterThanOrEqual(4);
  expect(sent.length).toBeLessThanOrEqual(6);
  expect(new Set(sent)).toEqual(new Set(['0/0']));
  session.dispose();
});
