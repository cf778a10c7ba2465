import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { batchFromTuples, concatBatches, sliceBatch, type EventBatch } from '../../../src/events/index.ts';
import { Aedat2Encoder } from '../../../src/formats/index.ts';
import {
  CameraClient,
  CameraMessageDecoder,
  openNodeSocket,
  ProtocolError,
  SUBPROTOCOL,
  type CameraMessageBody,
  type ClientSocket,
  type DecisionMessage,
  type SocketEvent,
} from '../../../src/live/index.ts';
import { camera, randomEvents, SENSOR, serve } from '../../helpers/live.ts';

/** How a stream of decisions went. */
function watch(client: CameraClient): { count: number; error?: unknown; completed: boolean } {
  const seen: { count: number; error?: unknown; completed: boolean } = { count: 0, completed: false };
  client.decisions$.subscribe({
    next: () => seen.count++,
    error: (error: unknown) => (seen.error = error),
    complete: () => (seen.completed = true),
  });
  return seen;
}

/** A socket without a network: what was sent is decoded as the server would. */
class FakeSocket implements ClientSocket {
  binaryType = '';
  readyState = 1;
  bufferedAmount = 0;
  closed = false;
  readonly received: CameraMessageBody[] = [];
  readonly sizes: number[] = [];
  readonly hellos: Record<string, unknown>[] = [];
  readonly #decoder = new CameraMessageDecoder(null);
  readonly #listeners = new Map<string, ((event: SocketEvent) => void)[]>();

  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (typeof data === 'string') this.hellos.push(JSON.parse(data) as Record<string, unknown>);
    else {
      this.sizes.push(data.length);
      this.received.push(this.#decoder.push(data));
    }
  }

  close(): void {
    this.closed = true;
  }

  addEventListener(type: string, listener: (event: SocketEvent) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  emit(type: string, event: SocketEvent = {}): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }

  say(message: object): void {
    this.emit('message', { data: JSON.stringify(message) });
  }

  get batches(): EventBatch[] {
    return this.received.flatMap((body) => (body.kind === 'events' ? body.batches : []));
  }
}

/** A client on a fake socket that was welcomed. */
async function connected(
  welcome: { maxMessageBytes?: number } = {},
): Promise<{ client: CameraClient; socket: FakeSocket; sockets: FakeSocket[] }> {
  const sockets: FakeSocket[] = [];
  const client = new CameraClient({
    url: 'ws://fake/ingest',
    hello: { camera: 'fake', sensor: null, payload: 'events', policy: 'pause' },
    createSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      queueMicrotask(() => {
        socket.emit('open');
        socket.say({
          type: 'welcome',
          session: `session ${sockets.length}`,
          maxMessageBytes: 2 ** 20,
          ...welcome,
        });
      });
      return socket;
    },
  });
  await client.connect();
  return { client, socket: sockets[0]!, sockets };
}

describe('large batches (field case big-batch)', () => {
  it('200,000 events arrive, in messages that the server takes', async () => {
    const server = await serve();
    const client = camera(server);
    await client.connect();
    const events = randomEvents(200_000, 5);
    await client.sendEvents({ ...events, t: events.t.map((t) => Math.floor(t / 100)) });
    expect(await client.end()).toMatchObject({ events: 200_000, sequenceGaps: 0 });
  });

  it.each([24 + 8, 24 + 8 * 3 + 7, 1000])('no message is larger than %i bytes', async (maxMessageBytes) => {
    const { client, socket } = await connected({ maxMessageBytes });
    const events = randomEvents(100, 1);
    await client.sendEvents(events);
    expect(Math.max(...socket.sizes)).toBe(24 + 8 * Math.min(100, Math.floor((maxMessageBytes - 24) / 8)));
    const arrived = concatBatches(socket.batches);
    expect([...arrived.t]).toEqual([...events.t]);
    expect([...arrived.p]).toEqual([...events.p]);
    expect(socket.received.map(({ seq }) => seq)).toEqual(socket.received.map((_, i) => i));
  });

  it('sending without a pause leaves time for other sockets and for timers', async () => {
    const { client } = await connected();
    const events = randomEvents(100, 1);
    let turned = false;
    setTimeout(() => (turned = true));
    for (let sent = 0; sent < 100_000 && !turned; sent++) await client.sendEvents(events);
    expect(turned).toBe(true);
  });

  it('raw bytes are cut too', async () => {
    const { client, socket } = await connected({ maxMessageBytes: 100 });
    const bytes = Uint8Array.from({ length: 200 }, (_, i) => i);
    await client.sendBytes(bytes);
    expect(socket.sizes).toEqual([100, 100, 24 + 48]);
    const arrived = socket.received.flatMap((body) => (body.kind === 'raw' ? [...body.bytes] : []));
    expect(arrived).toEqual([...bytes]);
  });

  it('raw bytes of any size reach a server with a small limit', async () => {
    const server = await serve({ limits: { maxMessageBytes: 512 } });
    const client = camera(server, {
      payload: 'raw',
      decoding: { format: 'aedat2', chip: 'dvs128' },
      sensor: { width: 128, height: 128 },
    });
    await client.connect();
    await client.sendBytes(
      new Aedat2Encoder({ geometry: { width: 128, height: 128 } }).push(randomEvents(900, 1)),
    );
    expect((await client.end()).events).toBe(900);
  });

  it('time that goes back, or spans more than 32 bits, goes into messages of its own', async () => {
    const { client, socket } = await connected();
    const times = [-5, 3, 2, 2 ** 32 + 2, 2 ** 33 + 10];
    await client.sendEvents(batchFromTuples(times.map((t) => [t, 1, 1, 1])));
    expect(socket.batches.map(({ t }) => [...t])).toEqual([[-5, 3], [2], [2 ** 32 + 2], [2 ** 33 + 10]]);
  });

  it('of a batch that cannot be sent, nothing is, and the stream goes on', async () => {
    const { client, socket } = await connected({ maxMessageBytes: 24 + 8 });
    await expect(
      client.sendEvents(
        batchFromTuples([
          [0, 0, 0, 1],
          [1, 0, 40_000, 1],
        ]),
      ),
    ).rejects.toMatchObject({ code: 'UNENCODABLE_BATCH' });
    expect(socket.received).toEqual([]);
    await client.sendEvents(batchFromTuples([[2, 0, 0, 1]]));
    expect(socket.received.map(({ seq }) => seq)).toEqual([0]);
  });
});

describe('clock resets', () => {
  it('are told where the segment of batches changes, and not at the first of a recording', async () => {
    const { client, socket } = await connected({ maxMessageBytes: 24 + 16 });
    const batch = (segment: number): EventBatch => ({ ...randomEvents(3, 1), segment });
    await client.sendEvents(batch(4));
    await client.sendEvents(batch(4));
    await client.sendEvents(batch(5));
    await client.sendEvents(batch(0));
    expect(socket.batches.map(({ segment }) => segment)).toEqual([0, 0, 0, 0, 1, 1, 2, 2]);
    await client.startSegment({ name: 'next', label: null });
    await client.sendEvents(batch(3));
    expect(socket.batches.slice(-2).map(({ segment }) => segment)).toEqual([0, 0]);
  });
});

describe('order', () => {
  it('is that of the calls, also of those that were not waited for', async () => {
    const { client, socket } = await connected();
    socket.bufferedAmount = 2 ** 21;
    const first = client.sendEvents(randomEvents(1, 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(socket.received).toEqual([]);
    socket.bufferedAmount = 0;
    const second = client.sendEvents(randomEvents(2, 2));
    await Promise.all([first, second]);
    expect(socket.received.map(({ seq }) => seq)).toEqual([0, 1]);
    expect(socket.batches.map(({ length }) => length)).toEqual([1, 2]);
  });

  it('a batch may be used again when it was sent', async () => {
    const { client, socket } = await connected();
    const batch = randomEvents(5, 1);
    const times = [...batch.t];
    const sent = client.sendEvents(batch);
    batch.t.fill(9);
    await sent;
    expect([...socket.batches[0]!.t]).toEqual(times);
  });
});

describe('what the server refuses (field cases decisions-error, stream-error-hang)', () => {
  it('errors decisions$, rejects what is sent after it and end(), and closes', async () => {
    const server = await serve();
    const client = camera(server);
    const seen = watch(client);
    await client.connect();
    await client.sendEvents(randomEvents(500, 1));
    await client.sendEvents(
      batchFromTuples([
        [9_000_000, 3, 3, 1],
        [9_000_001, 200, 200, 1],
      ]),
    );
    await expect.poll(() => seen.error).toMatchObject({ code: 'OUTSIDE_SENSOR' });
    expect(seen.completed).toBe(false);
    expect(seen.count, 'events before the fault are classified').toBeGreaterThan(0);
    await expect(client.sendEvents(randomEvents(1, 1))).rejects.toMatchObject({ code: 'OUTSIDE_SENSOR' });
    await expect(client.end()).rejects.toMatchObject({ code: 'OUTSIDE_SENSOR' });
    const next = camera(server);
    await next.connect();
    expect((await next.end()).events).toBe(0);
  });

  it('decisions$ completes at a normal end, and when it is closed on this side', async () => {
    const server = await serve();
    const client = camera(server);
    const seen = watch(client);
    await client.connect();
    await client.sendEvents(randomEvents(10, 1));
    await client.end();
    expect(seen).toMatchObject({ completed: true });
    await expect(client.sendEvents(randomEvents(1, 1))).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
    const other = camera(server);
    const closed = watch(other);
    await other.connect();
    other.close();
    expect(closed).toMatchObject({ completed: true });
    await expect(other.end()).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
  });

  it('an end that is under way rejects when the connection is lost', async () => {
    const { client, socket } = await connected();
    const seen = watch(client);
    const end = client.end();
    await expect.poll(() => socket.received.length).toBe(1);
    socket.emit('close', { code: 1006, reason: '' });
    await expect(end).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
    expect(seen.error).toMatchObject({ message: expect.stringContaining('1006') as string });
    expect(socket.closed).toBe(true);
  });

  it('a send that waits for room rejects when the connection is lost', async () => {
    const { client, socket } = await connected();
    watch(client);
    socket.bufferedAmount = 2 ** 21;
    const sent = client.sendEvents(randomEvents(1, 1));
    socket.say({ type: 'error', code: 'SOMETHING', message: 'No.' });
    await expect(sent).rejects.toMatchObject({ code: 'SOMETHING', message: 'No.' });
  });

  it('nothing is unhandled where nobody waits', async () => {
    const { client, socket } = await connected();
    watch(client);
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    socket.emit('error', { message: 'cable cut' });
    socket.emit('close', { code: 1006 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    await expect(client.end()).rejects.toMatchObject({
      message: expect.stringContaining('cable cut') as string,
    });
  });
});

describe('connecting', () => {
  const hello = { camera: 'c', sensor: SENSOR, payload: 'events', policy: 'pause' } as const;

  it('fails where nobody listens, nobody answers, or the answer is none', async () => {
    const refused = new CameraClient({ url: 'ws://127.0.0.1:1/ingest', hello, createSocket: openNodeSocket });
    await expect(refused.connect()).rejects.toBeInstanceOf(ProtocolError);
    const silent = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => SUBPROTOCOL });
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };
    const url = `ws://127.0.0.1:${port}/ingest`;
    const waiting = new CameraClient({ url, hello, createSocket: openNodeSocket, connectTimeoutMs: 30 });
    await expect(waiting.connect()).rejects.toMatchObject({
      code: 'NOT_CONNECTED',
      message: expect.stringContaining('30 ms') as string,
    });
    silent.on('connection', (socket) => socket.send('hi'));
    const odd = new CameraClient({ url, hello, createSocket: openNodeSocket });
    await expect(odd.connect()).rejects.toMatchObject({ code: 'BAD_JSON' });
    await new Promise((resolve) => silent.close(resolve));
  });

  it('before it nothing can be sent', async () => {
    const client = new CameraClient({ url: 'ws://x', hello, createSocket: () => new FakeSocket() });
    await expect(client.sendEvents(randomEvents(1, 1))).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
    await expect(client.end()).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
    client.close();
  });

  it('again gives another stream of decisions, and says the session', async () => {
    const { client, sockets } = await connected();
    const first = watch(client);
    expect(sockets[0]!.hellos[0]).not.toHaveProperty('session');
    sockets[0]!.emit('close', { code: 1006 });
    expect(first.error).toBeInstanceOf(ProtocolError);
    await client.connect();
    expect(sockets[1]!.hellos[0]).toMatchObject({ type: 'hello', session: 'session 1' });
    const decisions: Partial<DecisionMessage>[] = [];
    client.decisions$.subscribe((decision) => decisions.push(decision));
    sockets[1]!.say({ type: 'decision', label: 'x' });
    expect(decisions).toMatchObject([{ label: 'x' }]);
    await client.sendEvents(sliceBatch(randomEvents(3, 1), 0, 1));
    expect(sockets[1]!.received.map(({ seq }) => seq)).toEqual([0]);
  });
});
