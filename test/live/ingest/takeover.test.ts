import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  encodeEnd,
  encodeEvents,
  openNodeSocket,
  SUBPROTOCOL,
  type CameraReply,
  type LiveServer,
} from '../../../src/live/index.ts';
import { camera, engine, HELLO, ingest, randomEvents, serve } from '../../helpers/live.ts';
import { steered } from '../../helpers/steered-engine.ts';

const proxies: Link[] = [];
afterEach(() => {
  for (const proxy of proxies.splice(0)) proxy.close();
});

/** A way to the server that can be cut without either side being told. */
class Link {
  readonly #server: net.Server;
  readonly #sockets: net.Socket[] = [];
  #cut = false;

  constructor(target: LiveServer) {
    const { port } = new URL(target.url);
    this.#server = net.createServer((near) => {
      const far = net.connect(Number(port), '127.0.0.1');
      this.#sockets.push(near, far);
      near.on('data', (data) => this.#cut || far.write(data)).on('error', () => undefined);
      far.on('data', (data) => this.#cut || near.write(data)).on('error', () => undefined);
    });
    proxies.push(this);
  }

  async url(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `ws://127.0.0.1:${(this.#server.address() as net.AddressInfo).port}/ingest`;
  }

  cut(): void {
    this.#cut = true;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

/** A bare socket that says hello, with its first reply. */
async function greeted(
  server: LiveServer,
  hello: object,
): Promise<{ socket: WebSocket; reply: CameraReply }> {
  const socket = new WebSocket(ingest(server), [SUBPROTOCOL]);
  socket.on('open', () => socket.send(JSON.stringify({ ...(JSON.parse(HELLO) as object), ...hello })));
  socket.on('error', () => undefined);
  const reply = await new Promise<CameraReply>((resolve) =>
    socket.once('message', (data) => resolve(JSON.parse(String(data)) as CameraReply)),
  );
  return { socket, reply };
}

describe('a camera that comes back under its name (field case halfopen-name)', () => {
  it('is let in at once when it knows the session, as CameraClient does, though the old link only looks alive', async () => {
    const server = await serve({ limits: { takeoverMs: 60_000 } });
    const link = new Link(server);
    let url = await link.url();
    const client = camera(server, {}, { createSocket: (_, protocols) => openNodeSocket(url, protocols) });
    client.decisions$.subscribe({ error: () => undefined });
    await client.connect();
    await client.sendEvents(randomEvents(100, 1));
    link.cut();
    url = ingest(server);
    await client.connect();
    await client.sendEvents(randomEvents(70, 2));
    expect((await client.end()).events).toBe(70);
  });

  it('without a session is let in when the old link gives no sign of life in time', async () => {
    const server = await serve({ limits: { takeoverMs: 100 } });
    const link = new Link(server);
    const old = camera(server, {}, { url: await link.url() });
    old.decisions$.subscribe({ error: () => undefined });
    await old.connect();
    link.cut();
    const client = camera(server);
    const started = performance.now();
    await client.connect();
    expect(performance.now() - started).toBeGreaterThan(90);
    await client.sendEvents(randomEvents(30, 2));
    expect((await client.end()).events).toBe(30);
  });

  it('another camera with the name of one that is alive is refused with 4409, sooner than that', async () => {
    const server = await serve({ limits: { takeoverMs: 60_000 } });
    const first = camera(server, { camera: 'raw' });
    await first.connect();
    const { socket, reply } = await greeted(server, { session: 'wrong' });
    expect(reply).toMatchObject({ type: 'error', code: 'CAMERA_TAKEN' });
    expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(4409);
    await first.sendEvents(randomEvents(40, 2));
    expect((await first.end()).events).toBe(40);
  });

  it('of two that ask for a name at a time one gets it', async () => {
    const server = await serve({ limits: { takeoverMs: 100 } });
    const link = new Link(server);
    const old = camera(server, {}, { url: await link.url() });
    old.decisions$.subscribe({ error: () => undefined });
    await old.connect();
    link.cut();
    const results = await Promise.allSettled([camera(server).connect(), camera(server).connect()]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('one that waits for its name when the server ends is not said to have a name that is taken', async () => {
    const lines: string[] = [];
    const say = (_: object, message: string): void => void lines.push(message);
    const server = await serve({
      limits: { takeoverMs: 300 },
      logger: { info: say, warn: say, error: say },
    });
    const link = new Link(server);
    const old = camera(server, {}, { url: await link.url() });
    old.decisions$.subscribe({ error: () => undefined });
    await old.connect();
    link.cut();
    const newcomer = new WebSocket(ingest(server), [SUBPROTOCOL]);
    await new Promise((resolve) => newcomer.once('open', resolve));
    newcomer.send(HELLO);
    const left = new Promise((resolve) => newcomer.once('close', resolve));
    await server.close();
    await left;
    // Until the old link has not answered.
    await delay(400);
    expect(lines).toContain('camera disconnected');
    expect(lines).not.toContain('camera refused');
  });

  it('what it sends before it is welcome is taken when it is', async () => {
    const server = await serve({ limits: { takeoverMs: 100 } });
    const link = new Link(server);
    const old = camera(server, { camera: 'raw' }, { url: await link.url() });
    old.decisions$.subscribe({ error: () => undefined });
    await old.connect();
    link.cut();
    const socket = new WebSocket(ingest(server), [SUBPROTOCOL]);
    socket.on('open', () => {
      socket.send(HELLO);
      for (let seq = 0; seq < 5; seq++) socket.send(encodeEvents(seq, randomEvents(10, seq, 1000 * seq)));
      socket.send(encodeEnd(5));
    });
    const replies: CameraReply[] = [];
    const ended = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        replies.push(JSON.parse(String(data)) as CameraReply);
        if (replies.at(-1)?.type === 'end') resolve();
      });
    });
    await ended;
    socket.close();
    expect(replies[0]).toMatchObject({ type: 'welcome' });
    expect(replies.at(-1)).toMatchObject({ events: 50, sequenceGaps: 0 });
  });

  it('a connection that the server paused counts as alive', async () => {
    const slow = steered(engine);
    const server = await serve({ engine: slow.engine, limits: { takeoverMs: 50, maxQueuedSteps: 2 } });
    const busy = camera(server);
    await busy.connect();
    await busy.sendEvents(randomEvents(20_000, 1));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(camera(server).connect()).rejects.toMatchObject({ code: 'CAMERA_TAKEN' });
    slow.release();
    expect((await busy.end()).events).toBe(20_000);
  });

  it('where all places are taken, the dead connection makes room soon', async () => {
    const server = await serve({ limits: { takeoverMs: 400, maxCameras: 2 } });
    const link = new Link(server);
    const old = camera(server, {}, { url: await link.url() });
    old.decisions$.subscribe({ error: () => undefined });
    await old.connect();
    const healthy = camera(server, { camera: 'healthy' });
    await healthy.connect();
    link.cut();
    await expect(camera(server).connect()).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
    await new Promise((resolve) => setTimeout(resolve, 900));
    await camera(server).connect();
    expect((await healthy.end()).events).toBe(0);
  });
});

describe('heartbeat', () => {
  it('ends cameras that vanished, keeps those that answer and those that are paused', async () => {
    const slow = steered(engine);
    const server = await serve({
      engine: slow.engine,
      limits: { heartbeatMs: 400, maxQueuedSteps: 2, takeoverMs: 60_000 },
    });
    const link = new Link(server);
    const lost = camera(server, { camera: 'lost' }, { url: await link.url() });
    let failure: unknown;
    lost.decisions$.subscribe({ error: (error: unknown) => (failure = error) });
    await lost.connect();
    const quiet = camera(server, { camera: 'quiet' });
    await quiet.connect();
    const busy = camera(server, { camera: 'busy' });
    await busy.connect();
    await busy.sendEvents(randomEvents(5000, 1));
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(failure).toBeUndefined();
    link.cut();
    // Its name is free again, without anybody asking whether it lives.
    await expect
      .poll(() => greeted(server, { camera: 'lost' }).then(({ reply }) => reply.type))
      .toBe('welcome');
    slow.release();
    expect((await busy.end()).events).toBe(5000);
    expect((await quiet.end()).events).toBe(0);
  });
});
