/** The connection, against real servers; addresses and credentials. */
import { createServer, type Server } from 'node:net';
import { onTestFinished, test, expect, describe } from 'vitest';
import { loadNats, missing } from '../../src/cluster/nats-modules.ts';
import { unsuitable } from '../../src/cluster/nats-connection.ts';
import {
  credentialsOf,
  NatsConnection,
  parseNatsAddress,
  type NatsConnectionOptions,
  type NatsEvent,
} from '../../src/cluster/index.ts';
import { startNats } from '../helpers/nats.ts';

async function open(url: string, more: Partial<NatsConnectionOptions> = {}): Promise<NatsConnection> {
  const connection = await NatsConnection.open({ address: parseNatsAddress(url, '--queue'), ...more });
  onTestFinished(() => connection.close());
  return connection;
}

describe('addresses', () => {
  test.each([
    ['nats://a', { servers: ['a:4222'], tls: false, credentials: {} }],
    ['tls://a:80', { servers: ['a:80'], tls: true, credentials: {} }],
    ['nats://[::1]:4300/', { servers: ['[::1]:4300'], tls: false, credentials: {} }],
    [
      'nats://me:p%40ss@a:1, nats://b',
      { servers: ['a:1', 'b:4222'], tls: false, credentials: { user: 'me', password: 'p@ss' } },
    ],
    ['nats://s3cret@a:1', { servers: ['a:1'], tls: false, credentials: { token: 's3cret' } }],
  ])('%s', (text, address) => {
    expect(parseNatsAddress(text, '--queue')).toEqual(address);
  });

  test.each([
    '',
    'a:1',
    'http://a',
    'nats://',
    'nats://a:99999',
    'nats://a/b',
    'nats://a?x',
    'nats://a,tls://b',
    'nats://u:p@a,nats://v:p@b',
  ])('refuses "%s" without repeating it', (text) => {
    const parse = (): unknown => parseNatsAddress(text.replace('a', 'hush'), '--queue');
    expect(parse).toThrow(expect.objectContaining({ code: 'BAD_OPTION', option: '--queue' }));
    expect(parse).not.toThrow(/hush/);
  });

  test('credentials of a file', () => {
    const creds = '-----BEGIN NATS USER JWT-----\nabc\n------END NATS USER JWT------\n';
    expect(credentialsOf(creds, '--x')).toEqual({ creds });
    expect(credentialsOf('me:a:b\nmore', '--x')).toEqual({ user: 'me', password: 'a:b' });
    expect(credentialsOf('t0ken\r\n', '--x')).toEqual({ token: 't0ken' });
    expect(() => credentialsOf('\n', '--x')).toThrow('without a first line');
    expect(() => credentialsOf('x'.repeat(5000), '--x')).toThrow('neither .creds nor');
  });
});

test('a package that is missing is named with what installs it', async () => {
  const fault = Object.assign(new Error("Cannot find package '@nats-io/kv' imported from x"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
  expect(missing(fault)).toMatchObject({ code: 'NOT_INSTALLED', cause: fault });
  expect(missing(fault)?.message).toMatch(
    /@nats-io\/kv is not installed.*npm install @nats-io\/transport-node/,
  );
  expect(missing(new Error('else'))).toBeNull();
  expect(typeof (await loadNats()).transport.connect).toBe('function');
});

test.each([
  ['2.9.3', true, /is NATS 2\.9\.3; it must be 2\.9\.4/],
  ['1.99.9', true, /is NATS 1/],
  ['2.9.4', true, null],
  ['2.10.0-RC.1', true, null],
  ['3.0.0', false, /without JetStream/],
  ['', true, /which is none/],
])('version %s, JetStream %s', (version, jetstream, problem) => {
  const found = unsuitable(version, jetstream);
  if (problem === null) expect(found).toBeNull();
  else expect(found).toMatch(problem);
});

test('an old server is refused', async () => {
  const info = JSON.stringify({
    server_id: 'X',
    version: '2.1.0',
    max_payload: 1 << 20,
    headers: true,
    proto: 1,
  });
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write('PONG\r\n'));
    socket.write(`INFO ${info}\r\n`);
  });
  const port = await listening(server);
  await expect(open(`nats://127.0.0.1:${port}`)).rejects.toMatchObject({
    code: 'UNSUITABLE_SERVER',
    message: expect.stringMatching(/2\.1\.0/) as string,
  });
});

test('nobody there, and somebody who says nothing', async () => {
  const silent = createServer();
  const port = await listening(silent);
  await expect(open(`nats://127.0.0.1:${port}`, { timeoutMs: 300 })).rejects.toMatchObject({
    code: 'UNREACHABLE',
  });
  silent.close();
  await expect(open('nats://127.0.0.1:1')).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: expect.stringMatching('127.0.0.1:1') as string,
  });
});

test('users and passwords', async () => {
  const server = await startNats('--user', 'me', '--pass', 'hush');
  const wrong = open(server.url.replace('//', '//me:wr0ng@'));
  await expect(wrong).rejects.toMatchObject({
    code: 'NOT_ALLOWED',
    message: expect.not.stringMatching('wr0ng') as string,
  });
  const right = await open(server.url.replace('//', '//me:hush@'));
  expect(right.client.info?.version).toMatch(/^2\./);
});

test('comes back after a restart of the server, and says so', async () => {
  const server = await startNats();
  const connection = await open(server.url);
  const events: NatsEvent[] = [];
  connection.listen((event) => events.push(event));
  await (await connection.manager()).streams.add({ name: 'KEPT', subjects: ['kept.>'] });
  await connection.jetstream.publish('kept.a', 'x');
  await server.kill();
  await expect.poll(() => events.at(-1)?.kind).toBe('lost');
  await server.start();
  await expect.poll(() => events.at(-1)?.kind).toBe('back');
  const { state } = await (await connection.manager()).streams.info('KEPT');
  expect(state.messages).toBe(1);
});

test('what was closed fails with a code', async () => {
  const server = await startNats();
  const connection = await open(server.url);
  const hanging = connection.client.request('nobody.answers', '', {
    timeout: 60_000,
    noMux: true,
    reply: 'x',
  });
  hanging.catch(() => undefined);
  await connection.close();
  await connection.close();
  const error: unknown = await connection.jetstream.publish('a', 'b').catch((cause: unknown) => cause);
  expect(connection.translate(error)).toMatchObject({ code: 'CLOSED' });
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}
