/** Everything that was once seen to end, hang or bloat a server, each against a running `saccade serve`. Needs `npm run build:lib`. */
import { openSync, closeSync, copyFileSync, writeFileSync, readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { get } from 'node:https';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  CameraClient,
  encodeEvents,
  encodeRaw,
  encodeSegment,
  openNodeSocket,
  SUBPROTOCOL,
  ViewerClient,
  type DropsMessage,
  type EndMessage,
  type ServerProblem,
} from '../../src/live/index.ts';
import { batchFromTuples } from '../../src/events/index.ts';
import { randomModel, writeModel } from '../../src/network/index.ts';
import { AbuseMaker, assail, assailWith } from '../helpers/abuse.ts';
import { ownCertificate } from '../helpers/certificate.ts';
import { MODEL, served, UNHARMED, Witness, witnessEvents, type Served } from '../helpers/served.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const SENSOR = { width: 34, height: 34 };
// Processes start and flood each other, perhaps on a machine with other things to do.
vi.setConfig({ testTimeout: 180_000 });

/** Memory that a process may gain for any reason of its own. */
const SLACK_BYTES = 150e6;

/** What others do must not be seen in what a camera and a dashboard get, nor in the memory. */
async function unharmed(abuse: (server: Served) => Promise<void>): Promise<void> {
  const server = await served();
  const witness = new Witness(server.ws);
  await witness.start();
  await expect.poll(() => witness.stats.get('witness')?.events ?? 0).toBeGreaterThan(100);
  const before = server.memory();
  await abuse(server);
  expect((await fetch(`${server.url}healthz`)).status).toBe(200);
  expect(server.memory() - before).toBeLessThan(SLACK_BYTES);
  const testimony = await witness.testify();
  expect(testimony).toMatchObject(UNHARMED);
  expect(testimony.right).toBeGreaterThan(0);
}

const hello = (camera: string, more: object = {}): string =>
  JSON.stringify({
    type: 'hello',
    camera,
    sensor: SENSOR,
    payload: 'events',
    policy: 'drop-oldest',
    ...more,
  });

interface Told {
  readonly type: string;
  readonly code?: string;
}

/** A bare camera that has been welcomed, and all that it is told. */
async function bare(server: Served, text: string): Promise<{ socket: WebSocket; told: Told[] }> {
  const socket = new WebSocket(`${server.ws}ingest`, [SUBPROTOCOL], { perMessageDeflate: false });
  const told: Told[] = [];
  socket.on('error', () => undefined);
  socket.on('message', (data) => told.push(JSON.parse(String(data)) as Told));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(text);
  if (told.length === 0) await new Promise((resolve) => socket.once('message', resolve));
  return { socket, told };
}

const closed = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.once('close', resolve));

/** Sends without a pause for a while, as fast as it is taken. */
async function flood(
  socket: WebSocket,
  milliseconds: number,
  message: (seq: number) => Uint8Array,
): Promise<number> {
  const until = performance.now() + milliseconds;
  let seq = 0;
  while (performance.now() < until && socket.readyState === socket.OPEN) {
    while (socket.bufferedAmount < 2 ** 21) socket.send(message(seq++));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return seq;
}

const problemsOf = async (server: Served): Promise<readonly ServerProblem[]> =>
  ((await (await fetch(`${server.url}healthz`)).json()) as { problems: ServerProblem[] }).problems;

describe('nothing from the network ends, hangs or bloats the server', () => {
  it('an upgrade with `Origin: null`, or for `//`', () =>
    unharmed(async ({ url }) => {
      const { host, port } = new URL(url);
      for (const [target, origin] of [
        ['/view', 'Origin: null'],
        ['//', 'X: y'],
        ['/ingest', 'Origin: null'],
      ]) {
        const bytes = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${origin}\r\n\r\n`;
        for (let i = 0; i < 50; i++)
          await assail({ port: Number(port) }, { bytes: Buffer.from(bytes), inputs: 1 });
      }
    }));

  it('a hello with a sensor of 65536x32768', () =>
    unharmed(async (server) => {
      const { socket, told } = await bare(server, hello('huge', { sensor: { width: 65536, height: 32768 } }));
      await expect.poll(() => socket.readyState).toBe(socket.CLOSED);
      expect(told).toMatchObject([{ type: 'error', code: 'BAD_HELLO' }]);
    }));

  it('26,000 empty segments, and as many with an event', () =>
    unharmed(async (server) => {
      const { socket } = await bare(server, hello('segments'));
      const event = batchFromTuples([[1, 1, 1, 1]]);
      for (let i = 0; i < 26_000; i++) socket.send(encodeSegment(i, { name: `s${i}`, label: null }));
      for (let i = 26_000; i < 52_000; i += 2) {
        socket.send(encodeSegment(i, { name: `s${i}`, label: null }));
        socket.send(encodeEvents(i + 1, event));
      }
      await expect.poll(() => socket.bufferedAmount, { timeout: 60_000 }).toBe(0);
      socket.terminate();
    }));

  it('a camera that never reads its decisions', () =>
    unharmed(async (server) => {
      const { socket } = await bare(server, hello('deaf'));
      socket.pause();
      const events = witnessEvents(1);
      await flood(socket, 2_000, (seq) =>
        encodeEvents(seq, { ...events, t: events.t.map((t) => t + seq * 300_000) }),
      );
      socket.terminate();
    }));

  it.each(['drop-oldest', 'drop-newest', 'pause'])(
    'a camera that sends too fast under %s: told of drops, counted at the end, others go on',
    (policy) =>
      unharmed(async (server) => {
        const { socket, told } = await bare(server, hello('fast', { policy }));
        const events = witnessEvents(4);
        await flood(socket, 2_500, (seq) =>
          encodeEvents(seq, { ...events, t: events.t.map((t) => t + seq * 1_200_000) }),
        );
        const drops = told.filter(({ type }) => type === 'drops') as unknown as DropsMessage[];
        if (policy === 'pause') {
          expect(drops.flatMap(({ dropped }) => Object.keys(dropped))).not.toContain('overload');
        } else expect(drops.at(-1)?.dropped['overload']).toBeGreaterThan(0);
        socket.terminate();
      }),
  );

  it('a camera whose clock stands: a time step without an end', () =>
    unharmed(async (server) => {
      const { socket } = await bare(server, hello('stands'));
      const events = batchFromTuples(Array.from({ length: 20_000 }, (_, i) => [5, i % 34, 7, 1] as const));
      await flood(socket, 2_000, (seq) => encodeEvents(seq, events));
      socket.terminate();
    }));

  it('raw bytes of no format, and one event in each message', () =>
    unharmed(async (server) => {
      const { socket, told } = await bare(
        server,
        hello('raw', { payload: 'raw', decoding: { format: 'evt3' } }),
      );
      socket.send(
        encodeRaw(
          0,
          Uint8Array.from({ length: 500_000 }, (_, i) => (i * 7919) % 251),
        ),
      );
      const tiny = await bare(server, hello('tiny'));
      const event = batchFromTuples([[1, 1, 1, 1]]);
      for (let i = 0; i < 30_000; i++) tiny.socket.send(encodeEvents(i, event));
      await expect.poll(() => tiny.socket.bufferedAmount, { timeout: 60_000 }).toBe(0);
      expect(told[0]).toMatchObject({ type: 'welcome' });
      for (const one of [socket, tiny.socket]) one.terminate();
    }));

  it('cameras that come and go', () =>
    unharmed(async (server) => {
      for (let i = 0; i < 100; i++) {
        const { socket } = await bare(server, hello(`camera ${i}`));
        socket.send(encodeEvents(0, batchFromTuples([[1, 1, 1, 1]])));
        if (i % 2 === 0) socket.terminate();
        else socket.close();
      }
    }));

  it('damaged messages and requests', () =>
    unharmed(async ({ url }) => {
      const { host, port } = new URL(url);
      await assailWith(new AbuseMaker(2, host), Number(port), 8_000);
    }));

  it('no TLS where TLS is spoken, and the other way round', async () => {
    const folder = temporaryFolder();
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name)) as [string, string];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=cameras.example'];
    execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const server = await served(['--tls-key', key, '--tls-cert', cert]);
    const { host, port } = new URL(server.url);
    const certificate = readFileSync(cert, 'utf8');
    const witness = new Witness(server.ws, (url, protocols) =>
      openNodeSocket(url, protocols, { certificate }),
    );
    await witness.start();
    const maker = new AbuseMaker(3, host);
    const secure = (to: number, at: string): net.Socket =>
      tls.connect({ port: to, host: at, rejectUnauthorized: false });
    await assailWith(maker, Number(port), 1_000);
    await assailWith(maker, Number(port), 2_000, { connect: secure });
    expect(await witness.testify()).toMatchObject(UNHARMED);
    expect(await server.end()).toBe(0);
  });
});

describe('what happens to the machine', () => {
  it('standard output that is closed, and a log on a full disk: the service goes on and says so', async () => {
    const full = openSync('/dev/full', 'w');
    const server = await served([], { stdio: ['ignore', 'pipe', full], env: { LOG_LEVEL: 'info' } });
    closeSync(full);
    const witness = new Witness(server.ws);
    await witness.start();
    server.child.stdout!.destroy();
    await expect
      .poll(async () => (await problemsOf(server)).map(({ code }) => code).sort())
      .toEqual(['log-unwritable', 'stdout-closed']);
    expect(await witness.testify()).toMatchObject(UNHARMED);
    expect(await server.end()).toBe(0);
  });

  it('standard output that nobody reads does not hold it', async () => {
    const server = await served();
    server.child.stdout!.pause();
    const { socket } = await bare(server, hello('talks'));
    const events = witnessEvents(20);
    await flood(socket, 1_000, (seq) =>
      encodeEvents(seq, { ...events, t: events.t.map((t) => t + seq * 6e6) }),
    );
    expect((await fetch(`${server.url}healthz`)).status).toBe(200);
    expect(await server.end()).toBe(0);
  });

  it.each(['drop-oldest', 'pause'])(
    'SIGTERM while a camera sends too fast under %s: the counts are said, 1001, exit code 0',
    async (policy) => {
      const server = await served();
      const { socket, told } = await bare(server, hello('fast', { policy }));
      const events = witnessEvents(4);
      const over = closed(socket);
      const flooding = flood(socket, 60_000, (seq) =>
        encodeEvents(seq, { ...events, t: events.t.map((t) => t + seq * 1_200_000) }),
      );
      await expect.poll(() => told.some(({ type }) => type === 'decision')).toBe(true);
      expect(await server.end()).toBe(0);
      expect([1001, 1006]).toContain(await over);
      await flooding;
      const end = told.find(({ type }) => type === 'end') as EndMessage | undefined;
      expect(end).toMatchObject({ reason: 'shutdown' });
      expect(end!.events).toBeGreaterThan(0);
    },
  );

  it('a second signal ends it at once', async () => {
    const server = await served();
    const { socket } = await bare(server, hello('slow', { policy: 'pause' }));
    const events = witnessEvents(1);
    void flood(socket, 60_000, (seq) => encodeEvents(seq, events));
    server.child.kill('SIGTERM');
    await expect
      .poll(() =>
        fetch(`${server.url}healthz`).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .not.toBe(200);
    expect([0, 130]).toContain(await server.end('SIGINT'));
  });

  it('SIGHUP: another certificate is for who comes then; a camera that is there goes on', async () => {
    const folder = temporaryFolder();
    const { keyFile, certFile, tls: before } = ownCertificate(folder, 'before');
    const server = await served(['--tls-key', keyFile, '--tls-cert', certFile]);
    const nameNow = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = tls.connect(
          { port: Number(new URL(server.url).port), rejectUnauthorized: false },
          () => {
            resolve(String(socket.getPeerCertificate().subject.CN));
            socket.destroy();
          },
        );
        socket.on('error', reject);
      });
    const witness = new CameraClient({
      url: `${server.ws}ingest`,
      hello: { camera: 'there', sensor: { width: 34, height: 34 }, payload: 'events', policy: 'pause' },
      createSocket: (url, protocols) => openNodeSocket(url, protocols, { certificate: before.cert }),
    });
    await witness.connect();
    await witness.sendEvents(witnessEvents(1));
    expect(await nameNow()).toBe('before');
    ownCertificate(folder, 'after');
    server.child.kill('SIGHUP');
    await expect.poll(nameNow).toBe('after');
    expect((await witness.end()).events).toBe(witnessEvents(1).length);
    // A key of another certificate: the one before stays.
    writeFileSync(keyFile, before.key);
    server.child.kill('SIGHUP');
    const agent = { port: Number(new URL(server.url).port), rejectUnauthorized: false };
    await expect
      .poll(
        () =>
          new Promise<string>((resolve) => {
            get({ ...agent, path: '/healthz' }, (answer) => {
              answer.setEncoding('utf8').once('data', resolve);
            });
          }),
      )
      .toContain('reload-failed');
    expect(await nameNow()).toBe('after');
    expect(await server.end()).toBe(0);
  });

  it('SIGHUP: another model, of other classes, steps and size; a file that is none changes nothing', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'model.safetensors');
    copyFileSync(MODEL, file);
    const server = await served(['--model', file]);
    const welcomes: { classes: readonly string[]; steps: number }[] = [];
    const viewer = new ViewerClient({ url: `${server.ws}view`, createSocket: openNodeSocket });
    viewer.welcome$.subscribe((welcome) => welcomes.push(welcome));
    viewer.connect();
    await expect.poll(() => welcomes.length).toBe(1);
    const other = writeModel(randomModel({ steps: 3, classes: 4, width: 8, height: 8 }));
    writeFileSync(file, other);
    server.child.kill('SIGHUP');
    await expect.poll(() => welcomes.at(-1)).toMatchObject({ steps: 3 });
    expect(welcomes.at(-1)!.classes.length).toBe(4);
    expect(new Uint8Array(await (await fetch(`${server.url}model`)).arrayBuffer())).toEqual(
      new Uint8Array(other),
    );
    writeFileSync(file, 'no model');
    server.child.kill('SIGHUP');
    await expect
      .poll(async () => (await problemsOf(server)).map(({ code }) => code))
      .toEqual(['reload-failed']);
    expect(welcomes.length).toBe(2);
    writeFileSync(file, other);
    server.child.kill('SIGHUP');
    await expect.poll(() => problemsOf(server)).toEqual([]);
    viewer.close();
    expect(await server.end()).toBe(0);
  });
});
