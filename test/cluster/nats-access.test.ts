/** Who may use a broker, and by what certificates; with real servers. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  credentialsOf,
  NatsConnection,
  parseNatsAddress,
  type NatsCredentials,
  type NatsConnectionOptions,
  type NatsEvent,
} from '../../src/cluster/index.ts';
import {
  ingestOf,
  LoadCamera,
  startGatewayProcess,
  startWorkerProcess,
  stream,
} from '../helpers/cluster-load.ts';
import { startCommand } from '../helpers/job-processes.ts';
import { makeAuthority, makeJwtUser } from '../helpers/nats-access.ts';
import { startNats, type NatsServer } from '../helpers/nats.ts';
import { rows, writeRecording } from '../helpers/preprocess.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const tlsUrl = ({ port }: NatsServer): string => `tls://127.0.0.1:${port}`;

/** Connects and asks for something that only those who are let in are answered. */
async function streams(
  url: string,
  credentials: NatsCredentials = {},
  tls?: NatsConnectionOptions['tls'],
): Promise<number> {
  const address = { ...parseNatsAddress(url, '--nats'), credentials };
  const connection = await NatsConnection.open({ address, ...(tls && { tls }) });
  onTestFinished(() => connection.close());
  return (await (await connection.manager()).getAccountInfo()).streams;
}

const refused = (...secrets: string[]): unknown =>
  expect.objectContaining({
    code: 'NOT_ALLOWED',
    message: expect.stringMatching(
      new RegExp(`^(?!.*(${secrets.join('|')})).*does not let this user in`),
    ) as string,
  });

describe('a server that wants to know who asks', () => {
  test('by user and password', async () => {
    const { url } = await startNats('--user', 'me', '--pass', 'hush');
    expect(await streams(url, { user: 'me', password: 'hush' })).toBe(0);
    for (const wrong of [{}, { user: 'me', password: 'wr0ng' }, { token: 'wr0ng' }])
      await expect(streams(url, wrong)).rejects.toEqual(refused('wr0ng', 'hush'));
  });

  test('by token', async () => {
    const { url } = await startNats('--auth', 't0ken');
    expect(await streams(url, { token: 't0ken' })).toBe(0);
    for (const wrong of [{}, { token: 'wr0ng' }])
      await expect(streams(url, wrong)).rejects.toEqual(refused('wr0ng', 't0ken'));
  });

  test('by a file of credentials', async () => {
    const { config, creds } = makeJwtUser();
    const { url } = await startNats('-c', config);
    const of = (file: string): NatsCredentials =>
      credentialsOf(readFileSync(file, 'utf8'), '--nats-credentials');
    expect(await streams(url, of(creds))).toBe(0);
    await expect(streams(url)).rejects.toEqual(refused('SU'));
    // Of another account, which this server does not know.
    await expect(streams(url, of(makeJwtUser().creds))).rejects.toEqual(refused('SU'));
  });
});

describe('a server with a certificate', () => {
  test('is known by its authority', async () => {
    const authority = makeAuthority();
    const { cert, key } = authority.issue('server');
    const server = await startNats('--tls', '--tlscert', cert, '--tlskey', key);
    expect(await streams(tlsUrl(server), {}, { caFile: authority.ca })).toBe(0);
    const other = authority.issue('server', 'DNS:localhost, DNS:example.org');
    const stranger = await startNats('--tls', '--tlscert', other.cert, '--tlskey', other.key);
    await expect(streams(tlsUrl(stranger), {}, { caFile: authority.ca })).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(/certificate/) as string,
    });
    expect(await streams(`tls://localhost:${stranger.port}`, {}, { caFile: authority.ca })).toBe(0);
    for (const tls of [undefined, { caFile: makeAuthority().ca }])
      await expect(streams(tlsUrl(server), {}, tls)).rejects.toMatchObject({
        code: 'UNREACHABLE',
        message: expect.stringMatching(/certificate .*--nats-ca/) as string,
      });
  });

  test('may want one of who asks', async () => {
    const authority = makeAuthority();
    const { cert, key } = authority.issue('server');
    const server = await startNats(
      ...['--tls', '--tlsverify', '--tlscacert', authority.ca, '--tlscert', cert, '--tlskey', key],
    );
    const own = authority.issue('client');
    const caFile = authority.ca;
    expect(await streams(tlsUrl(server), {}, { caFile, certFile: own.cert, keyFile: own.key })).toBe(0);
    await expect(streams(tlsUrl(server), {}, { caFile })).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  test('that is asked without TLS, and a server without that is asked by TLS', async () => {
    const { cert, key } = makeAuthority().issue('server');
    const secure = await startNats('--tls', '--tlscert', cert, '--tlskey', key);
    await expect(streams(`nats://127.0.0.1:${secure.port}`)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('certificate') as string,
    });
    const plain = await startNats();
    await expect(streams(tlsUrl(plain))).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });
});

test('a user who is not known any more is told of, again and again tried, and let in when it is known again', async () => {
  const config = path.join(temporaryFolder(), 'nats.conf');
  const users = (name: string): void => {
    writeFileSync(config, `authorization { user: ${name}, password: hush }\n`);
  };
  users('me');
  const server = await startNats('-c', config);
  const address = {
    ...parseNatsAddress(server.url, '--nats'),
    credentials: { user: 'me', password: 'hush' },
  };
  const connection = await NatsConnection.open({ address });
  onTestFinished(() => connection.close());
  const events: NatsEvent[] = [];
  connection.listen((event) => events.push(event));
  users('other');
  await server.restart();
  await expect.poll(() => events.map(({ kind }) => kind), { timeout: 20_000 }).toContain('refused');
  expect(events.find(({ kind }) => kind === 'refused')).toMatchObject({ error: { code: 'NOT_ALLOWED' } });
  users('me');
  await server.restart();
  await expect.poll(() => events.at(-1)?.kind, { timeout: 20_000 }).toBe('back');
}, 60_000);

test('gateway, worker and submitter are let in by their options, and end where they are not', async () => {
  const authority = makeAuthority();
  const { cert, key } = authority.issue('server');
  const server = await startNats(
    '--tls',
    '--tlscert',
    cert,
    '--tlskey',
    key,
    '--user',
    'me',
    '--pass',
    'hush',
  );
  const folder = temporaryFolder();
  const [good, bad] = ['me:hush', 'me:wr0ng'].map((line, i) => {
    const file = path.join(folder, `credentials-${i}`);
    writeFileSync(file, `${line}\n`);
    return file;
  }) as [string, string];
  const access = ['--nats-ca', authority.ca, '--nats-credentials', good];
  const url = tlsUrl(server);
  const data = path.join(folder, 'data');
  for (let i = 0; i < 3; i++) writeRecording(data, `a/${i}.csv`, rows(100, i));
  const jobs = ['--jobs', '--queue', url, '--share', folder];
  const out = ['--out', path.join(folder, 'out'), '--steps', '4', '--geometry', '4x4', '--queue', url];
  const [gateway] = await Promise.all([
    startGatewayProcess(url, ...access),
    startWorkerProcess(url, ...access),
  ]);
  startCommand('worker', ...jobs, ...access);
  const submitter = startCommand('preprocess', data, ...out, ...access);
  const { end } = await new LoadCamera(ingestOf(gateway), 'camera').run(stream(1, 1));
  expect(end.decisions).toBeGreaterThan(0);
  expect(await submitter.ended, submitter.err).toBe(0);
  const model = path.resolve(import.meta.dirname, '../../models/nmnist.safetensors');
  const wrong = ['--nats-ca', authority.ca, '--nats-credentials', bad];
  const refusals = [
    startCommand('gateway', '--model', model, '--port', '0', '--nats', url, ...wrong),
    startCommand('worker', '--model', model, '--nats', url, ...wrong),
    startCommand('worker', ...jobs, ...wrong),
    startCommand('preprocess', data, ...out, ...wrong),
  ];
  for (const command of refusals) {
    expect(await command.ended).toBe(3);
    expect(command.err).toMatch(/^error NOT_ALLOWED: .*does not let this user in/m);
    expect(command.err).not.toContain('wr0ng');
  }
}, 120_000);

test.each([
  ['6', 2, /--queue-replicas/],
  ['0', 2, /--queue-replicas/],
  ['3', 3, /REFUSED: .*replicas/],
])('--queue-replicas %s of a server that is alone is refused', async (replicas, code, text) => {
  const { url } = await startNats();
  const share = temporaryFolder();
  const command = startCommand(
    ...['worker', '--jobs', '--queue', url, '--share', share, '--queue-replicas', replicas],
  );
  expect(await command.ended).toBe(code);
  expect(command.err).toMatch(text);
});
