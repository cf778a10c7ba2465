import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Members, Membership, type LeaseTimes } from '../../src/cluster/index.ts';
import { memorySides, natsSides, PATIENT, type Sides } from '../helpers/cluster.ts';

const QUICK: LeaseTimes = { ttlMs: 600, renewMs: 100 };

interface Watched {
  readonly members: Members<number>;
  readonly log: string[];
}

async function watch(sides: Sides, times: LeaseTimes, onGone = (): void => undefined): Promise<Watched> {
  const { bus, store } = await sides();
  const leases = await store.open('members', times.ttlMs);
  const log: string[] = [];
  const members = new Members<number>({
    ...{ bus, leases, times, kind: 'worker' },
    read: (info) => (typeof info === 'number' ? info : null),
    onGone: (id) => {
      log.push(`gone ${id}`);
      onGone();
    },
  });
  onTestFinished(() => members.stop());
  return { members, log };
}

async function join(sides: Sides, id: string, times: LeaseTimes, log: string[] = []): Promise<Membership> {
  const { bus, store } = await sides();
  const leases = await store.open('members', times.ttlMs);
  const membership = new Membership({
    ...{ bus, leases, times, id, kind: 'worker' },
    info: () => 7,
    onChange: (isHeld) => log.push(`${id} ${isHeld}`),
  });
  onTestFinished(() => membership.leave());
  await membership.joined;
  return membership;
}

const kinds: readonly (readonly [string, () => Promise<Sides>])[] = [
  ['in memory', async () => memorySides().sides],
  ['over NATS', async () => (await natsSides()).sides],
];

describe.each(kinds)('members %s', (_, open) => {
  it('see each other come, also those that came before, and leave', async () => {
    const sides = await open();
    const first = await join(sides, 'first', PATIENT);
    const { members, log } = await watch(sides, PATIENT);
    await join(sides, 'second', PATIENT);
    await expect.poll(() => [...members].map(([id]) => id).sort()).toEqual(['first', 'second']);
    expect(members.get('first')).toBe(7);
    expect(first.isHeld).toBe(true);
    await first.leave();
    expect(first.isHeld).toBe(false);
    await expect.poll(() => log).toEqual(['gone first']);
    expect(await members.isAlive('first')).toBe(false);
    expect(await members.isAlive('second')).toBe(true);
  });
});

describe('a member that is cut off', () => {
  it('knows before others do that it has no lease, and gets it back', async () => {
    const { sides, bus, store } = memorySides();
    const log: string[] = [];
    const heldWhenGone: boolean[] = [];
    const { members } = await watch(sides, QUICK, () => heldWhenGone.push(membership.isHeld));
    const membership = await join(sides, 'one', QUICK, log);
    await expect.poll(() => members.size).toBe(1);
    // Cut off from who keeps leases alone: others do not hear of it, and are not cut off.
    store.isConnected = false;
    await expect.poll(() => log).toEqual(['one true', 'one false']);
    expect(members.size).toBe(1);
    store.isConnected = true;
    await expect.poll(() => log).toEqual(['one true', 'one false', 'one true']);
    await expect.poll(() => members.size).toBe(1);
    bus.setConnected(false);
    // Nobody is declared dead by who hears nobody.
    await sleep(3 * QUICK.ttlMs);
    bus.setConnected(true);
    expect(members.size).toBe(1);
    expect(heldWhenGone.every((isHeld) => !isHeld)).toBe(true);
  });

  it('is gone for others when it dies, within its lease and a look', async () => {
    const { sides, bus, store } = memorySides();
    const { members, log } = await watch(sides, QUICK);
    const leases = await store.open('members', QUICK.ttlMs);
    const revision = await leases.create('dead', new Uint8Array(0));
    const note = JSON.stringify({ id: 'dead', revision, info: 1 });
    bus.publish('saccade.member.worker.dead', new TextEncoder().encode(note));
    await expect.poll(() => members.size).toBe(1);
    await expect.poll(() => log).toEqual(['gone dead']);
  });

  it('is there as long as its lease is renewed, though nobody hears of it', async () => {
    const { sides, bus, store } = memorySides();
    const { members, log } = await watch(sides, QUICK);
    const leases = await store.open('members', QUICK.ttlMs);
    let revision = (await leases.create('quiet', new Uint8Array(0)))!;
    bus.publish(
      'saccade.member.worker.quiet',
      new TextEncoder().encode(JSON.stringify({ id: 'quiet', revision, info: 1 })),
    );
    const renew = setInterval(() => {
      void leases.update('quiet', new Uint8Array(0), revision).then((next) => (revision = next ?? revision));
    }, 50);
    await sleep(4 * QUICK.ttlMs);
    const stalled = (await leases.get('quiet')) === null;
    clearInterval(renew);
    if (!stalled) expect([members.size, log]).toEqual([1, []]);
    await expect.poll(() => log).toEqual(['gone quiet']);
  });

  it('ignores what is no note', async () => {
    const { sides, bus } = memorySides();
    const { members } = await watch(sides, QUICK);
    for (const note of [
      '',
      'x',
      '{}',
      '{"id":3,"revision":1}',
      '{"id":"a","revision":"b"}',
      '{"id":"a","revision":1,"info":"x"}',
    ])
      bus.publish('saccade.member.worker.a', new TextEncoder().encode(note));
    await bus.flush();
    expect(members.size).toBe(0);
  });
});
