import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/events/index.ts';
import { createEncoder } from '../../../src/formats/index.ts';
import { canonicalText, chunksOf } from '../../helpers/decode.ts';
import { connected, senders, sendStream } from '../../helpers/network-senders.ts';
import { encodeAll } from '../../helpers/round-trip.ts';
import { connectTo, eventually, sensorEvents, source } from '../../helpers/sources.ts';

const streamOf = (form: string): ((events: ReturnType<typeof sensorEvents>) => Uint8Array) =>
  senders.find((sender) => sender.form === form)!.stream!;
const evt3 = streamOf('tcp/evt3');

describe('a port that senders connect to', () => {
  it('a sender that comes again begins a stream of its own', async () => {
    const { source: opened, sink } = await source('tcp/evt3');
    const events = [sensorEvents(500, 1), sensorEvents(600, 2)];
    for (const batch of events) await sendStream(opened.port, [evt3(batch)]);
    await eventually(() => expect(sink.streams.filter(({ over }) => over).length).toBe(2));
    expect(events.map(canonicalText)).toEqual([0, 1].map((i) => canonicalText(sink.of(i))));
    expect(sink.streams.map(({ name }) => name)).toEqual(['tcp:0/evt3 #1', 'tcp:0/evt3 #2']);
  });

  it('a second sender is refused while the first one sends; both are told apart', async () => {
    const { source: opened, sink } = await source('tcp/evt3', { senderHoldMs: 60_000, lookMs: 50 });
    const first = await connected(opened.port);
    const bytes = evt3(sensorEvents(500, 1));
    first.write(bytes.subarray(0, 600));
    await eventually(() => expect(opened.account.messages).toBeGreaterThan(0));
    const second = await connected(opened.port);
    second.on('error', () => undefined);
    const gone = new Promise((resolve) => second.once('close', resolve));
    await gone;
    expect(opened.advice).toContain('second sender');
    first.end(bytes.subarray(600));
    await eventually(() => expect(sink.streams[0]?.over).toBe(true));
    expect(sink.of().length).toBe(500);
    expect(sink.streams.length).toBe(1);
    expect(opened.account.dropped).toEqual({ 'refused-connections': 1 });
  });

  it('a sender that has been silent for long gives way', async () => {
    const { source: opened, sink } = await source('tcp/evt3', { senderHoldMs: 1 });
    const first = await connected(opened.port);
    first.on('error', () => undefined);
    first.write(evt3(sensorEvents(500, 1)));
    await eventually(() => expect(opened.account.events).toBeGreaterThan(0));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await sendStream(opened.port, [evt3(sensorEvents(300, 2))]);
    await eventually(() => expect(sink.streams.map(({ over }) => over)).toEqual([true, true]));
    expect(sink.of(1).length).toBe(300);
    first.destroy();
  });

  it('silence is spoken of, by what is missing', async () => {
    const { source: opened } = await source('tcp/dv', { quietMs: 30 });
    await eventually(() => expect(opened.advice).toContain('nobody has connected to tcp:0/dv'));
    const sender = await connected(opened.port);
    await eventually(() => expect(opened.advice).toContain('has sent nothing'));
    sender.write(streamOf('tcp/dv')(sensorEvents(600, 1)));
    await eventually(() => expect(opened.advice).toContain('is silent'));
    sender.end();
    await eventually(() => expect(opened.advice).toMatch(/left \d+ s ago: does DV's network output/));
  });

  it('an address that is not allowed is refused', async () => {
    const { source: opened } = await source('tcp/evt3?allow=10.0.0.1');
    await sendStream(opened.port, [evt3(sensorEvents(10, 1))]);
    await eventually(() => expect(opened.advice).toContain('allow'));
    expect(opened.account).toMatchObject({ events: 0, dropped: { 'refused-connections': 1 } });
  });
});

describe('bytes that are something else', () => {
  const events = sensorEvents(2000, 5);
  it.each([
    ['tcp/evt3', encodeAll(createEncoder('aedat4'), events), 'AEDAT 4', 'use /aedat4'],
    ['tcp/evt3', encodeAll(createEncoder('evt2'), events), 'EVT2', 'use /evt2'],
    ['tcp/dv', evt3(events), 'EVT3', 'use /evt3'],
    ['tcp/dv', encodeAll(createEncoder('aedat4'), events), 'AEDAT 4', 'use /aedat4'],
    ['tcp/jaer', streamOf('tcp/dv')(events), "DV's network stream", 'use /dv'],
    ['tcp/jaer', streamOf('tcp/caer?sensor=128x128')(events), "cAER's network stream", 'use /caer'],
    ['tcp/aedat4', streamOf('tcp/dv')(events), "DV's network stream", 'use /dv'],
    [
      'tcp/evt3',
      new TextEncoder().encode('GET /view HTTP/1.1\r\nHost: a\r\n\r\n'),
      'HTTP',
      'send the events',
    ],
    ['tcp/evt3', Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 9), 'TLS', 'send the events'],
    ['tcp/caer', Uint8Array.from({ length: 100 }, (_, i) => i), 'cAER', 'is not cAER TCP'],
  ] as const)('%s: %#', async (form, bytes, name, advice) => {
    const { source: opened, sink } = await source(form, { quietMs: 60_000 });
    await sendStream(opened.port, [bytes]);
    await eventually(() => expect(opened.advice).toContain(name));
    expect(opened.advice).toContain(advice);
    expect(opened.account.events).toBe(0);
    // The next sender does better.
    const good = streamOf(senders.find((sender) => sender.form.startsWith(form))!.form)(events);
    if (form === 'tcp/caer') return;
    await sendStream(opened.port, chunksOf(good, [1000]));
    await eventually(() => expect(opened.account.events).toBe(events.length));
    expect(opened.advice).toBeNull();
    expect(canonicalText(sink.of(sink.streams.length - 1))).toBe(canonicalText(events));
  });

  it('any garbage ends in its own connection', async () => {
    const random = new SeededRandom(3);
    for (const form of [
      'tcp/jaer',
      'tcp/caer',
      'tcp/dv',
      'tcp/evt3',
      'tcp/evt2',
      'tcp/aedat4',
      'tcp/es',
      'tcp/csv',
    ]) {
      const { source: opened, sink } = await source(form);
      const good = senders.find((sender) => sender.form.startsWith(form))?.stream?.(events);
      for (let i = 0; i < 8; i++) {
        const junk = Uint8Array.from({ length: random.integer(5000) }, () => random.integer(256));
        // Some begins well.
        await sendStream(
          opened.port,
          i % 2 === 0 || good === undefined ? [junk] : [good.subarray(0, 700), junk],
        );
      }
      await eventually(() => expect(sink.streams.filter(({ over }) => over).length).toBe(8));
      if (good === undefined) continue;
      await sendStream(opened.port, [good]);
      await eventually(() => expect(sink.streams[8]?.over).toBe(true));
      if (form !== 'tcp/caer') expect(canonicalText(sink.of(8))).toBe(canonicalText(events));
    }
  });
});

describe('back-pressure', () => {
  it('a paused source is not read, and what was sent comes later', async () => {
    const events = sensorEvents(400_000, 6);
    const bytes = evt3(events);
    const { source: opened, sink } = await source('tcp/evt3');
    opened.setPaused(true);
    const done = sendStream(opened.port, chunksOf(bytes, [50_000]));
    await eventually(() => expect(opened.streaming).toBe(true));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(opened.account.messages).toBe(0);
    opened.setPaused(false);
    await done;
    await eventually(() => expect(sink.streams[0]?.over).toBe(true));
    expect(opened.account.events).toBe(events.length);
  });
});

describe('a server that is connected to', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  const serve = async (handle: (socket: Socket) => void, port = 0): Promise<number> => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      handle(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return (server.address() as { port: number }).port;
  };

  it('is connected to again when the connection is lost, each time a stream of its own', async () => {
    const events = sensorEvents(1000, 2);
    const bytes = streamOf('tcp/dv')(events);
    let connections = 0;
    const port = await serve((socket) => {
      if (++connections < 4) socket.end(bytes);
    });
    const { source: opened, sink } = await connectTo(port, 'dv', { firstBackoffMs: 5, quietMs: 60_000 });
    await eventually(() => expect(connections).toBe(4));
    await eventually(() => expect(opened.account.events).toBe(3 * events.length));
    for (const i of [0, 1, 2]) expect(canonicalText(sink.of(i))).toBe(canonicalText(events));
  });

  it('that is not there yet is waited for, and said', async () => {
    const port = await serve(() => undefined);
    await new Promise((resolve) => servers.pop()!.close(resolve));
    const { source: opened } = await connectTo(port, 'dv', { firstBackoffMs: 20, maxBackoffMs: 40 });
    await eventually(() =>
      expect(opened.advice).toMatch(/no connection .* \(refused\): does DV's network output/),
    );
    await serve((socket) => socket.write(streamOf('tcp/dv')(sensorEvents(1000, 3))), port);
    await eventually(() => expect(opened.account.events).toBeGreaterThan(0));
    expect(opened.advice).toBeNull();
  });

  it('that sends garbage is not asked again and again without a pause', async () => {
    let connections = 0;
    const port = await serve((socket) => {
      connections++;
      socket.end(evt3(sensorEvents(100, 1)));
    });
    const { source: opened } = await connectTo(port, 'dv', { firstBackoffMs: 100, maxBackoffMs: 60_000 });
    await eventually(() => expect(opened.advice).toContain('use /evt3'));
    const before = connections;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(connections - before).toBeLessThan(20);
  });

  it('is let go when the source is closed, also while it is waited for', async () => {
    const port = await serve(() => undefined);
    const { source: opened } = await connectTo(port, 'dv');
    await opened.close();
    await new Promise<void>((resolve) => servers.pop()!.close(() => resolve()));
    const gone = await connectTo(port, 'dv', { firstBackoffMs: 1 });
    await eventually(() => expect(gone.source.advice).toContain('refused'));
    await gone.source.close();
  });
});
