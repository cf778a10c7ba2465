import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createOracleEngine } from '../../../src/inference/index.ts';
import { DecisionOutbox } from '../../../src/live/ingest/decision-outbox.ts';
import type { EventBatch } from '../../../src/events/index.ts';
import {
  encodeEnd,
  encodeEvents,
  SUBPROTOCOL,
  type DecisionMessage,
  type EndMessage,
} from '../../../src/live/index.ts';
import { randomModel } from '../../../src/network/index.ts';
import { HELLO, ingest, randomEvents, SENSOR, serve } from '../../helpers/live.ts';

/** Of the test's model. */
const STEP_MICROS = 1000;

/** A socket of which a test says how much waits in it. */
class StubSocket {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: string[] = [];
  readonly #callbacks: (() => void)[] = [];

  send(text: string, done: () => void): void {
    this.sent.push(text);
    this.bufferedAmount += 100;
    this.#callbacks.push(done);
  }

  /** The peer reads one message. */
  flush(): void {
    this.bufferedAmount -= 100;
    this.#callbacks.shift()?.();
  }
}

const decision = { type: 'decision' } as DecisionMessage;

function outbox(policy: 'pause' | 'drop-oldest' | 'drop-newest'): {
  socket: StubSocket;
  box: DecisionOutbox;
  calls: boolean[];
} {
  const socket = new StubSocket();
  const calls: boolean[] = [];
  const box = new DecisionOutbox(socket as unknown as WebSocket, {
    policy,
    highWaterBytes: 400,
    onFull: (full) => calls.push(full),
  });
  return { socket, box, calls };
}

describe('decisions that a camera does not read', () => {
  it('make it wait under pause, until half is read', () => {
    const { socket, box, calls } = outbox('pause');
    for (let i = 0; i < 4; i++) box.send(decision);
    expect(calls).toEqual([]);
    box.send(decision);
    box.send(decision);
    expect(calls).toEqual([true]);
    for (let i = 0; i < 3; i++) socket.flush();
    expect(calls).toEqual([true]);
    socket.flush();
    expect(calls).toEqual([true, false]);
    expect([socket.sent.length, box.unread]).toEqual([6, 0]);
  });

  it.each(['drop-oldest', 'drop-newest'] as const)('are left out and counted under %s', (policy) => {
    const { socket, box, calls } = outbox(policy);
    for (let i = 0; i < 9; i++) box.send(decision);
    expect([socket.sent.length, box.unread]).toEqual([5, 4]);
    socket.flush();
    box.send(decision);
    expect([socket.sent.length, box.unread]).toEqual([6, 4]);
    expect(calls).toEqual([]);
  });

  it('are not sent where the connection has ended', () => {
    const { socket, box } = outbox('pause');
    socket.readyState = 2;
    box.send(decision);
    expect(socket.sent).toEqual([]);
  });
});

describe('a camera that never reads', () => {
  const MESSAGES = 6;
  const EVENTS = 300;
  /** Of hundreds of classes, so that a decision has some 20 kB. */
  const talkative = createOracleEngine(randomModel({ steps: 3, classes: 600, ...SENSOR }));
  /** A time step for each event. */
  const sparse = (message: number): EventBatch => {
    const { t, length, ...events } = randomEvents(EVENTS, 3);
    return { ...events, length, t: t.map((_, i) => (message * length + i) * STEP_MICROS) };
  };

  /** Sends a lot and does not read; how many decisions were made before it does, and what it is told at the end. */
  async function neverRead(policy: string): Promise<{ decided: number; end: EndMessage }> {
    const limits = { cameraHighWaterBytes: 100_000, maxQueuedSteps: 2 ** 12, maxAgeMs: 60_000 };
    const server = await serve({ engine: talkative, limits });
    let decided = 0;
    server.decisions$.subscribe(() => decided++);
    const socket = new WebSocket(ingest(server), [SUBPROTOCOL], { perMessageDeflate: false });
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(HELLO.replace('"pause"', JSON.stringify(policy)));
    await new Promise((resolve) => socket.once('message', resolve));
    socket.pause();
    let seen = -1;
    for (let i = 0; i < MESSAGES && decided > seen; i++) {
      seen = decided;
      socket.send(encodeEvents(i, sparse(i)));
      await expect
        .poll(() => decided, { timeout: policy === 'pause' ? 2_000 : 20_000 })
        .toBeGreaterThan((i + 1) * EVENTS - 10)
        .catch(() => undefined);
    }
    socket.send(encodeEnd(MESSAGES));
    const before = decided;
    const end = new Promise<EndMessage>((resolve) => {
      socket.on('message', (data) => {
        const message = JSON.parse(String(data)) as EndMessage;
        if (message.type === 'end') resolve(message);
      });
    });
    socket.resume();
    const said = await end;
    socket.terminate();
    return { decided: before, end: said };
  }

  it('is not read any more under pause, and misses nothing', async () => {
    const { decided, end } = await neverRead('pause');
    expect(decided).toBeLessThan(end.events - EVENTS / 2);
    expect(end.unreadDecisions).toBe(0);
  });

  it('is told at the end how many decisions it missed under drop-oldest', async () => {
    const { decided, end } = await neverRead('drop-oldest');
    expect(decided).toBeGreaterThan(end.events - EVENTS / 2);
    expect(end.unreadDecisions).toBeGreaterThan(EVENTS / 2);
  });
});
