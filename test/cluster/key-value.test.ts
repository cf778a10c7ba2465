/** One suite over both stores. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { KeyValueStore } from '../../src/cluster/index.ts';
import { memorySides, natsSides } from '../helpers/cluster.ts';

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const text = (content: Uint8Array | undefined): string => new TextDecoder().decode(content);

const kinds: readonly (readonly [string, () => Promise<[KeyValueStore, KeyValueStore]>])[] = [
  [
    'in memory',
    async () => {
      const { store } = memorySides();
      return [store, store];
    },
  ],
  [
    'of NATS',
    async () => {
      const { sides } = await natsSides();
      return [(await sides()).store, (await sides()).store];
    },
  ],
];

describe.each(kinds)('a store %s', (_, open) => {
  it('changes a value only for whoever knows it', async () => {
    const [first, second] = await open();
    const here = await first.open('bucket');
    const there = await second.open('bucket');
    expect(await here.get('key')).toBeNull();
    const revision = (await here.create('key', bytes('one')))!;
    expect(await there.create('key', bytes('two'))).toBeNull();
    const next = (await there.update('key', bytes('two'), revision))!;
    expect(next).toBeGreaterThan(revision);
    expect(await here.update('key', bytes('three'), revision)).toBeNull();
    expect(text((await here.get('key'))?.value)).toBe('two');
    expect(await here.remove('key', revision)).toBe(false);
    expect(await here.remove('key', next)).toBe(true);
    expect(await there.get('key')).toBeNull();
    expect(await there.update('key', bytes('four'), next)).toBeNull();
    expect(await there.create('key', bytes('five'))).toBeGreaterThan(next);
  });

  it('lets one of many who change it at once succeed', async () => {
    const stores = await open();
    const buckets = await Promise.all(stores.map((store) => store.open('bucket')));
    const created = await Promise.all(
      Array.from({ length: 20 }, (__, i) => buckets[i % 2]!.create('key', bytes(String(i)))),
    );
    expect(created.filter((revision) => revision !== null)).toHaveLength(1);
    const [revision] = created.filter((made) => made !== null);
    const updated = await Promise.all(
      Array.from({ length: 20 }, (__, i) => buckets[i % 2]!.update('key', bytes(String(i)), revision!)),
    );
    expect(updated.filter((made) => made !== null)).toHaveLength(1);
  });

  it('forgets what is not renewed, and not what is', async () => {
    const [store] = await open();
    const bucket = await store.open('short', 1000);
    let kept = (await bucket.create('kept', bytes('')))!;
    const left = (await bucket.create('left', bytes('')))!;
    for (let i = 0; i < 8; i++) {
      await sleep(250);
      const renewed = await bucket.update('kept', bytes(''), kept);
      // A machine that stood still for a second has lost it.
      if (renewed === null) return;
      kept = renewed;
    }
    await expect.poll(() => bucket.get('left')).toBeNull();
    expect(await bucket.update('left', bytes(''), left)).toBeNull();
    expect(await bucket.create('left', bytes(''))).toBeGreaterThan(kept - 1);
  });
});

it('a store whose server is away says so, and goes on where it was, or anew if the server forgot', async () => {
  const { sides, server } = await natsSides();
  const bucket = await (await sides()).store.open('bucket');
  const revision = (await bucket.create('key', bytes('one')))!;
  await server.kill();
  await expect(bucket.get('key')).rejects.toMatchObject({ code: 'UNREACHABLE' });
  await server.start();
  const again = async (): Promise<string> => text((await bucket.get('key').catch(() => null))?.value);
  await expect.poll(again).toBe('one');
  expect(await bucket.update('key', bytes('two'), revision)).toBeGreaterThan(revision);
  await server.kill();
  server.wipe();
  await server.start();
  await expect.poll(() => bucket.create('key', bytes('new')).catch(() => null)).toBe(1);
});
