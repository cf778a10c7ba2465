/** A server with a certificate: another one while it runs, and peers that never speak. */
import net from 'node:net';
import { connect } from 'node:tls';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { openNodeSocket, type LiveServer } from '../../../src/live/index.ts';
import type { TlsFiles } from '../../../src/live/http/http-server.ts';
import { camera, randomEvents, serve } from '../../helpers/live.ts';
import { ownCertificate } from '../../helpers/certificate.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

let before: TlsFiles;
let after: TlsFiles;
beforeEach(() => {
  [before, after] = ['before', 'after'].map((name) => ownCertificate(temporaryFolder(), name).tls) as [
    TlsFiles,
    TlsFiles,
  ];
});

/** The name on the certificate that a new connection gets. */
function nameNow(server: LiveServer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(new URL(server.url).port), rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

it('another certificate is for connections that come; those that are there go on, and what cannot be used changes nothing', async () => {
  const server = await serve({ tls: before });
  const client = camera(
    server,
    {},
    { createSocket: (url, protocols) => openNodeSocket(url, protocols, { certificate: before.cert }) },
  );
  await client.connect();
  await client.sendEvents(randomEvents(50, 1));
  expect(await nameNow(server)).toBe('before');
  await expect(server.reload({ tls: { ...after, key: before.key } })).rejects.toMatchObject({
    option: 'tls',
  });
  expect(await nameNow(server)).toBe('before');
  await server.reload({ tls: after });
  expect(await nameNow(server)).toBe('after');
  await client.sendEvents(randomEvents(50, 1, 2000));
  expect((await client.end()).events).toBe(100);
});

it('a server without a certificate does not take one while it runs', async () => {
  const server = await serve();
  await expect(server.reload({ tls: after })).rejects.toMatchObject({ option: 'tls' });
});

it.each([
  ['nothing', Buffer.alloc(0)],
  ['half a hello', Buffer.from('16030100c8010000c40303', 'hex')],
])('a peer that sends %s in place of its handshake is ended, others go on', async (_what, bytes) => {
  const server = await serve({ tls: before, limits: { requestTimeoutMs: 300 } });
  const socket = net.connect({
    port: Number(new URL(server.url).port),
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  onTestFinished(() => {
    socket.destroy();
  });
  let isOver = false;
  socket.on('error', () => undefined);
  socket.on('data', () => undefined);
  socket.on('end', () => (isOver = true)).on('close', () => (isOver = true));
  socket.write(bytes);
  await expect.poll(() => isOver).toBe(true);
  expect(await nameNow(server)).toBe('before');
});
