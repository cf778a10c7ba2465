/** What goes wrong between machines: brokers and workers that die, answers and acknowledgements that get lost. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { NatsJobQueue, type DeliveredJob, type QueueOutcome } from '../../src/cluster/index.ts';
import { openConnection, openNatsQueue } from '../helpers/job-queue.ts';
import { startCuttingProxy } from '../helpers/cutting-proxy.ts';
import { startNats, type NatsServer } from '../helpers/nats.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const OPTIONS = { ackWaitMs: 1000, sweepMs: 200 };
const bytes = (own: string): Uint8Array => new TextEncoder().encode(own);

/** Opens a group and gathers its outcomes, as text. */
async function gather(server: Pick<NatsServer, 'url'>, name = 'a') {
  const queue = await openNatsQueue(server, OPTIONS);
  const told: [string, string][] = [];
  const take = (outcome: QueueOutcome): void => {
    told.push([
      outcome.id,
      'done' in outcome ? Buffer.from(outcome.done).toString() : `dead: ${outcome.dead}`,
    ]);
  };
  const group = await queue.openGroup(name, take);
  onTestFinished(() => group.close());
  return { queue, group, told, outcomes: (): Record<string, string> => Object.fromEntries(told) };
}

/** A worker with a connection of its own, which can be cut. */
async function startWorker(
  server: Pick<NatsServer, 'url'>,
  handler: (job: DeliveredJob, signal: AbortSignal) => Promise<string>,
  problems: string[] = [],
) {
  const connection = await openConnection(server);
  const queue = await NatsJobQueue.open(connection, OPTIONS);
  const worker = await queue.work(async (job, signal) => bytes(await handler(job, signal)), {
    retryMs: 10,
    onProblem: (problem) => problems.push(problem),
  });
  return { worker, connection };
}

test('a worker that dies loses its job to another, one that lives keeps it', async () => {
  const server = await startNats();
  const { group, outcomes } = await gather(server);
  await group.submit({ id: 'x', body: bytes('') });
  const runs: string[] = [];
  const never = new Promise<string>(() => undefined);
  const first = await startWorker(server, async ({ delivery }) => {
    runs.push(`first ${delivery}`);
    return never;
  });
  await expect.poll(() => runs.length).toBe(1);
  const second = await startWorker(server, async ({ delivery }) => {
    runs.push(`second ${delivery}`);
    await sleep(2500);
    return 'made';
  });
  // Longer than the broker waits for a worker that says nothing.
  await sleep(2500);
  expect(runs).toEqual(['first 1']);
  await first.connection.close();
  await expect.poll(outcomes).toEqual({ x: 'made' });
  expect(runs).toEqual(['first 1', 'second 2']);
  await second.worker.stop();
});

test('a job whose workers die is given up by the next one, with a reason, and nothing is stuck behind it', async () => {
  const server = await startNats();
  const { queue, group, outcomes } = await gather(server);
  await group.submit({ id: 'poison', body: bytes(''), maxDeliveries: 2 });
  let taken = 0;
  const dying = async (): Promise<void> => {
    const { connection } = await startWorker(server, async () => {
      taken++;
      return new Promise<string>(() => undefined);
    });
    const before = taken;
    await expect.poll(() => taken).toBe(before + 1);
    await connection.close();
  };
  await dying();
  await dying();
  await startWorker(server, async ({ id }) => Promise.resolve(id));
  await group.submit({ id: 'good', body: bytes('') });
  await expect.poll(outcomes).toEqual({
    good: 'good',
    poison: 'dead: 2 workers took it, and ended or lost touch before an answer',
  });
  expect(taken).toBe(2);
  await expect.poll(async () => queue.state()).toMatchObject({ waiting: 0, inHand: 0 });
});

test('an acknowledgement that gets lost costs a look, not a run', async () => {
  const server = await startNats();
  const { queue, group, outcomes } = await gather(server);
  let lost = 0;
  const up = (sent: Buffer): boolean => sent.includes('+ACK') && lost++ === 0;
  const url = `nats://127.0.0.1:${await startCuttingProxy(server.port, { up })}`;
  const runs: number[] = [];
  const { worker } = await startWorker({ url }, async ({ delivery }) =>
    Promise.resolve(String(runs.push(delivery))),
  );
  await group.submit({ id: 'x', body: bytes('') });
  await expect.poll(outcomes).toEqual({ x: '1' });
  await expect.poll(async () => queue.state()).toMatchObject({ waiting: 0, inHand: 0 });
  expect(lost).toBe(2);
  expect(runs).toEqual([1]);
  await worker.stop();
});

test('a broker that is killed and comes back loses no job and no outcome', async () => {
  const server = await startNats();
  const { group, outcomes } = await gather(server);
  await startWorker(server, async ({ id }) => {
    await sleep(20);
    return id;
  });
  const ids = Array.from({ length: 60 }, (_, i) => `job-${i}`);
  const submitted = (async () => {
    for (const id of ids) await group.submit({ id, body: bytes('') });
  })();
  for (let round = 0; round < 3; round++) {
    await sleep(200);
    await server.restart();
  }
  await submitted;
  await expect.poll(() => Object.keys(outcomes()).length, { timeout: 25_000 }).toBe(60);
}, 60_000);

test('a broker that comes back with nothing gets its jobs anew', async () => {
  const server = await startNats();
  const { group, outcomes } = await gather(server);
  await group.submit({ id: 'x', body: bytes('') });
  await server.kill();
  server.wipe();
  await server.start();
  await startWorker(server, async ({ id }) => Promise.resolve(id));
  await expect.poll(outcomes, { timeout: 25_000 }).toEqual({ x: 'x' });
}, 60_000);

test('outcomes that the subscription misses are found when the connection is back', async () => {
  const server = await startNats();
  let lost = 0;
  const down = (sent: Buffer): boolean => sent.includes('MSG prep.outcome') && lost++ === 0;
  const url = `nats://127.0.0.1:${await startCuttingProxy(server.port, { down })}`;
  const { group, told } = await gather({ url });
  await startWorker(server, async ({ id }) => Promise.resolve(id));
  await group.submit({ id: 'x', body: bytes('') });
  await expect.poll(() => told).toEqual([['x', 'x']]);
  expect(lost).toBeGreaterThan(0);
});

test('a worker that was out of touch for too long gives up what it made', async () => {
  const server = await startNats();
  const { group, outcomes } = await gather(server);
  await group.submit({ id: 'x', body: bytes('') });
  const problems: string[] = [];
  let aborted = false;
  const { worker } = await startWorker(
    server,
    async ({ delivery }, signal) => {
      if (delivery > 1) return `run ${delivery}`;
      server.suspend();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted = true;
      server.resume();
      return 'too late';
    },
    problems,
  );
  await expect.poll(() => aborted).toBe(true);
  await expect.poll(outcomes).toEqual({ x: expect.stringMatching(/^run/) as string });
  expect(problems).toContain('job x, delivery 1: was done too late, another has it');
  await worker.stop();
});

test('what is not allowed is said, not asked for ever', async () => {
  const server = await startNats('--user', 'me', '--pass', 'hush');
  await expect(openNatsQueue(server)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
});

test('a user who may not submit is told so', async () => {
  const config = path.join(temporaryFolder(), 'nats.conf');
  const permissions = '{ publish: ["$JS.API.>", "_INBOX.>"], subscribe: ">" }';
  writeFileSync(
    config,
    `authorization { users: [{ user: me, password: hush, permissions: ${permissions} }] }\n`,
  );
  const server = await startNats('-c', config);
  const { group } = await gather({ url: server.url.replace('//', '//me:hush@') });
  await expect(group.submit({ id: 'x', body: bytes('') })).rejects.toMatchObject({
    code: 'NOT_ALLOWED',
    message: expect.stringContaining('prep.job.a.x') as string,
  });
});
