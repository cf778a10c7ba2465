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
} from '../../../src/live/index.ts';
import { camera, engine, randomEvents, serve } from '../../helpers/live.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

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

describe('tokens', () => {
  const tokens = [
    { name: 'lab', secret: 'the-secret-of-the-lab', cameras: ['lab-*'] },
    { name: 'wall', secret: 'the-secret-of-the-wall', view: true },
  ];
  const withToken = (server: LiveServer, name: string, token?: string): CameraClient =>
    camera(
      server,
      { camera: name },
      { createSocket: (url, protocols) => openNodeSocket(url, protocols, { token }) },
    );
  const bearer = (secret: string): string[] => [`Authorization: Bearer ${secret}`];
  const subprotocol = (secret: string): string[] => [
    `Sec-WebSocket-Protocol: token.${Buffer.from(secret).toString('base64url')}`,
  ];

  it('let in cameras that have one, under the names that it allows', async () => {
    const server = await serve({ tokens });
    for (const wrong of [undefined, 'the-secret-of-the-Lab', 'the-secret-of-the-lab2', ''])
      await expect(withToken(server, 'lab-1', wrong).connect()).rejects.toMatchObject({
        message: expect.stringContaining('401') as string,
      });
    await expect(withToken(server, 'lab-1', tokens[1]!.secret).connect()).rejects.toMatchObject({
      message: expect.stringContaining('403') as string,
    });
    await expect(withToken(server, 'roof', tokens[0]!.secret).connect()).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
    const client = withToken(server, 'lab-1', tokens[0]!.secret);
    await client.connect();
    expect((await client.end()).events).toBe(0);
  });

  it('let in dashboards and give the model, as bearer or among the subprotocols; the page itself is open', async () => {
    const server = await serve({ tokens, modelFile: Uint8Array.of(1), limits: { maxWrongTokens: 100 } });
    const [lab, wall] = tokens.map(({ secret }) => secret) as [string, string];
    expect(await upgrade(server, '/view')).toBe(401);
    expect(await upgrade(server, '/view', bearer(lab))).toBe(403);
    expect(await upgrade(server, '/view', bearer(wall))).toBe(101);
    expect(await upgrade(server, '/view', subprotocol(wall))).toBe(101);
    expect(await upgrade(server, '/view', subprotocol(`${wall}x`))).toBe(401);
    const model = (headers: Record<string, string>): Promise<number> =>
      fetch(`${server.url}model`, { headers }).then(({ status }) => status);
    expect(await model({})).toBe(401);
    expect(await model({ authorization: `Bearer ${lab}` })).toBe(403);
    expect(await model({ authorization: `Bearer ${wall}` })).toBe(200);
    expect([await request(server, '/healthz'), await request(server, '/')]).toEqual([200, 404]);
  });

  it('cannot be tried out, and attempts are logged with address and reason, without the secret', async () => {
    const lines: object[] = [];
    const logger = {
      info: () => undefined,
      warn: (line: object) => void lines.push(line),
      error: () => undefined,
    };
    const server = await serve({ tokens, logger, limits: { maxWrongTokens: 3 } });
    const statuses = [];
    for (let i = 0; i < 5; i++)
      statuses.push(await upgrade(server, '/ingest', bearer(`a-wrong-secret-${i}`)));
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect(await upgrade(server, '/ingest', bearer(tokens[0]!.secret))).toBe(429);
    expect(lines[0]).toMatchObject({ address: '127.0.0.1', code: 401, reason: 'wrong token' });
    expect(lines[3]).toMatchObject({ code: 429, reason: 'too many wrong tokens' });
    expect(JSON.stringify(lines)).not.toContain('secret-');
  });
});

describe('the name that the server is asked for', () => {
  const asked = (server: LiveServer, host: string): Promise<number> => {
    const { port } = new URL(server.url);
    return new Promise((resolve, reject) => {
      const socket = net.connect(Number(port), '127.0.0.1', () => {
        socket.write(`GET /index.html HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      });
      socket.once('data', (data) => resolve(Number(/^HTTP\/1.1 (\d+)/.exec(data.toString('latin1'))?.[1])));
      socket.on('error', reject);
    });
  };

  it.each([
    ['localhost:8765', 404],
    ['LOCALHOST', 404],
    ['127.0.0.1', 404],
    ['[::1]:8765', 404],
    ['cameras.lan', 404],
    ['cameras.lan.evil.example', 403],
    ['evil.example:8765', 403],
    ['localhost.evil.example', 403],
    ['a:b:c', 403],
    ['', 403],
  ])('%s gets %i: a page of another site cannot have its own name lead here', async (host, status) => {
    const server = await serve({ hosts: ['cameras.lan'] });
    expect(await asked(server, host)).toBe(status);
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
    [{ host: '0.0.0.0', tokens: [{ name: 'x', secret: 'x'.repeat(16), view: true }] }, 'host'],
    [{ tokens: [{ name: 'x', secret: 'short' }] }, 'tokens'],
    [{ tls: { key: 'no key', cert: 'no certificate' } }, 'tls'],
  ] as [Partial<LiveServerOptions>, string][])(
    '%j cannot work: it says which option',
    async (options, option) => {
      await expect(createLiveServer({ engine, port: 0, ...options })).rejects.toMatchObject({ option });
    },
  );
});
