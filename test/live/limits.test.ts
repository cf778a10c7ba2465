import { lastValueFrom } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { batchFromTuples, sliceBatch } from '../../src/events/index.ts';
import { filterSpec } from '../../src/filters/index.ts';
import { createOracleEngine } from '../../src/inference/index.ts';
import {
  encodeEnd,
  encodeEvents,
  encodeRaw,
  encodeSegment,
  SUBPROTOCOL,
  ViewerClient,
  openNodeSocket,
  type LiveLimits,
  type LiveServer,
  type StatsMessage,
} from '../../src/live/index.ts';
import { camera, engine, HELLO, ingest, randomEvents, raw, serve } from '../helpers/live.ts';
import { steered } from '../helpers/steered-engine.ts';

const view = (server: LiveServer): string => `${server.url.replace('http', 'ws')}view`;

/** The status of an upgrade, 101 where it stays open. */
function status(url: string): Promise<number> {
  const socket = new WebSocket(url, [SUBPROTOCOL]);
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('open', () => resolve(101));
  });
}

/** The statistics that dashboards get of one server. */
function statistics(server: LiveServer): StatsMessage[] {
  const seen: StatsMessage[] = [];
  const viewer = new ViewerClient({ url: view(server), createSocket: openNodeSocket });
  viewer.stats$.subscribe((stats) => seen.push(stats));
  viewer.connect();
  onTestFinished(() => {
    viewer.close();
  });
  return seen;
}

describe('overload', () => {
  it.each(['drop-oldest', 'drop-newest'] as const)(
    'under %s is counted to the last event',
    async (policy) => {
      const slow = steered(engine);
      const server = await serve({ engine: slow.engine, limits: { maxQueuedSteps: 6 } });
      const seen = statistics(server);
      const client = camera(server, { policy });
      let decided = 0;
      client.decisions$.subscribe(({ events }) => (decided += events));
      await client.connect();
      const events = randomEvents(5000, 1);
      for (let at = 0; at < events.length; at += 500)
        await client.sendEvents(sliceBatch(events, at, at + 500));
      await expect.poll(() => seen.at(-1)?.events).toBe(5000);
      await expect.poll(() => seen.at(-1)?.dropped['overload']).toBeGreaterThan(0);
      // Two windows of three steps, and the rest of the one in work.
      expect(seen.at(-1)!.queue).toBe(2 * 3 + 2);
      slow.release();
      const { dropped } = await client.end();
      const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
      expect(dropped['overload']).toBeGreaterThan(2000);
      expect(decided + lost - (dropped['incomplete-window'] ?? 0)).toBeLessThanOrEqual(5000);
      expect(decided + lost).toBeGreaterThanOrEqual(5000);
    },
  );

  it('under pause the server stops reading, loses nothing, and goes on', async () => {
    const slow = steered(engine);
    const server = await serve({ engine: slow.engine, limits: { maxQueuedSteps: 4 } });
    const seen = statistics(server);
    const socket = new WebSocket(ingest(server), [SUBPROTOCOL], { perMessageDeflate: false });
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(HELLO);
    const count = 4_096;
    const messages = 100;
    const events = { ...randomEvents(count, 1), t: Float64Array.from({ length: count }, (_, i) => i >> 2) };
    const span = count >> 2;
    for (let i = 0; i < messages; i++)
      socket.send(encodeEvents(i, { ...events, t: events.t.map((t) => t + i * span) }));
    socket.send(encodeEnd(messages));
    // The rest of the window in work, and the first step of one that waits.
    await expect.poll(() => seen.at(-1)?.queue).toBeGreaterThanOrEqual(3);
    await new Promise((resolve) => setTimeout(resolve, 600));
    const stalled = seen.at(-1)!;
    expect(stalled.messages).toBeLessThan(messages / 2);
    slow.release();
    const end = await new Promise<{ events: number; dropped: object; sequenceGaps: number }>((resolve) => {
      socket.on('message', (data) => {
        const message = JSON.parse(String(data)) as { type: string };
        if (message.type === 'end') resolve(message as never);
      });
    });
    socket.close();
    expect(end).toMatchObject({ events: count * messages, sequenceGaps: 0 });
    expect(end.dropped).not.toHaveProperty('overload');
  });
});

describe('a camera that never ends a time segment, before a filter that holds them', () => {
  const { model } = engine;
  const filters = [filterSpec({ filter: 'hot-pixels', learn: 'recording' })];
  const holding = createOracleEngine({ ...model, input: { ...model.input, filters } });
  const limits = { maxOpenBytes: 16 * 26_000 };

  it.each(['drop-oldest', 'drop-newest'] as const)(
    'takes no more than its share of memory under %s, and what is left out is counted',
    async (policy) => {
      const server = await serve({ engine: holding, limits });
      const seen = statistics(server);
      const [endless, other] = ['endless', 'other'].map((name) => camera(server, { camera: name, policy }));
      await endless!.connect();
      await other!.connect();
      let decided = 0;
      other!.decisions$.subscribe(({ events }) => (decided += events));
      await other!.sendEvents(randomEvents(900, 2));
      for (let i = 0; i < 40; i++) await endless!.sendEvents(randomEvents(1000, i, 20_000 * i));
      const stats = (): StatsMessage | undefined => seen.findLast(({ camera: of }) => of === 'endless');
      await expect.poll(() => stats()?.events).toBe(40_000);
      // 2,000 events are its share: each third thousand goes with the two before.
      expect(stats()!.dropped['overload']).toBe(39_000);
      const end = await endless!.end();
      expect(end.dropped['overload']).toBe(39_000);
      // The other camera's segment fits, and is decided when it ends.
      const { dropped } = await other!.end();
      const { 'incomplete-window': begun = 0, ...lost } = dropped;
      expect(lost).toEqual({});
      // Steps of the window that the end cuts are decided all the same.
      expect(decided).toBeLessThanOrEqual(900);
      expect(decided + begun).toBeGreaterThanOrEqual(900);
    },
  );

  it('is refused under pause, by the name of the filter, and others go on', async () => {
    const server = await serve({ engine: holding, limits });
    const endless = camera(server, { camera: 'endless' });
    await endless.connect();
    const problem = lastValueFrom(endless.decisions$).catch((error: unknown) => error);
    const sending = async (): Promise<void> => {
      for (let i = 0; i < 40; i++) await endless.sendEvents(randomEvents(1000, i, 20_000 * i));
    };
    await Promise.allSettled([sending()]);
    expect(await problem).toMatchObject({
      code: 'TOO_MANY_HELD',
      message: expect.stringMatching(/hot-pixels waits for the end of a time segment/),
    });
    const other = camera(server, { camera: 'other' });
    await other.connect();
    await other.sendEvents(randomEvents(900, 2));
    expect((await other.end()).dropped).not.toHaveProperty('overload');
  });
});

describe('limits', () => {
  it('as many cameras as there are places, and no more; one that leaves makes room', async () => {
    const server = await serve({ limits: { maxCameras: 3 } });
    const cameras = ['a', 'b', 'c'].map((name) => camera(server, { camera: name }));
    for (const one of cameras) await one.connect();
    expect(await status(ingest(server))).toBe(503);
    await cameras[1]!.end();
    await expect.poll(() => status(ingest(server))).toBe(101);
  });

  it('as many dashboards as there are places, and no more', async () => {
    const server = await serve({ limits: { maxViewers: 2 } });
    expect([await status(view(server)), await status(view(server)), await status(view(server))]).toEqual([
      101, 101, 503,
    ]);
    expect(await status(ingest(server))).toBe(101);
  });

  it('a message of the largest size is taken, one more byte is 1009', async () => {
    const server = await serve({ limits: { maxMessageBytes: 400 } });
    const hello = JSON.stringify({
      ...(JSON.parse(HELLO) as object),
      payload: 'raw',
      decoding: { format: 'aedat2' },
    });
    const bytes = (count: number): Uint8Array => encodeRaw(0, new Uint8Array(count - 24).fill(35));
    const taken = await raw(server, (s) => (s.send(hello), s.send(bytes(400)), s.send(Uint8Array.of(1))));
    expect(taken.messages.at(-1)).toMatchObject({ code: 'HEADER_TOO_SHORT' });
    expect((await raw(server, (s) => (s.send(hello), s.send(bytes(401))))).close).toBe(1009);
  });

  it('a camera that says nothing for too long is closed with 4408, one that does is not', async () => {
    const server = await serve({ limits: { idleTimeoutMs: 600 } });
    const busy = camera(server, { camera: 'busy' });
    await busy.connect();
    const talking = setInterval(() => void busy.sendEvents(batchFromTuples([])), 20);
    const { close } = await raw(server, (s) => s.send(HELLO));
    expect(close).toBe(4408);
    clearInterval(talking);
    await busy.sendEvents(randomEvents(10, 1));
    expect((await busy.end()).events).toBe(10);
  });

  it('a hello in time is in time', async () => {
    const server = await serve({ limits: { helloDeadlineMs: 500 } });
    const client = camera(server);
    await client.connect();
    const [outcome] = await Promise.all([
      raw(server, () => undefined),
      new Promise((resolve) => setTimeout(resolve, 700)),
    ]);
    expect((await client.end()).events).toBe(0);
    expect(outcome).toMatchObject({
      close: 4400,
      messages: [{ type: 'error', code: 'BAD_HELLO' }],
    });
  });
});

describe('what a camera may not send', () => {
  it.each([
    ['raw bytes where events were announced', encodeRaw(0, Uint8Array.of(1)), 'UNKNOWN_KIND'],
    ['a segment that is none', encodeSegment(0, { name: 5 } as never), 'BAD_SEGMENT'],
    [
      'a segment of no sensor',
      encodeSegment(0, { name: '', label: null, sensor: { width: 0, height: 1 } }),
      'BAD_SEGMENT',
    ],
    ['times that go back', swapped(), 'TIME_NOT_SORTED'],
  ])('%s: 1007', async (_what, message, code) => {
    const { close, messages } = await raw(await serve(), (s) => (s.send(HELLO), s.send(message)));
    expect(close).toBe(1007);
    expect(messages.at(-1)).toMatchObject({ type: 'error', code });
  });

  it('what comes after a fault is not looked at, and the fault is told once', async () => {
    const server = await serve();
    const seen: number[] = [];
    server.decisions$.subscribe(({ events }) => seen.push(events));
    const { messages } = await raw(server, (s) => {
      s.send(HELLO);
      s.send(Uint8Array.of(1));
      s.send(Uint8Array.of(1, 2));
      for (let i = 0; i < 20; i++) s.send(encodeEvents(i, randomEvents(1000, i, i * 20_000)));
    });
    expect(messages.map(({ type }) => type)).toEqual(['welcome', 'error']);
    expect(seen).toEqual([]);
  });

  it('events outside of any sensor that the model could see: 1008', async () => {
    const server = await serve();
    const hello = JSON.stringify({ ...(JSON.parse(HELLO) as object), sensor: null });
    const far = batchFromTuples(Array.from({ length: 200 }, (_, i) => [i * 100, 500, 500, 1]));
    const { close, messages } = await raw(server, (s) => (s.send(hello), s.send(encodeEvents(0, far))));
    expect(messages.at(-1)).toMatchObject({ code: 'MOSTLY_OUTSIDE' });
    expect(close).toBe(1008);
  });
});

function swapped(): Uint8Array {
  const message = encodeEvents(
    0,
    batchFromTuples([
      [1, 1, 1, 1],
      [2, 1, 1, 1],
    ]),
  );
  message[24] = 9;
  return message;
}

describe('faults of the server', () => {
  it('an engine that fails: 1011, the log says why, the camera does not; others go on', async () => {
    const slow = steered(engine);
    const errors: object[] = [];
    const logger = { info: vi.fn(), warn: vi.fn(), error: (fields: object) => void errors.push(fields) };
    const server = await serve({ engine: slow.engine, logger });
    const client = camera(server);
    client.decisions$.subscribe({ error: () => undefined });
    await client.connect();
    await client.sendEvents(randomEvents(1000, 1));
    const end = client.end();
    slow.fail(new Error('secret detail'));
    await expect(end).rejects.toMatchObject({ code: 'SERVER_ERROR' });
    await expect(end).rejects.not.toMatchObject({ message: expect.stringContaining('secret') as string });
    expect(errors).toMatchObject([{ error: { message: 'secret detail' } }]);
    const next = camera(server);
    await next.connect();
    expect((await next.end()).events).toBe(0);
  });

  it('closes with 1011', async () => {
    const slow = steered(engine);
    slow.fail(new Error('broken'));
    const { close, messages } = await raw(await serve({ engine: slow.engine }), (s) => {
      s.send(HELLO);
      s.send(encodeEvents(0, randomEvents(1000, 1)));
    });
    expect(close).toBe(1011);
    expect(messages.at(-1)).toMatchObject({ code: 'SERVER_ERROR' });
  });
});

describe('shutting down', () => {
  it('says 1001 to cameras, also to one that it had paused, and 503 to newcomers', async () => {
    const slow = steered(engine);
    const limits: Partial<LiveLimits> = { maxQueuedSteps: 2, closeTimeoutMs: 5_000 };
    const server = await serve({ engine: slow.engine, limits });
    const outcome = raw(server, (s) => (s.send(HELLO), s.send(encodeEvents(0, randomEvents(5000, 1)))));
    const quiet = raw(server, (s) => s.send(HELLO.replace('raw', 'quiet')));
    await expect.poll(() => slow.waiting()).toBe(1);
    const started = performance.now();
    const closed = server.close();
    expect((await outcome).close).toBe(1001);
    expect((await quiet).close).toBe(1001);
    await closed;
    expect(performance.now() - started).toBeLessThan(4_000);
    slow.release();
    await server.close();
  });
});

describe('statistics', () => {
  it('count events by polarity, messages, gaps and losses, and forget rates, not totals', async () => {
    const server = await serve();
    const seen = statistics(server);
    const socket = new WebSocket(ingest(server), [SUBPROTOCOL]);
    await new Promise((resolve) => socket.once('open', resolve));
    await expect.poll(() => seen.length).toBe(0);
    socket.send(HELLO);
    await expect.poll(() => seen.length).toBeGreaterThan(1);
    const on = batchFromTuples(Array.from({ length: 300 }, (_, i) => [i, 1, 1, i % 3 === 0 ? 0 : 1]));
    socket.send(encodeEvents(0, on));
    socket.send(encodeEvents(4, batchFromTuples([[9_000, 1, 1, 1]])));
    await expect.poll(() => seen.at(-1)?.events).toBe(301);
    const first = seen.find(({ events }) => events === 301)!;
    expect(first).toMatchObject({ camera: 'raw', messages: 2, sequenceGaps: 3 });
    expect(first.onPerSecond / first.offPerSecond).toBeCloseTo(201 / 100, 5);
    expect(first.onPerSecond).toBeGreaterThan(201 / 2);
    await expect.poll(() => seen.at(-1)?.onPerSecond).toBe(0);
    expect(seen.at(-1)).toMatchObject({ events: 301, offPerSecond: 0 });
    expect(seen.at(-1)!.latencyMs.p50).toBeGreaterThan(0);
    expect(seen.at(-1)!.latencyMs.p99).toBeGreaterThanOrEqual(seen.at(-1)!.latencyMs.p50);
    socket.close();
  });
});
