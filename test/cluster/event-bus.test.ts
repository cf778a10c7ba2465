/** One suite over both buses. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { subjectToken, tokenText, type BusMessage, type EventBus } from '../../src/cluster/index.ts';
import { connectTo, memorySides, natsSides } from '../helpers/cluster.ts';

const text = (message: BusMessage): string => new TextDecoder().decode(message.bytes);
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

const kinds: readonly (readonly [string, () => Promise<[EventBus, EventBus]>])[] = [
  [
    'in memory',
    async () => {
      const { bus } = memorySides();
      return [bus, bus];
    },
  ],
  [
    'over NATS',
    async () => {
      const { sides } = await natsSides();
      return [(await sides()).bus, (await sides()).bus];
    },
  ],
];

describe.each(kinds)('an event bus %s', (_, open) => {
  it('delivers to all who subscribe, in order, by pattern', async () => {
    const [here, there] = await open();
    const got: Record<string, string[]> = { exact: [], pattern: [], other: [] };
    here.subscribe('a.b.c', (message) => got['exact']!.push(text(message)));
    here.subscribe('a.*.*', (message) => got['pattern']!.push(`${message.subject} ${text(message)}`));
    here.subscribe('a.*', (message) => got['other']!.push(text(message)));
    await here.flush();
    for (let i = 0; i < 200; i++) there.publish('a.b.c', bytes(String(i)));
    there.publish('a.x.y', bytes('last'));
    await there.flush();
    await expect.poll(() => got['pattern']!.length).toBe(201);
    const numbers = Array.from({ length: 200 }, (__, i) => String(i));
    expect(got['exact']).toEqual(numbers);
    expect(got['pattern']).toEqual([...numbers.map((i) => `a.b.c ${i}`), 'a.x.y last']);
    expect(got['other']).toEqual([]);
  });

  it('says where a reply is awaited, and that a message reached nobody', async () => {
    const [here, there] = await open();
    const replies: string[] = [];
    there.subscribe('reply.*', ({ subject, undelivered, ...rest }) =>
      replies.push(`${subject} ${undelivered} ${text({ subject, undelivered, ...rest })}`),
    );
    const stop = here.subscribe('ask', ({ replyTo, bytes: content }) => here.publish(replyTo!, content));
    await Promise.all([here.flush(), there.flush()]);
    there.publish('ask', bytes('hello'), 'reply.1');
    await expect.poll(() => replies).toEqual(['reply.1 false hello']);
    stop();
    await here.flush();
    there.publish('ask', bytes('hello'), 'reply.2');
    await expect.poll(() => replies).toEqual(['reply.1 false hello', 'reply.2 true ']);
  });

  it('takes no more than it says, and is not changed by what becomes of the bytes', async () => {
    const [here, there] = await open();
    const got: Uint8Array[] = [];
    here.subscribe('big', ({ bytes: content }) => got.push(content));
    await here.flush();
    const most = new Uint8Array(there.maxMessageBytes).fill(7);
    there.publish('big', most);
    await there.flush();
    most.fill(0);
    await expect.poll(() => got[0]?.every((byte) => byte === 7)).toBe(true);
    expect(() => there.publish('big', new Uint8Array(there.maxMessageBytes + 1))).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }) as Error,
    );
  });

  it('carries any name', async () => {
    const [here, there] = await open();
    const names = ['a', 'roof.* >', '', 'Kamera 🦉 *.>', '.', '\u0000\n', 'x'.repeat(100)];
    const got: string[] = [];
    here.subscribe('name.*', ({ subject }) => got.push(tokenText(subject.split('.')[1]!.slice(1))));
    await here.flush();
    for (const name of names) there.publish(`name.c${subjectToken(name)}`, bytes(''));
    await there.flush();
    await expect.poll(() => got).toEqual(names);
  });
});

it('a broker that goes and comes back is told of; what is published meanwhile is gone, what is subscribed to stays', async () => {
  const { server } = await natsSides();
  const [here, there] = [(await connectTo(server.url)).bus, (await connectTo(server.url)).bus];
  const states: boolean[] = [];
  here.listen((isConnected) => states.push(isConnected));
  const got: string[] = [];
  there.subscribe('s', (message) => got.push(text(message)));
  await there.flush();
  await server.kill();
  await expect.poll(() => here.isConnected).toBe(false);
  here.publish('s', bytes('lost'));
  await sleep(300);
  await server.start();
  await expect.poll(() => here.isConnected && there.isConnected).toBe(true);
  await there.flush();
  here.publish('s', bytes('kept'));
  await here.flush();
  await expect.poll(() => got).toEqual(['kept']);
  expect(states).toEqual([false, true]);
});
