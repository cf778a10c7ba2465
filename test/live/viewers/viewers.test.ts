import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { batchFromTuples, type EventBatch } from '../../../src/events/index.ts';
import { DisplayAccumulator } from '../../../src/live/camera/display-accumulator.ts';
import { LatencyWindow } from '../../../src/live/camera/latency-window.ts';
import {
  openNodeSocket,
  SUBPROTOCOL,
  ViewerClient,
  type CameraMessage,
  type DisplayFrame,
  type LiveServer,
} from '../../../src/live/index.ts';
import { camera, randomEvents, SENSOR, serve } from '../../helpers/live.ts';

function viewer(server: LiveServer): ViewerClient {
  const client = new ViewerClient({
    url: `${server.url.replace('http', 'ws')}view`,
    createSocket: openNodeSocket,
    maxBackoffMs: 20,
  });
  onTestFinished(() => {
    client.close();
  });
  return client;
}

describe('a dashboard', () => {
  it('that comes later is told of cameras that are there, and of their recordings', async () => {
    const server = await serve();
    const client = camera(server, { camera: 'early' });
    await client.connect();
    await client.startSegment({ name: 'clip', label: '2', sensor: SENSOR });
    await client.sendEvents(randomEvents(100, 1));
    const seen: CameraMessage[] = [];
    const late = viewer(server);
    late.cameras$.subscribe((message) => seen.push(message));
    late.connect();
    await expect
      .poll(() => seen)
      .toContainEqual({
        type: 'camera',
        camera: 'early',
        connected: true,
        segment: { name: 'clip', label: '2', sensor: SENSOR },
      });
    client.close();
    await expect.poll(() => seen.at(-1)).toMatchObject({ camera: 'early', connected: false });
  });

  it('sees no camera leave that was replaced by itself', async () => {
    const server = await serve();
    const seen: CameraMessage[] = [];
    const watching = viewer(server);
    watching.cameras$.subscribe((message) => seen.push(message));
    watching.connect();
    const client = camera(server);
    client.decisions$.subscribe({ error: () => undefined });
    await client.connect();
    await expect.poll(() => seen.length).toBe(1);
    const { session } = await sessionOf(server, 'other');
    await camera(server, { camera: 'other', session }).connect();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen.map(({ camera: name, connected }) => `${name} ${connected}`)).toEqual([
      'test true',
      'other true',
      'other true',
    ]);
  });

  it('is shown events of the size that their sensor has, at most once', async () => {
    const server = await serve();
    const frames: DisplayFrame[] = [];
    const watching = viewer(server);
    watching.frames$.subscribe((frame) => frames.push(frame));
    watching.connect();
    await expect.poll(async () => (await fetch(`${server.url}healthz`)).status).toBe(200);
    const client = camera(server, { sensor: null });
    await client.connect();
    await client.startSegment({ name: 'wide', label: null, sensor: { width: 20, height: 10 } });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await client.sendEvents(
      batchFromTuples([
        [-5, 19, 9, 1],
        [7, 19, 9, 1],
        [8, 0, 0, 0],
      ]),
    );
    await expect.poll(() => frames.length).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(frames).toHaveLength(1);
    const [{ geometry, on, off, tMicros }] = frames as [DisplayFrame];
    expect({ geometry, tMicros }).toEqual({ geometry: { width: 20, height: 10 }, tMicros: 8 });
    expect([on[199], off[0], on[0], off[199]]).toEqual([2, 1, 0, 0]);
  });

  it('comes back by itself, and not after it was closed', async () => {
    const server = await serve();
    const statuses: string[] = [];
    const following = viewer(server);
    following.connection$.subscribe(({ status }) => statuses.push(status));
    following.connect();
    await expect.poll(() => statuses.at(-1)).toBe('open');
    const { port } = new URL(server.url);
    await server.close();
    await expect.poll(() => statuses.filter((status) => status === 'connecting').length).toBeGreaterThan(1);
    await serve({ port: Number(port) });
    await expect.poll(() => statuses.at(-1)).toBe('open');
    following.close();
    await expect.poll(() => statuses.at(-1)).toBe('closed');
    const count = statuses.length;
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(statuses).toHaveLength(count);
  });
});

describe('a server of another kind', () => {
  it('is left, and tried again later', async () => {
    const odd = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => SUBPROTOCOL });
    await new Promise((resolve) => odd.once('listening', resolve));
    let visits = 0;
    odd.on('connection', (socket) => {
      visits++;
      socket.send(visits % 2 === 0 ? Uint8Array.of(1, 2, 3) : 'hello there');
    });
    const client = new ViewerClient({
      url: `ws://127.0.0.1:${(odd.address() as AddressInfo).port}`,
      createSocket: openNodeSocket,
      maxBackoffMs: 10,
    });
    client.connect();
    await expect.poll(() => visits).toBeGreaterThan(2);
    client.close();
    for (const socket of odd.clients) socket.terminate();
    await new Promise((resolve) => odd.close(resolve));
  });
});

/** The welcome of a connection that stands. */
async function sessionOf(server: LiveServer, name: string): Promise<{ session: string }> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}ingest`, [SUBPROTOCOL]);
  socket.on('error', () => undefined);
  socket.on('open', () => {
    socket.send(
      JSON.stringify({ type: 'hello', camera: name, sensor: SENSOR, payload: 'events', policy: 'pause' }),
    );
  });
  return new Promise((resolve) =>
    socket.once('message', (data) => resolve(JSON.parse(String(data)) as { session: string })),
  );
}

describe('the picture', () => {
  const push = (display: DisplayAccumulator, events: EventBatch, width = 4, height = 2): void => {
    display.push(events, { width, height });
  };

  it('counts per pixel and polarity up to 255, leaves out what is outside, and begins anew', () => {
    const display = new DisplayAccumulator();
    expect(display.take()).toBeNull();
    push(display, batchFromTuples(Array.from({ length: 300 }, (_, i) => [i, 3, 1, 1])));
    push(
      display,
      batchFromTuples([
        [400, 0, 0, 0],
        [401, 4, 0, 1],
        [402, 0, 2, 1],
      ]),
    );
    const frame = display.take()!;
    expect([...frame.on]).toEqual([0, 0, 0, 0, 0, 0, 0, 255]);
    expect([...frame.off]).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
    expect(frame.tMicros).toBe(402);
    expect(display.take()).toBeNull();
    push(display, batchFromTuples([[500, 0, 0, 1]]));
    expect([...display.take()!.on]).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('of another sensor is another', () => {
    const display = new DisplayAccumulator();
    push(display, batchFromTuples([[1, 0, 0, 1]]));
    push(display, batchFromTuples([[2, 0, 0, 1]]), 2, 4);
    const frame = display.take()!;
    expect(frame.geometry).toEqual({ width: 2, height: 4 });
    expect([...frame.on]).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('the picture of a large sensor', () => {
  it.each([
    [1280, 720, { width: 320, height: 180 }],
    [256, 256, { width: 256, height: 256 }],
    [257, 256, { width: 129, height: 128 }],
    [65_535, 32_768, { width: 361, height: 181 }],
  ])('of %ix%i pixels is smaller by a whole number', (width, height, geometry) => {
    const display = new DisplayAccumulator();
    display.push(
      batchFromTuples([
        [1, 0, 0, 1],
        [2, width - 1, height - 1, 0],
        [3, width, 0, 0],
      ]),
      { width, height },
    );
    const frame = display.take()!;
    expect(frame).toMatchObject({ geometry, sensor: { width, height } });
    expect(frame.on.length).toBe(geometry.width * geometry.height);
    expect([frame.on[0], frame.off.at(-1)]).toEqual([1, 1]);
    expect(frame.off.reduce((sum, count) => sum + count)).toBe(1);
  });

  it('has every event of a square in its pixel', () => {
    const display = new DisplayAccumulator(6);
    const corners = [0, 1, 2, 3, 4].flatMap((x) => [0, 1, 2].map((y) => [x + y, x, y, 1] as const));
    display.push(batchFromTuples(corners), { width: 5, height: 3 });
    const { geometry, on } = display.take()!;
    expect(geometry).toEqual({ width: 3, height: 2 });
    expect([...on]).toEqual([4, 4, 2, 2, 2, 1]);
  });
});

describe('the latency window', () => {
  it('holds the most recent values', () => {
    const window = new LatencyWindow(4);
    expect(window.summary()).toEqual({ last: 0, p50: 0, p99: 0 });
    for (const value of [100, 1, 2, 3, 4]) window.add(value);
    expect(window.summary()).toEqual({ last: 4, p50: 2, p99: 4 });
    window.add(9);
    expect(window.summary()).toEqual({ last: 9, p50: 3, p99: 9 });
  });
});
