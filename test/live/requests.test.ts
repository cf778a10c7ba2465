import { mkdir, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createLiveServer,
  openNodeSocket,
  SUBPROTOCOL,
  type CameraClient,
  type LiveServer,
  type LiveServerOptions,
} from '../../src/live/index.ts';
import { camera, engine, randomEvents, serve } from '../helpers/live.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** The status of an upgrade whose request line and headers are as given, not as a WebSocket library would write them. */
function upgrade(server: LiveServer, target: string, headers: readonly string[] = []): Promise<number> {
  const { port, host } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), '127.0.0.1', () => {
      const lines = [
        `GET ${target} HTTP/1.1`,
        `Host: ${host}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
        ...headers,
      ];
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    });
    socket.once('data', (data) => {
      resolve(Number(/^HTTP\/1.1 (\d+)/.exec(data.toString('latin1'))?.[1]));
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed without an answer')));
  });
}

/** The status of a plain request with any target. */
function request(server: LiveServer, target: string, method = 'GET'): Promise<number> {
  const { port, host } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), '127.0.0.1', () => {
      socket.write(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    });
    socket.once('data', (data) => resolve(Number(/^HTTP\/1.1 (\d+)/.exec(data.toString('latin1'))?.[1])));
    socket.on('error', reject);
  });
}

describe('an upgrade that no browser page of ours makes (field case origin-null)', () => {
  it.each([
    ['/view', ['Origin: null'], 403],
    ['/ingest', ['Origin: null'], 403],
    ['/view', ['Origin: not an origin'], 403],
    ['/view', ['Origin: http://'], 403],
    ['/view', ['Origin: http://evil.example'], 403],
    ['//', [], 400],
    ['http://[', [], 400],
    ['/%', [], 400],
    ['/%2e%2e/view', [], 101],
    ['/view%00', [], 404],
    ['/view', [], 101],
    ['/view?x=1', [], 101],
  ])('%s %j gets %i, and the server goes on', async (target, headers, status) => {
    const server = await serve();
    const client = camera(server);
    await client.connect();
    expect(await upgrade(server, target, headers)).toBe(status);
    await client.sendEvents(randomEvents(50, 1));
    expect((await client.end()).events).toBe(50);
  });

  it('takes the origin of its own page', async () => {
    const server = await serve();
    expect(await upgrade(server, '/view', [`Origin: ${server.url.slice(0, -1)}`])).toBe(101);
  });

  it('one that is gone before its answer costs nothing', async () => {
    const server = await serve();
    const { port } = new URL(server.url);
    for (let i = 0; i < 20; i++) {
      const socket = net.connect(Number(port), '127.0.0.1', () => {
        socket.write(
          'GET /view HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: null\r\n\r\n',
        );
        socket.resetAndDestroy();
      });
      socket.on('error', () => undefined);
    }
    await expect.poll(() => request(server, '/healthz')).toBe(200);
  });
});

describe('requests', () => {
  it('serves the page, the model and its health, and answers whatever else comes', async () => {
    const folder = temporaryFolder();
    const staticDir = path.join(folder, 'web');
    await mkdir(staticDir);
    await writeFile(path.join(staticDir, 'index.html'), '<p>page</p>');
    await writeFile(path.join(folder, 'secret.html'), 'secret');
    const server = await serve({ staticDir, modelFile: Uint8Array.of(1, 2, 3) });
    const statuses = await Promise.all(
      [
        '/',
        '/index.html',
        '/model',
        '/healthz',
        '/healthz?x',
        '/../secret.html',
        '/..%2fsecret.html',
        '/none.js',
      ].map((target) => request(server, target)),
    );
    expect(statuses).toEqual([200, 200, 200, 200, 200, 404, 404, 404]);
    expect(await request(server, '//')).toBe(400);
    expect(await request(server, '/%E0%A4%A')).toBe(400);
    expect(await request(server, '/%00.html')).toBe(404);
    expect(await request(server, '/', 'POST')).toBe(404);
    const page = await fetch(server.url);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(await page.text()).toBe('<p>page</p>');
    expect([...new Uint8Array(await (await fetch(`${server.url}model`)).arrayBuffer())]).toEqual([1, 2, 3]);
  });
});

describe('a token', () => {
  it('lets in cameras that have it', async () => {
    const server = await serve({ token: 'secret' });
    const withToken = (token?: string): CameraClient =>
      camera(server, {}, { createSocket: (url, protocols) => openNodeSocket(url, protocols, token) });
    for (const wrong of [undefined, 'Secret', 'secret2', ''])
      await expect(withToken(wrong).connect()).rejects.toMatchObject({
        message: expect.stringContaining('401') as string,
      });
    const client = withToken('secret');
    await client.connect();
    expect((await client.end()).events).toBe(0);
  });
});

describe('starting', () => {
  it('a port in use is named, and nothing keeps running', async () => {
    const server = await serve();
    const port = Number(new URL(server.url).port);
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    await expect(createLiveServer({ engine, port })).rejects.toMatchObject({
      option: 'port',
      message: expect.stringContaining(`${port} is in use on 127.0.0.1`) as string,
    });
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it.each([
    [{ host: '192.0.2.1', insecure: true }, 'host'],
    [{ host: 'no-such-host.invalid', insecure: true }, 'host'],
    [{ host: '0.0.0.0' }, 'host'],
    [{ host: '0.0.0.0', token: 'x' }, 'host'],
    [{ tls: { key: 'no key', cert: 'no certificate' } }, 'tls'],
  ] as [Partial<LiveServerOptions>, string][])(
    '%j cannot work: it says which option',
    async (options, option) => {
      await expect(createLiveServer({ engine, port: 0, ...options })).rejects.toMatchObject({ option });
    },
  );
});
