import { describe, expect, it } from 'vitest';
import { createOracleEngine } from '../../../src/inference/index.ts';
import {
  openNodeSocket,
  parseSourceAddress,
  ViewerClient,
  type CameraMessage,
  type DecisionMessage,
  type LiveServer,
  type LiveServerOptions,
  type StatsMessage,
} from '../../../src/live/index.ts';
import { randomModel } from '../../../src/network/index.ts';
import { DecisionSession } from '../../../src/pipeline/index.ts';
import type { EventBatch } from '../../../src/events/index.ts';
import { camera, serve } from '../../helpers/live.ts';
import { connected, DatagramSender, senders, sendStream } from '../../helpers/network-senders.ts';
import { chunksOf } from '../../helpers/decode.ts';
import { anyPort, eventually, sensorEvents } from '../../helpers/sources.ts';

const engine = createOracleEngine(randomModel({ steps: 3, width: 16, height: 16 }));
const EVENTS = sensorEvents(3000, 5);

/** What the library says of events, without a network. */
async function offline(
  events: EventBatch,
): Promise<{ step: number; window: number; logits: number[]; label: string }[]> {
  const session = new DecisionSession(engine);
  const decisions = [];
  for await (const { step, window, accumulatedLogits, label } of session.decisionsOf([events]))
    decisions.push({ step, window, logits: [...accumulatedLogits], label });
  session.dispose();
  return decisions;
}

interface Watched {
  readonly server: LiveServer;
  readonly decisions: DecisionMessage[];
  readonly cameras: CameraMessage[];
  stats(): StatsMessage | undefined;
}

/** A server with a source, and a dashboard that watches. */
async function watched(form: string, options: Partial<LiveServerOptions> = {}): Promise<Watched> {
  const server = await serve({
    engine,
    sources: [parseSourceAddress('listen', anyPort(form))],
    limits: { flushAfterMs: 60_000, maxAgeMs: 60_000, maxQueuedSteps: 1000 },
    ...options,
  });
  const decisions: DecisionMessage[] = [];
  const cameras: CameraMessage[] = [];
  let stats: StatsMessage | undefined;
  server.decisions$.subscribe((decision) => decisions.push(decision));
  const viewer = new ViewerClient({
    url: `${server.url.replace('http', 'ws')}view`,
    createSocket: openNodeSocket,
  });
  viewer.cameras$.subscribe((message) => cameras.push(message));
  viewer.stats$.subscribe((message) => (stats = message));
  viewer.connect();
  server.decisions$.subscribe({ complete: () => viewer.close() });
  await eventually(() => expect(cameras.length).toBeGreaterThan(0));
  return { server, decisions, cameras, stats: () => stats };
}

const plain = (decisions: readonly DecisionMessage[]): Awaited<ReturnType<typeof offline>> =>
  decisions.map(({ step, window, logits, label }) => ({ step, window, logits: [...logits], label }));

describe('a network source as a camera', () => {
  it.each(senders)('$form: decisions are those of offline classification, bit for bit', async (sender) => {
    const { server, decisions } = await watched(sender.form);
    const port = server.sources[0]!.port;
    if (sender.datagrams !== undefined) {
      const socket = new DatagramSender(port);
      await socket.send(sender.datagrams(EVENTS));
      await eventually(() => expect(server.sources[0]!.counts.events).toBe(EVENTS.length));
      socket.close();
    } else await sendStream(port, chunksOf(sender.stream!(EVENTS), [1, 50, 1000]));
    const expected = await offline(EVENTS);
    expect(expected.length).toBeGreaterThan(3);
    // The last window of a stream of datagrams is decided when it ends.
    if (sender.datagrams === undefined)
      await eventually(() => expect(decisions.length).toBe(expected.length));
    await server.close();
    expect(plain(decisions)).toEqual(expected);
    expect(decisions.every(({ flushed }) => !flushed)).toBe(true);
  });

  it('is on the dashboard before anybody sends, with what to do', async () => {
    const { server, cameras, stats, decisions } = await watched('udp/jaer?camera=roof', {
      sourceOptions: { quietMs: 100 },
    });
    expect(cameras[0]).toMatchObject({ camera: 'roof', connected: true });
    await eventually(() => expect(stats()?.advice).toContain("is jAER's UDP output on"));
    const sender = new DatagramSender(server.sources[0]!.port);
    const datagrams = senders[0]!.datagrams!(EVENTS);
    await sender.send(datagrams.filter((_, i) => i !== 3));
    await eventually(() => expect(stats()).toMatchObject({ camera: 'roof', sequenceGaps: 1 }));
    await eventually(() => expect(stats()?.messages).toBe(datagrams.length - 1));
    expect(
      stats()!
        .notes.map(({ text }) => text)
        .join(),
    ).toContain('DVS128');
    expect(cameras.at(-1)?.segment).toEqual({
      name: 'udp:0/jaer #1',
      label: null,
      sensor: { width: 128, height: 128 },
    });
    expect(decisions.length).toBeGreaterThan(0);
    sender.close();
  });

  it('garbage is told to dashboards and ends neither the server nor the source', async () => {
    const { server, decisions, stats } = await watched('tcp/evt3');
    const { port } = server.sources[0]!;
    await sendStream(port, [senders.find(({ form }) => form === 'tcp/aedat4')!.stream!(EVENTS)]);
    await eventually(() => expect(stats()?.advice).toContain('use /aedat4'));
    for (let i = 0; i < 20; i++)
      await sendStream(port, [Uint8Array.from({ length: 999 }, (_, j) => (i * j) % 251)]);
    const own = camera(server, { camera: 'other', sensor: { width: 16, height: 16 } });
    await own.connect();
    await own.end();
    decisions.splice(0);
    await sendStream(port, [senders.find(({ form }) => form === 'tcp/evt3')!.stream!(EVENTS)]);
    const expected = await offline(EVENTS);
    await eventually(() => expect(plain(decisions).slice(-expected.length)).toEqual(expected));
    await eventually(() => expect(stats()?.advice ?? null).toBeNull());
  });

  it('what the model refuses ends that stream; the next one is classified', async () => {
    // Recordings of raw words state no sensor: most of them lie outside the model's.
    const { server, decisions, stats } = await watched('tcp/evt3');
    const { port } = server.sources[0]!;
    const evt3 = senders.find(({ form }) => form === 'tcp/evt3')!.stream!;
    const raw = (events: EventBatch): Uint8Array => {
      const file = evt3(events);
      return file.subarray(new TextDecoder('latin1').decode(file).indexOf('% end\n') + 6);
    };
    await sendStream(port, [raw(EVENTS)]);
    await eventually(() => expect(stats()?.advice).toContain('cannot be classified'));
    expect(stats()!.advice).toContain('lie outside the sensor');
    const fitting = sensorEvents(3000, 2, 16);
    decisions.splice(0);
    await sendStream(port, [raw(fitting)]);
    const expected = await offline(fitting);
    await eventually(() => expect(plain(decisions)).toEqual(expected));
    await eventually(() =>
      expect(stats()).toMatchObject({ advice: null, events: EVENTS.length + fitting.length }),
    );
    expect(server.sources[0]!.counts.dropped['outside-sensor']).toBeGreaterThan(0);
  });

  it('streams that follow at once are classified one after the other, each as offline', async () => {
    const { server, decisions } = await watched('tcp/evt3');
    const evt3 = senders.find(({ form }) => form === 'tcp/evt3')!.stream!;
    const recordings = [1, 2, 3, 4, 5].map((seed) => sensorEvents(2000 + 100 * seed, seed));
    for (const events of recordings) await sendStream(server.sources[0]!.port, [evt3(events)]);
    const expected = (await Promise.all(recordings.map(offline))).flat();
    await eventually(() => expect(decisions.length).toBe(expected.length));
    expect(plain(decisions)).toEqual(expected);
    expect(new Set(decisions.map(({ segment }) => segment?.name)).size).toBe(5);
  });

  it('names are unique, also among sources and sockets', async () => {
    const twice = ['udp:0/jaer?camera=a', 'tcp:0/evt3?camera=a'].map((text) =>
      parseSourceAddress('listen', text),
    );
    await expect(serve({ engine, sources: twice })).rejects.toThrow('a camera "a" is there already');
    const server = await serve({ engine, sources: twice.slice(0, 1), limits: { takeoverMs: 50 } });
    await expect(
      camera(server, { camera: 'a', sensor: { width: 16, height: 16 } }).connect(),
    ).rejects.toMatchObject({
      code: 'CAMERA_TAKEN',
    });
    const port = server.sources[0]!.port;
    await server.close();
    // The port is free again.
    const next = await serve({ engine, sources: [parseSourceAddress('listen', `udp:${port}/jaer`)] });
    expect(next.sources[0]!.name).toBe(`jaer-${port}`);
  });

  it('overload is bounded: a stream is read no faster than it is classified, datagrams are dropped and counted', async () => {
    const many = sensorEvents(100_000, 9);
    const limits = { flushAfterMs: 60_000, maxAgeMs: 60_000, maxQueuedSteps: 6 };
    const stream = await watched('tcp/evt3', { limits });
    const sent = sendStream(
      stream.server.sources[0]!.port,
      chunksOf(senders.find(({ form }) => form === 'tcp/evt3')!.stream!(many), [40_000]),
    );
    let most = 0;
    const poll = setInterval(() => (most = Math.max(most, stream.stats()?.queue ?? 0)), 5);
    await sent;
    await eventually(() => expect(stream.server.sources[0]!.counts.events).toBe(many.length));
    clearInterval(poll);
    await stream.server.close();
    const expected = await offline(many);
    expect(stream.decisions.length).toBe(expected.length);
    expect(plain(stream.decisions)).toEqual(expected);
    expect(stream.server.sources[0]!.counts.dropped['overload']).toBeUndefined();
    expect(most).toBeLessThan(expected.length / 3);

    const datagrams = await watched('tcp/evt3?policy=drop-oldest', { limits: { ...limits, maxAgeMs: 1 } });
    await sendStream(datagrams.server.sources[0]!.port, [
      senders.find(({ form }) => form === 'tcp/evt3')!.stream!(many),
    ]);
    await eventually(() => expect(datagrams.server.sources[0]!.counts.events).toBe(many.length));
    await datagrams.server.close();
    expect(datagrams.server.sources[0]!.counts.dropped['overload']).toBeGreaterThan(0);
  });

  it('closing the server with a sender connected ends its stream and says goodbye', async () => {
    const { server, decisions } = await watched('tcp/evt3');
    const sender = await connected(server.sources[0]!.port);
    sender.on('error', () => undefined);
    sender.write(senders.find(({ form }) => form === 'tcp/evt3')!.stream!(EVENTS));
    await eventually(() => expect(server.sources[0]!.counts.events).toBeGreaterThan(1000));
    const gone = new Promise((resolve) => sender.once('close', resolve));
    await server.close();
    await gone;
    expect(decisions.length).toBeGreaterThan(0);
  });
});
