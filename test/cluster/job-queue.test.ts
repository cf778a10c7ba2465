/** One suite for all queues of jobs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  MemoryJobQueue,
  type DeliveredJob,
  type JobQueue,
  type JobWorker,
  type QueueOutcome,
  type WorkOptions,
} from '../../src/cluster/index.ts';
import { openNatsQueue } from '../helpers/job-queue.ts';
import { startNats } from '../helpers/nats.ts';

/** Most bytes of a job in this suite. */
const MOST = 64 << 10;

/** A queue and how to open it once more, as another process would. */
interface Opened {
  readonly queue: JobQueue;
  readonly again: () => Promise<JobQueue>;
}

async function inMemory(maxJobs = 1000): Promise<Opened> {
  const queue = new MemoryJobQueue({ maxJobs, maxBodyBytes: MOST });
  onTestFinished(() => queue.close());
  return Promise.resolve({ queue, again: async () => Promise.resolve(queue) });
}

async function onNats(maxJobs = 1000): Promise<Opened> {
  const server = await startNats();
  const again = async (): Promise<JobQueue> =>
    openNatsQueue(server, { maxJobs, ackWaitMs: 2000, sweepMs: 200 });
  return { queue: await again(), again };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const bytes = (own: string): Uint8Array => new TextEncoder().encode(own);

/** Outcomes by id, as text. */
class Outcomes extends Map<string, string> {
  readonly take = (outcome: QueueOutcome): void => {
    this.set(outcome.id, 'done' in outcome ? text(outcome.done) : `dead: ${outcome.dead}`);
  };
}

class Refusal extends Error {}
const REFUSING: WorkOptions = { isRefusal: (error) => error instanceof Refusal };

async function work(
  queue: JobQueue,
  handler: (job: DeliveredJob) => Promise<string> | string,
  options: WorkOptions = {},
): Promise<JobWorker> {
  const worker = await queue.work(async (job) => bytes(await handler(job)), { retryMs: 10, ...options });
  onTestFinished(() => worker.stop().catch(() => undefined));
  return worker;
}

describe.each([
  ['in memory', inMemory],
  ['on NATS', onNats],
])('a queue of jobs %s', (_, open) => {
  test('gives each job to one worker, and its outcome to its group', async () => {
    const { queue, again } = await open();
    const [a, b] = [new Outcomes(), new Outcomes()];
    const groups = [await queue.openGroup('a', a.take), await queue.openGroup('b', b.take)];
    const ids = Array.from({ length: 20 }, (_, i) => `job-${i}`);
    for (const id of ids) for (const group of groups) await group.submit({ id, body: bytes(id) });
    const runs: string[] = [];
    const handler = ({ group, id, body }: DeliveredJob): string => {
      runs.push(`${group}.${id}`);
      return `${group} ${text(body)}`;
    };
    for (const own of [queue, await again()]) await work(own, handler, { slots: 2 });
    await expect.poll(() => [a.size, b.size]).toEqual([20, 20]);
    expect([...a]).toEqual(expect.arrayContaining(ids.map((id) => [id, `a ${id}`])));
    expect([...b]).toEqual(expect.arrayContaining(ids.map((id) => [id, `b ${id}`])));
    expect(runs).toHaveLength(40);
    expect(new Set(runs).size).toBe(40);
    expect(await queue.state()).toMatchObject({ waiting: 0, inHand: 0 });
  });

  test('takes a job once while it waits or is worked on, and anew when it is done', async () => {
    const { queue } = await open();
    const outcomes = new Outcomes();
    const group = await queue.openGroup('a', outcomes.take);
    const job = { id: 'x', body: bytes('x') };
    expect(await group.submit(job)).toEqual({ duplicate: false });
    expect(await group.submit(job)).toEqual({ duplicate: true });
    let begun = 0;
    let finish: () => void = () => undefined;
    await work(queue, async () => {
      begun++;
      await new Promise<void>((resolve) => (finish = resolve));
      return String(begun);
    });
    await expect.poll(() => begun).toBe(1);
    expect(await queue.state()).toMatchObject({ waiting: 0, inHand: 1 });
    expect(await group.submit(job)).toEqual({ duplicate: true });
    finish();
    await expect.poll(() => outcomes.get('x')).toBe('1');
    await expect.poll(async () => (await queue.state()).inHand).toBe(0);
    expect(await group.submit(job)).toEqual({ duplicate: false });
    await expect.poll(() => begun).toBe(2);
    finish();
    await expect.poll(() => outcomes.get('x')).toBe('2');
  });

  test('puts off what fails, then gives it up with the last reason', async () => {
    const { queue } = await open();
    const outcomes = new Outcomes();
    const group = await queue.openGroup('a', outcomes.take);
    const seen: string[] = [];
    const problems: string[] = [];
    await group.submit({ id: 'poison', body: bytes('') });
    await group.submit({ id: 'twice', body: bytes(''), maxDeliveries: 2 });
    await group.submit({ id: 'good', body: bytes('') });
    const handler = ({ id, delivery, maxDeliveries }: DeliveredJob): string => {
      seen.push(`${id} ${delivery}/${maxDeliveries}`);
      if (id !== 'good') throw new Error(`no ${delivery}`);
      return 'made';
    };
    await work(queue, handler, { onProblem: (problem) => problems.push(problem) });
    await expect.poll(() => outcomes.size).toBe(3);
    expect(Object.fromEntries(outcomes)).toEqual({ poison: 'dead: no 5', twice: 'dead: no 2', good: 'made' });
    expect(seen.filter((line) => line.startsWith('poison'))).toEqual(
      [1, 2, 3, 4, 5].map((n) => `poison ${n}/5`),
    );
    expect(seen.filter((line) => line.startsWith('twice'))).toEqual(['twice 1/2', 'twice 2/2']);
    expect(problems).toContain('job poison, delivery 3: no 3');
    await expect.poll(async () => queue.state()).toMatchObject({ waiting: 0, inHand: 0 });
  });

  test('a worker that refuses a job costs it no delivery, however often', async () => {
    const { queue, again } = await open();
    const outcomes = new Outcomes();
    const group = await queue.openGroup('a', outcomes.take);
    const ids = ['x', 'y', 'z'];
    let refused = 0;
    await work(
      await again(),
      () => {
        refused++;
        throw new Refusal('no such folder');
      },
      REFUSING,
    );
    const tries: string[] = [];
    const other = await again();
    let isBusy = false;
    let isFree: () => void = () => undefined;
    const free = new Promise<void>((resolve) => (isFree = resolve));
    await work(
      other,
      async ({ id, delivery, maxDeliveries }) => {
        if (id === 'long') {
          isBusy = true;
          await free;
          return id;
        }
        tries.push(`${id} ${delivery}/${maxDeliveries}`);
        // The second delivery fails, too: given up.
        if (id === 'y' || delivery === 1) throw new Error(`failed ${delivery}`);
        return id;
      },
      REFUSING,
    );
    // The one that can do them is busy, for longer than refusals would have taken to use up a job's deliveries.
    await group.submit({ id: 'long', body: bytes('') });
    await expect.poll(() => isBusy).toBe(true);
    for (const id of ids) await group.submit({ id, body: bytes(''), maxDeliveries: 2 });
    await expect.poll(() => refused).toBeGreaterThan(20);
    expect([...outcomes.keys()]).toEqual([]);
    isFree();
    await expect
      .poll(() => Object.fromEntries(outcomes), { timeout: 20_000 })
      .toEqual({ long: 'long', x: 'x', y: 'dead: failed 2', z: 'z' });
    expect([...tries].sort()).toEqual(ids.flatMap((id) => [`${id} 1/2`, `${id} 2/2`]));
  });

  test('a job that every worker refuses is given up, with the reason, after as many tries again as it may fail', async () => {
    const { queue, again } = await open();
    const outcomes = new Outcomes();
    const group = await queue.openGroup('a', outcomes.take);
    const refusals: number[] = [];
    for (const [i, own] of [queue, await again(), await again()].entries()) {
      refusals.push(0);
      await work(
        own,
        () => {
          refusals[i]!++;
          throw new Refusal('no such folder');
        },
        REFUSING,
      );
    }
    await group.submit({ id: 'x', body: bytes(''), maxDeliveries: 4 });
    await expect
      .poll(() => Object.fromEntries(outcomes), { timeout: 20_000 })
      .toEqual({ x: 'dead: all 3 workers at the queue refuse it: no such folder' });
    expect(Math.min(...refusals)).toBeGreaterThanOrEqual(1);
    expect(refusals.reduce((sum, own) => sum + own)).toBeGreaterThanOrEqual(6);
    await expect.poll(async () => queue.state()).toMatchObject({ waiting: 0, inHand: 0 });
    // Submitted again it is another job: nobody has refused it yet.
    const before = refusals.reduce((sum, own) => sum + own);
    await group.forget('x');
    outcomes.clear();
    await group.submit({ id: 'x', body: bytes(''), maxDeliveries: 4 });
    await expect.poll(() => outcomes.size, { timeout: 20_000 }).toBe(1);
    expect(refusals.reduce((sum, own) => sum + own)).toBeGreaterThanOrEqual(before + 6);
  });

  test('a worker that refused a job at first may do it later', async () => {
    const { queue } = await open();
    const outcomes = new Outcomes();
    const group = await queue.openGroup('a', outcomes.take);
    let tries = 0;
    await work(
      queue,
      ({ delivery }) => {
        if (++tries < 4) throw new Refusal('not there yet');
        return `delivery ${delivery}`;
      },
      REFUSING,
    );
    await group.submit({ id: 'x', body: bytes('') });
    await expect.poll(() => Object.fromEntries(outcomes)).toEqual({ x: 'delivery 1' });
  });

  test('keeps outcomes for whoever opens the group later, until they are forgotten', async () => {
    const { queue, again } = await open();
    const first = new Outcomes();
    const group = await queue.openGroup('a', first.take);
    for (const id of ['x', 'y', 'z']) await group.submit({ id, body: bytes(id) });
    await work(queue, ({ id, maxDeliveries }) => {
      if (id === 'z') throw new Error(`never in ${maxDeliveries}`);
      return id.repeat(3);
    });
    await expect.poll(() => first.size).toBe(3);
    await group.close();
    const later = new Outcomes();
    const reopened = await (await again()).openGroup('a', later.take);
    expect(Object.fromEntries(later)).toEqual({ x: 'xxx', y: 'yyy', z: 'dead: never in 5' });
    await reopened.forget('x');
    const third = new Outcomes();
    await (await again()).openGroup('a', third.take);
    expect([...third.keys()].sort()).toEqual(['y', 'z']);
    await reopened.clear();
    const fourth = new Outcomes();
    await (await again()).openGroup('a', fourth.take);
    expect(fourth.size).toBe(0);
  });

  test('a job that is forgotten is not run', async () => {
    const { queue } = await open();
    const outcomes = new Outcomes();
    const group = await queue.openGroup('a', outcomes.take);
    for (const id of ['x', 'y', 'z']) await group.submit({ id, body: bytes(id) });
    await group.forget('y');
    await work(queue, ({ id }) => id);
    await expect.poll(() => outcomes.size).toBe(2);
    await sleep(50);
    expect([...outcomes.keys()].sort()).toEqual(['x', 'z']);
  });

  test('outcomes may be larger than messages, and empty', async () => {
    const { queue, again } = await open();
    const large = Buffer.from(
      Uint32Array.from({ length: 700_000 }, (_, i) => Math.imul(i, 2654435761)).buffer,
    );
    const sizes: number[] = [];
    const sums: string[] = [];
    const take = (outcome: QueueOutcome): void => {
      if (!('done' in outcome)) return;
      sizes.push(outcome.done.length);
      sums.push(Buffer.compare(large, outcome.done) === 0 ? 'equal' : 'other');
    };
    const group = await queue.openGroup('a', take);
    await queue.work(async ({ id }) => Promise.resolve(id === 'large' ? large : new Uint8Array()));
    await group.submit({ id: 'large', body: bytes('') });
    await group.submit({ id: 'none', body: bytes('') });
    await expect.poll(() => sizes.length).toBe(2);
    expect([...sizes].sort()).toEqual([0, large.length]);
    sizes.length = sums.length = 0;
    await (await again()).openGroup('a', take);
    expect([...sizes].sort()).toEqual([0, large.length]);
    expect(sums).toContain('equal');
  });

  test('refuses what is too large, too many, or no name', async () => {
    const { queue } = await open(2);
    const group = await queue.openGroup('a', () => undefined);
    await expect(group.submit({ id: 'x', body: new Uint8Array(2 << 20) })).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
    for (const id of ['x', 'y']) await group.submit({ id, body: bytes('') });
    await expect(group.submit({ id: 'z', body: bytes('') })).rejects.toMatchObject({ code: 'FULL' });
    for (const id of ['', 'a.b', 'a b', '*', 'x'.repeat(129)]) {
      await expect(group.submit({ id, body: bytes('') })).rejects.toMatchObject({ code: 'BAD_OPTION' });
      await expect(queue.openGroup(id, () => undefined)).rejects.toMatchObject({ code: 'BAD_OPTION' });
    }
  });

  test('a worker that is stopped finishes what it has in hand and takes no more', async () => {
    const { queue } = await open();
    const outcomes = new Outcomes();
    const group = await queue.openGroup('a', outcomes.take);
    for (const id of ['x', 'y']) await group.submit({ id, body: bytes(id) });
    let finish: () => void = () => undefined;
    const begun: string[] = [];
    const worker = await work(queue, async ({ id }) => {
      begun.push(id);
      await new Promise<void>((resolve) => (finish = resolve));
      return id;
    });
    await expect.poll(() => begun.length).toBe(1);
    const stopped = worker.stop();
    finish();
    await stopped;
    await worker.ended;
    await expect.poll(() => outcomes.size).toBe(1);
    expect(begun).toHaveLength(1);
    expect(await queue.state()).toEqual({ waiting: 1, inHand: 0, idle: 0 });
  });

  test('says who waits', async () => {
    const { queue } = await open();
    expect(await queue.state()).toEqual({ waiting: 0, inHand: 0, idle: 0 });
    await work(queue, () => '', { slots: 3 });
    await expect.poll(async () => (await queue.state()).idle).toBe(3);
  });

  test('what is closed fails with a code', async () => {
    const { queue } = await open();
    const group = await queue.openGroup('a', () => undefined);
    await queue.close();
    await expect(group.submit({ id: 'x', body: bytes('') })).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(queue.work(async () => Promise.resolve(bytes('')))).rejects.toMatchObject({
      code: 'CLOSED',
    });
    await expect(queue.openGroup('b', () => undefined)).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
