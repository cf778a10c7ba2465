import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { batchFromTuples, sliceBatch, SeededRandom } from '../../src/events/index.ts';
import { Aedat2Encoder } from '../../src/formats/index.ts';
import { createOracleEngine } from '../../src/inference/index.ts';
import {
  createLiveServer,
  encodeEnd,
  encodeEvents,
  openNodeSocket,
  SUBPROTOCOL,
  ViewerClient,
  type DecisionMessage,
} from '../../src/live/index.ts';
import { randomModel } from '../../src/network/index.ts';
import { camera, engine, HELLO, ingest, offline, randomEvents, raw, serve } from '../helpers/live.ts';

describe('a camera', () => {
  it.each([1, 7, 500])('gets live what the model says offline, in messages of %i events', async (size) => {
    const server = await serve();
    const events = randomEvents(1500, 3);
    const client = camera(server);
    const decisions: DecisionMessage[] = [];
    client.decisions$.subscribe((decision) => decisions.push(decision));
    await client.connect();
    for (let at = 0; at < events.length; at += size)
      await client.sendEvents(sliceBatch(events, at, Math.min(events.length, at + size)));
    const end = await client.end();
    const expected = await offline(events);
    expect(end).toMatchObject({ events: 1500, sequenceGaps: 0 });
    expect(decisions.slice(0, expected.length).map(({ logits }) => logits)).toEqual(expected);
    expect(decisions.every(({ latencyMs }) => latencyMs >= 0)).toBe(true);
  });

  it('may send raw bytes in any pieces; segments start anew', async () => {
    const wide = createOracleEngine(randomModel({ steps: 2, width: 16, height: 16 }));
    const server = await serve({ engine: wide });
    const sensor = { width: 128, height: 128 };
    const random = new SeededRandom(4);
    let t = 0;
    const events = batchFromTuples(
      Array.from(
        { length: 900 },
        () =>
          [(t += random.integer(9)), random.integer(128), random.integer(128), random.integer(2)] as const,
      ),
      sensor,
    );
    const file = new Aedat2Encoder().push(events);
    const client = camera(server, { payload: 'raw', sensor });
    const decisions: DecisionMessage[] = [];
    client.decisions$.subscribe((decision) => decisions.push(decision));
    await client.connect();
    for (const name of ['first', 'second']) {
      await client.startSegment({ name, label: null });
      for (let at = 0; at < file.length; at += 333) await client.sendBytes(file.slice(at, at + 333));
    }
    const end = await client.end();
    expect(end.events).toBe(1800);
    const logits = (name: string): number[][] =>
      decisions.filter(({ segment }) => segment?.name === name).map((decision) => [...decision.logits]);
    expect(logits('first').length).toBeGreaterThan(2);
    expect(logits('second')).toEqual(logits('first'));
  });

  it('that falls silent still gets its window decided', async () => {
    const server = await serve({ limits: { flushAfterMs: 30 } });
    const client = camera(server);
    const final = new Promise<DecisionMessage>((resolve) =>
      client.decisions$.subscribe((decision) => decision.final && resolve(decision)),
    );
    await client.connect();
    await client.sendEvents(randomEvents(20, 1));
    expect(await final).toMatchObject({ window: 0, step: 2 });
    await client.end();
  });
});

describe('bad input', () => {
  it.each([
    ['BAD_HELLO', 4400, (s: WebSocket) => s.send('{"type":"hello"}')],
    ['BAD_JSON', 4400, (s: WebSocket) => s.send('hello')],
    ['BAD_HELLO', 4400, (s: WebSocket) => s.send(Uint8Array.of(1, 2, 3))],
    ['TEXT_NOT_ALLOWED', 1003, (s: WebSocket) => (s.send(HELLO), s.send('text'))],
    ['HEADER_TOO_SHORT', 1007, (s: WebSocket) => (s.send(HELLO), s.send(Uint8Array.of(1)))],
    [
      'OUTSIDE_SENSOR',
      1007,
      (s: WebSocket) => (s.send(HELLO), s.send(encodeEvents(0, batchFromTuples([[0, 9, 0, 1]])))),
    ],
  ])('%s closes only its own connection with %i', async (expected, closeCode, send) => {
    const server = await serve();
    const healthy = camera(server, { camera: 'healthy' });
    await healthy.connect();
    const { close, messages } = await raw(server, send);
    expect(messages.at(-1)).toMatchObject({ type: 'error', code: expected });
    expect(close).toBe(closeCode);
    await healthy.sendEvents(randomEvents(200, 1));
    expect((await healthy.end()).events).toBe(200);
  });

  it('a message that is too large, a hello that never comes, a name that is taken', async () => {
    const server = await serve({ limits: { maxMessageBytes: 1000, helloDeadlineMs: 40 } });
    expect((await raw(server, (s) => (s.send(HELLO), s.send(new Uint8Array(2000))))).close).toBe(1009);
    expect((await raw(server, () => undefined)).close).toBe(4400);
    const first = camera(server);
    await first.connect();
    await expect(camera(server).connect()).rejects.toMatchObject({ code: 'CAMERA_TAKEN' });
    await first.end();
  });

  it('counts messages that never came', async () => {
    const server = await serve();
    const gaps = new Promise<number>((resolve) => {
      const socket = new WebSocket(ingest(server), [SUBPROTOCOL]);
      socket.on('open', () => {
        socket.send(HELLO);
        for (const seq of [0, 1, 5]) socket.send(encodeEvents(seq, batchFromTuples([[seq, 1, 1, 1]])));
        socket.send(encodeEnd(6));
      });
      socket.on('message', (data) => {
        const message = JSON.parse(String(data)) as { type: string; sequenceGaps: number };
        if (message.type === 'end') resolve(message.sequenceGaps);
      });
    });
    expect(await gaps).toBe(3);
  });

  it('raw bytes that are no recording: the good recordings before it count', async () => {
    const server = await serve();
    const client = camera(server, { payload: 'raw', decoding: { format: 'aedat2' } });
    await client.connect();
    await client.sendBytes(new TextEncoder().encode('#!AER-DAT2.0\r\n# AEChip: CochleaLP\r\n'));
    await client.sendBytes(new Uint8Array(600));
    await expect(client.end()).rejects.toMatchObject({ code: 'UNSUPPORTED_CHIP' });
  });
});

describe('who may connect', () => {
  it('refuses paths, protocols, origins and tokens before the upgrade', async () => {
    const secret = 'a-secret-of-all';
    const server = await serve({ tokens: [{ name: 'all', secret: `${secret}-of-it`, cameras: ['*'] }] });
    const status = (
      path: string,
      protocols: string[],
      headers: Record<string, string> = {},
    ): Promise<number> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, protocols, { headers });
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
        socket.on('open', () => resolve(101));
        socket.on('error', () => undefined);
      });
    const authorization = `Bearer ${secret}-of-it`;
    expect(await status('nowhere', [SUBPROTOCOL])).toBe(404);
    expect(await status('view', [SUBPROTOCOL], { origin: 'http://evil.example' })).toBe(403);
    expect(await status('ingest', [SUBPROTOCOL])).toBe(401);
    expect(await status('ingest', ['other.v1'], { authorization })).toBe(400);
    expect(await status('ingest', [SUBPROTOCOL], { authorization })).toBe(101);
  });

  it('does not listen to others without token and TLS', async () => {
    await expect(createLiveServer({ engine, port: 0, host: '0.0.0.0' })).rejects.toMatchObject({
      option: 'host',
    });
  });
});

describe('dashboards', () => {
  it('see cameras, decisions, stats and frames, and are told goodbye', async () => {
    const server = await serve();
    const viewer = new ViewerClient({
      url: ingest(server).replace('ingest', 'view'),
      createSocket: openNodeSocket,
    });
    const seen = new Set<string>();
    viewer.welcome$.subscribe(({ classes }) => seen.add(`welcome ${classes.length}`));
    viewer.cameras$.subscribe(({ camera: name, connected }) => seen.add(`${name} ${connected}`));
    viewer.decisions$.subscribe(() => seen.add('decision'));
    viewer.stats$.subscribe(({ events }) => events === 400 && seen.add('stats'));
    viewer.frames$.subscribe(({ geometry }) => seen.add(`frame ${geometry.width}`));
    viewer.connect();
    await expect.poll(() => seen.has('welcome 3')).toBe(true);
    const client = camera(server);
    await client.connect();
    await client.sendEvents(randomEvents(400, 1));
    await expect.poll(() => seen.has('stats')).toBe(true);
    await client.end();
    await expect.poll(() => seen.has('test false')).toBe(true);
    expect([...seen].sort()).toEqual([
      'decision',
      'frame 8',
      'stats',
      'test false',
      'test true',
      'welcome 3',
    ]);
    const closed = new Promise<void>((resolve) =>
      viewer.connection$.subscribe(({ status }) => status === 'waiting' && resolve()),
    );
    await server.close();
    await closed;
    viewer.close();
  });
});
