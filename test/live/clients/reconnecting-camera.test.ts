import { createServer, connect, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { batchFromTuples, sliceBatch, type EventBatch } from '../../../src/events/index.ts';
import { createOracleEngine } from '../../../src/inference/index.ts';
import {
  ConnectionError,
  openNodeSocket,
  ProtocolError,
  ReconnectingCamera,
  type CameraConnectionState,
  type DecisionMessage,
  type LiveServer,
  type ReconnectingCameraOptions,
} from '../../../src/live/index.ts';
import { randomModel } from '../../../src/network/index.ts';
import { DecisionSession } from '../../../src/pipeline/index.ts';
import { engine, randomEvents, SENSOR, serve } from '../../helpers/live.ts';
import { eventually } from '../../helpers/sources.ts';

const open: { close: () => void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

/** A way to a server that can be cut. */
class Wire {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  /** Whether new connections come through. */
  up = true;
  connections = 0;
  target: number;

  constructor(target: number) {
    this.target = target;
    this.#server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (!this.up) {
        socket.destroy();
        return;
      }
      this.connections++;
      const other = connect(this.target, '127.0.0.1');
      other.on('error', () => socket.destroy());
      for (const [from, to] of [
        [socket, other],
        [other, socket],
      ] as const) {
        this.#sockets.add(from);
        from.pipe(to);
        from.on('close', () => to.destroy());
      }
    });
    open.push({ close: () => (this.cut(), this.#server.close()) });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `ws://127.0.0.1:${(this.#server.address() as { port: number }).port}/ingest`;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }
}

interface Told {
  readonly camera: ReconnectingCamera;
  readonly decisions: DecisionMessage[];
  readonly states: CameraConnectionState[];
  failure: unknown;
}

function cameraAt(url: string, options: Partial<ReconnectingCameraOptions> = {}): Told {
  const camera = new ReconnectingCamera({
    url,
    hello: { camera: 'test', sensor: SENSOR, payload: 'events', policy: 'pause' },
    createSocket: openNodeSocket,
    firstBackoffMs: 10,
    maxBackoffMs: 50,
    ...options,
  });
  open.push(camera);
  const told: Told = { camera, decisions: [], states: [], failure: null };
  camera.decisions$.subscribe({
    next: (decision) => told.decisions.push(decision),
    error: (error: unknown) => (told.failure = error),
  });
  camera.connection$.subscribe((state) => told.states.push(state));
  return told;
}

const port = (server: LiveServer): number => Number(new URL(server.url).port);
const logits = (decisions: readonly DecisionMessage[]): number[][] => decisions.map((d) => [...d.logits]);

async function offline(events: EventBatch): Promise<number[][]> {
  const session = new DecisionSession(engine);
  const list: number[][] = [];
  for await (const { accumulatedLogits } of session.decisionsOf([events])) list.push([...accumulatedLogits]);
  session.dispose();
  return list;
}

const LONG = { limits: { flushAfterMs: 60_000, takeoverMs: 100 } };

describe('a camera whose connection is lost', () => {
  it.each([1, 2, 3, 4])('is told what it would have been told without, bit for bit (%d)', async (seed) => {
    const server = await serve(LONG);
    const wire = new Wire(port(server));
    const { camera, decisions, states } = cameraAt(await wire.listen());
    await camera.connect();
    const recordings = [randomEvents(4000, seed), randomEvents(3000, seed + 10), randomEvents(5, seed + 20)];
    let sent = 0;
    for (const [i, events] of recordings.entries()) {
      await camera.startSegment({ name: `r${i}`, label: null });
      for (let at = 0; at < events.length; at += 500) {
        await camera.sendEvents(sliceBatch(events, at, Math.min(events.length, at + 500)));
        if (++sent % (seed + 2) === 0) {
          wire.cut();
          // Sometimes it notices, sometimes the next message does.
          if (seed % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 30));
        }
      }
    }
    const end = await camera.end();
    expect(states.at(-1)).toMatchObject({ status: 'closed', lostEvents: 0 });
    expect(states.at(-1)!.losses).toBeGreaterThan(0);
    const expected = (await Promise.all(recordings.map(offline))).flat();
    expect(logits(decisions)).toEqual(expected);
    expect(
      decisions.every(({ segment }) => /^r\d$/.test(segment!.name) && segment!.number === undefined),
    ).toBe(true);
    expect(end.events).toBe(7005);
    expect(end.decisions).toBe(decisions.filter(({ final }) => final).length);
  });

  it('goes on with another server in its place, which knows nothing of the first', async () => {
    const first = await serve(LONG);
    const wire = new Wire(port(first));
    const { camera, decisions } = cameraAt(await wire.listen());
    await camera.connect();
    const events = randomEvents(6000, 3);
    await camera.startSegment({ name: 'a', label: 'x' });
    await camera.sendEvents(sliceBatch(events, 0, 3000));
    await eventually(() => expect(decisions.length).toBeGreaterThan(2));
    wire.up = false;
    await first.close();
    const waiting = camera.sendEvents(sliceBatch(events, 3000, 6000));
    await new Promise((resolve) => setTimeout(resolve, 100));
    wire.target = port(await serve(LONG));
    wire.up = true;
    await waiting;
    await camera.end();
    expect(logits(decisions)).toEqual(await offline(events));
  });

  it('comes back by itself, also when nothing is sent, and says so', async () => {
    const wire = new Wire(port(await serve(LONG)));
    const { camera, decisions, states } = cameraAt(await wire.listen());
    await camera.connect();
    const events = randomEvents(3000, 5);
    await camera.sendEvents(events);
    wire.up = false;
    wire.cut();
    await eventually(() =>
      expect(states.filter(({ status }) => status === 'waiting').length).toBeGreaterThan(2),
    );
    wire.up = true;
    await eventually(() => expect(states.at(-1)!.status).toBe('open'));
    await camera.end();
    expect(logits(decisions)).toEqual(await offline(events));
  });

  it('lost behind the end is told all the same', async () => {
    const server = await serve(LONG);
    const wire = new Wire(port(server));
    const { camera, decisions } = cameraAt(await wire.listen());
    await camera.connect();
    const events = randomEvents(8000, 6);
    await camera.sendEvents(events);
    const ended = camera.end();
    await new Promise((resolve) => setTimeout(resolve, 20));
    wire.cut();
    expect((await ended).events).toBe(8000);
    expect(logits(decisions)).toEqual(await offline(events));
  });

  it('raw bytes are sent again from the beginning of their recording', async () => {
    const own = createOracleEngine(randomModel({ steps: 3, width: 34, height: 34 }));
    const wire = new Wire(port(await serve({ ...LONG, engine: own })));
    const { camera, decisions } = cameraAt(await wire.listen(), {
      hello: {
        camera: 'raw',
        sensor: { width: 34, height: 34 },
        payload: 'raw',
        policy: 'pause',
        decoding: { format: 'atis40' },
      },
    });
    await camera.connect();
    const bytes = Uint8Array.from(
      { length: 5000 },
      (_, i) => [i % 30, (7 * i) % 30, 0x80, i >> 8, i & 255][i % 5]!,
    );
    await camera.startSegment({ name: 'a.bin', label: null });
    for (let at = 0; at < bytes.length; at += 501) {
      await camera.sendBytes(bytes.subarray(at, at + 501));
      if (at === 2004) wire.cut();
    }
    await camera.end();
    const session = new DecisionSession(own, {
      decoding: { format: 'atis40', geometry: { width: 34, height: 34 } },
    });
    const expected: number[][] = [];
    for await (const { accumulatedLogits } of session.decisions([bytes]))
      expected.push([...accumulatedLogits]);
    expect(logits(decisions)).toEqual(expected);
  });

  it('a recording that is too large to keep goes on as a new one; what is lost is counted', async () => {
    const wire = new Wire(port(await serve(LONG)));
    const { camera, decisions, states } = cameraAt(await wire.listen(), { resendBytes: 13 * 1000 });
    await camera.connect();
    const events = randomEvents(6000, 8);
    await camera.startSegment({ name: 'long', label: null });
    await camera.sendEvents(sliceBatch(events, 0, 3000));
    await eventually(() => expect(decisions.length).toBeGreaterThan(0));
    wire.cut();
    await eventually(() => expect(states.at(-1)).toMatchObject({ losses: 1, status: 'open' }));
    await eventually(() => expect(states.at(-1)!.lostEvents).toBeGreaterThan(0));
    const { lostEvents } = states.at(-1)!;
    const before = decisions.length;
    await camera.sendEvents(sliceBatch(events, 3000, 6000));
    await camera.end();
    expect(lostEvents).toBeGreaterThan(0);
    expect(lostEvents).toBeLessThan(3000);
    expect(logits(decisions.slice(before))).toEqual(await offline(sliceBatch(events, 3000, 6000)));
    expect(decisions.at(-1)!.segment?.name).toBe('long');
  });
});

describe('what is not tried again', () => {
  it('a first connection that does not come about', async () => {
    const { camera, states } = cameraAt('ws://127.0.0.1:9/ingest');
    await expect(camera.connect()).rejects.toThrow(ProtocolError);
    expect(states.at(-1)!.status).toBe('closed');
  });

  it('what the server refuses', async () => {
    const wire = new Wire(port(await serve(LONG)));
    const { camera, ...told } = cameraAt(await wire.listen());
    await camera.connect();
    const outside = batchFromTuples([[0, 200, 1, 1]], { width: 256, height: 256 });
    await camera.sendEvents(outside);
    await expect(camera.end()).rejects.toThrow(/outside|sensor/i);
    expect(wire.connections).toBe(1);
    expect(told.states.at(-1)!.status).toBe('closed');
  });

  it('events that no message can hold: told, and the camera goes on', async () => {
    const wire = new Wire(port(await serve(LONG)));
    const { camera, decisions } = cameraAt(await wire.listen());
    await camera.connect();
    await expect(camera.sendEvents(batchFromTuples([[2 ** 53, 1, 1, 1]], SENSOR))).rejects.toMatchObject({
      code: 'UNENCODABLE_BATCH',
    });
    const events = randomEvents(2000, 1);
    await camera.sendEvents(events);
    wire.cut();
    await camera.end();
    expect(logits(decisions)).toEqual(await offline(events));
  });

  it('a server that stays away: it gives up after a while', async () => {
    const wire = new Wire(port(await serve(LONG)));
    const told = cameraAt(await wire.listen(), { giveUpAfterMs: 150 });
    await told.camera.connect();
    wire.up = false;
    wire.cut();
    await eventually(() => expect(told.failure).toBeInstanceOf(ConnectionError));
    await expect(told.camera.sendEvents(randomEvents(10, 1))).rejects.toThrow(ProtocolError);
    expect(told.states.at(-1)!.status).toBe('closed');
  });

  it('closing ends it at once, also while it waits', async () => {
    const wire = new Wire(port(await serve(LONG)));
    const { camera, states } = cameraAt(await wire.listen(), {
      firstBackoffMs: 600_000,
      maxBackoffMs: 600_000,
    });
    await camera.connect();
    wire.up = false;
    wire.cut();
    await eventually(() => expect(states.at(-1)!.status).toBe('waiting'));
    const sending = camera.sendEvents(randomEvents(10, 1));
    camera.close();
    await expect(sending).rejects.toThrow(ProtocolError);
    expect(states.at(-1)!.status).toBe('closed');
  });
});
