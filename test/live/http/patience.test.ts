/** Connections that take their time, or never say what they want. */
import net from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { randomEvents, camera, serve } from '../../helpers/live.ts';
import type { LiveServer } from '../../../src/live/index.ts';

/** A connection that has sent so much, and whether the server has ended it. */
function open(server: LiveServer, bytes: string): { socket: net.Socket; isOver: () => boolean } {
  let over = false;
  const socket = net.connect({
    port: Number(new URL(server.url).port),
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  socket.on('error', () => undefined);
  socket.on('data', () => undefined);
  socket.on('end', () => (over = true)).on('close', () => (over = true));
  socket.write(bytes);
  onTestFinished(() => {
    socket.destroy();
  });
  return { socket, isOver: () => over };
}

const UPGRADE =
  'GET /view HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: null\r\n\r\n';

it.each([
  ['nothing', ''],
  ['half a request', 'GET / HTTP/1.1\r\nHost: 127'],
  [
    'a request whose body never comes',
    'POST /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n',
  ],
  ['a request, and then nothing', 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
  ['an upgrade that is refused', UPGRADE],
])('one that sends %s is ended, others go on', async (_what, bytes) => {
  const server = await serve({ limits: { requestTimeoutMs: 300, closeTimeoutMs: 300 } });
  const client = camera(server);
  await client.connect();
  const { isOver } = open(server, bytes);
  await expect.poll(isOver).toBe(true);
  await client.sendEvents(randomEvents(50, 1));
  expect((await client.end()).events).toBe(50);
});

it('one that sends a byte now and then is ended too', async () => {
  const server = await serve({ limits: { requestTimeoutMs: 300 } });
  const { socket, isOver } = open(server, 'GET / HTTP/1.1\r\n');
  const dripping = setInterval(() => {
    if (socket.writable) socket.write('X');
  }, 50);
  await expect.poll(isOver).toBe(true);
  clearInterval(dripping);
});

it('an address has so many connections, and one that goes makes room', async () => {
  const server = await serve({ limits: { maxConnectionsPerAddress: 3 } });
  const first = [1, 2, 3].map(() => open(server, ''));
  await expect.poll(() => first.every(({ socket }) => socket.readyState === 'open')).toBe(true);
  const answered = (): Promise<boolean> => {
    const { socket } = open(server, 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    return new Promise((resolve) => {
      socket.once('data', () => resolve(true));
      socket.once('close', () => resolve(false));
      socket.once('end', () => resolve(false));
    });
  };
  expect(await answered()).toBe(false);
  first[0]!.socket.destroy();
  await expect.poll(answered).toBe(true);
});

it('all together have so many', async () => {
  const server = await serve({ limits: { maxConnections: 2 } });
  const first = [1, 2].map(() => open(server, ''));
  await expect.poll(() => first.every(({ socket }) => socket.readyState === 'open')).toBe(true);
  const third = open(server, '');
  await expect.poll(third.isOver).toBe(true);
});
