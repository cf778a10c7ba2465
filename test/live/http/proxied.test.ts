/** A server behind a proxy: whose connections and wrong tokens are counted. */
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { SUBPROTOCOL, type LiveServer } from '../../../src/live/index.ts';
import { ingest, serve } from '../../helpers/live.ts';

const tokens = [{ name: 'lab', secret: 'the-secret-of-the-lab', cameras: ['*'], view: true }];
const OUR_PROXY = { trustedProxies: ['127.0.0.1'] };

/** What becomes of an upgrade: 101, or the status that refuses it. */
async function upgrade(server: LiveServer, secret: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(ingest(server), [SUBPROTOCOL], {
    headers: { ...headers, authorization: `Bearer ${secret}` },
  });
  onTestFinished(() => {
    socket.terminate();
  });
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode ?? 0));
  });
}

const by = (client: string): Record<string, string> => ({ 'x-forwarded-for': client });
const good = tokens[0]!.secret;
const wrong = 'a-wrong-secret-of-nobody';

it("one client's wrong tokens are not another's, and lines name the client", async () => {
  const lines: { address?: string; code?: number; token?: string }[] = [];
  const say = (line: object): void => void lines.push(line);
  const logger = { info: say, warn: say, error: say };
  const server = await serve({ tokens, logger, ...OUR_PROXY, limits: { maxWrongTokens: 2 } });
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push(await upgrade(server, wrong, by(`192.0.2.${i}, 192.0.2.77`)));
  expect(statuses).toEqual([401, 401, 429]);
  expect(await upgrade(server, good, by('192.0.2.77'))).toBe(429);
  expect(await upgrade(server, good, by('192.0.2.78'))).toBe(101);
  expect(lines.map(({ address }) => address)).toEqual(Array(4).fill('192.0.2.77'));
});

it('a header of somebody who is no trusted proxy changes nothing', async () => {
  const lines: { address?: string }[] = [];
  const logger = {
    info: () => undefined,
    warn: (line: object) => void lines.push(line),
    error: () => undefined,
  };
  const server = await serve({
    tokens,
    logger,
    trustedProxies: ['192.0.2.1'],
    limits: { maxWrongTokens: 2 },
  });
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push(await upgrade(server, wrong, by(`192.0.2.${i}`)));
  expect(statuses).toEqual([401, 401, 429]);
  expect(new Set(lines.map(({ address }) => address))).toEqual(new Set(['127.0.0.1']));
});

it('each client of a proxy has its connections, and one that goes makes room', async () => {
  const server = await serve({ tokens, ...OUR_PROXY, limits: { maxConnectionsPerAddress: 2 } });
  const open = (client: string): Promise<number> => upgrade(server, good, by(client));
  expect([await open('192.0.2.1'), await open('192.0.2.1'), await open('192.0.2.1')]).toEqual([
    101, 101, 429,
  ]);
  expect([await open('192.0.2.2'), await open('192.0.2.2')]).toEqual([101, 101]);
  const get = (client: string): Promise<number> =>
    fetch(`${server.url}healthz`, { headers: by(client) }).then(({ status }) => status);
  expect([await get('192.0.2.1'), await get('192.0.2.3')]).toEqual([429, 200]);
  // Requests that were answered are over, also on a connection that stays.
  for (let i = 0; i < 5; i++) expect(await get('192.0.2.3')).toBe(200);
  await server.reload({ tokens: [{ ...tokens[0]!, secret: 'another-secret-of-the-lab' }] });
  await expect.poll(() => get('192.0.2.1')).toBe(200);
});

it('a header that cannot be read is refused', async () => {
  const server = await serve({ tokens, ...OUR_PROXY, proxyHeader: 'forwarded' });
  expect(await upgrade(server, good, { forwarded: 'for=", for=192.0.2.1' })).toBe(400);
  expect(await upgrade(server, good, { forwarded: 'for=192.0.2.1' })).toBe(101);
});
