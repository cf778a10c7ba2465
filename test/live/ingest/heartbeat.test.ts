import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { answersPing, Heartbeat, showsLife } from '../../../src/live/ingest/heartbeat.ts';

/** A socket whose peer does what the test says. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  isPaused = false;
  pings = 0;
  terminated = 0;
  answers = true;

  readonly tokens: string[] = [];

  ping(token?: string): void {
    this.pings++;
    this.tokens.push(token ?? '');
    if (this.answers) this.emit('pong', Buffer.from(token ?? ''));
  }

  terminate(): void {
    this.terminated++;
  }
}

const socketOf = (fake: FakeSocket): WebSocket => fake as unknown as WebSocket;

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets so many milliseconds go by, and what is due then. */
async function wait(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await new Promise((resolve) => setImmediate(resolve));
}

describe('Heartbeat', () => {
  function start(): { heartbeat: Heartbeat; fake: FakeSocket } {
    const fake = new FakeSocket();
    const heartbeat = new Heartbeat([socketOf(fake)], 100);
    heartbeat.watch(socketOf(fake));
    return { heartbeat, fake };
  }

  it('asks at every interval, and leaves whoever answers alone', async () => {
    const { heartbeat, fake } = start();
    await wait(99);
    expect(fake.pings).toBe(0);
    await wait(1);
    expect(fake.pings).toBe(1);
    await wait(300);
    expect([fake.pings, fake.terminated]).toEqual([4, 0]);
    heartbeat.stop();
    await wait(1000);
    expect(fake.pings).toBe(4);
  });

  it('ends whoever did not answer by the next time, and asks it no more', async () => {
    const { heartbeat, fake } = start();
    await wait(100);
    fake.answers = false;
    await wait(100);
    expect([fake.pings, fake.terminated]).toEqual([2, 0]);
    await wait(100);
    expect([fake.pings, fake.terminated]).toEqual([2, 1]);
    heartbeat.stop();
  });

  it('takes a late answer', async () => {
    const { heartbeat, fake } = start();
    fake.answers = false;
    await wait(150);
    fake.emit('pong');
    await wait(50);
    expect([fake.pings, fake.terminated]).toEqual([2, 0]);
    heartbeat.stop();
  });

  it('does not ask one that is paused, nor one that is not open', async () => {
    const { heartbeat, fake } = start();
    fake.isPaused = true;
    await wait(500);
    expect([fake.pings, fake.terminated]).toEqual([0, 0]);
    fake.isPaused = false;
    fake.readyState = 2;
    await wait(100);
    expect([fake.pings, fake.terminated]).toEqual([0, 0]);
    // What closes for a whole interval is not there any more.
    await wait(100);
    expect([fake.pings, fake.terminated]).toEqual([0, 1]);
    heartbeat.stop();
  });
});

describe('showsLife', () => {
  /** What was found, and after how long. */
  async function found(
    fake: FakeSocket,
    act: (fake: FakeSocket) => void = () => undefined,
  ): Promise<boolean | null> {
    fake.answers = false;
    let alive: boolean | null = null;
    void showsLife(socketOf(fake), 100).then((answer) => (alive = answer));
    await wait(50);
    act(fake);
    await wait(49);
    const early = alive;
    await wait(2);
    expect(alive).not.toBeNull();
    expect(['pong', 'message', 'close'].map((name) => fake.listenerCount(name))).toEqual([0, 0, 0]);
    return early;
  }

  it('is a pong or a message; a close is none', async () => {
    expect(await found(new FakeSocket(), (fake) => fake.emit('pong'))).toBe(true);
    expect(await found(new FakeSocket(), (fake) => fake.emit('message'))).toBe(true);
    expect(await found(new FakeSocket(), (fake) => fake.emit('close'))).toBe(false);
  });

  it('is waited for as long as was said', async () => {
    const fake = new FakeSocket();
    expect(await found(fake)).toBeNull();
    expect(fake.pings).toBe(1);
    const silent = new FakeSocket();
    silent.answers = false;
    const answer = showsLife(socketOf(silent), 100);
    await wait(101);
    expect(await answer).toBe(false);
  });

  it('is known at once of one that is paused, or not open', async () => {
    const paused = Object.assign(new FakeSocket(), { isPaused: true });
    const closing = Object.assign(new FakeSocket(), { readyState: 2 });
    expect(await showsLife(socketOf(paused), 100)).toBe(true);
    expect(await showsLife(socketOf(closing), 100)).toBe(false);
    expect([paused.pings, closing.pings]).toEqual([0, 0]);
  });
});

describe('the answer to a ping of its own', () => {
  it('is that one, not an older one or a message', async () => {
    const fake = new FakeSocket();
    fake.answers = false;
    let answered: boolean | null = null;
    void answersPing(socketOf(fake)).then((answer) => (answered = answer));
    fake.emit('pong', Buffer.from(''));
    fake.emit('message');
    await wait(1000);
    expect(answered).toBeNull();
    fake.emit('pong', Buffer.from(fake.tokens[0]!));
    await wait(0);
    expect(answered).toBe(true);
    expect(['pong', 'close'].map((name) => fake.listenerCount(name))).toEqual([0, 0]);
  });

  it('never comes on a connection that ends', async () => {
    const fake = new FakeSocket();
    fake.answers = false;
    const answer = answersPing(socketOf(fake));
    fake.emit('close');
    expect(await answer).toBe(false);
    expect(await answersPing(socketOf(Object.assign(new FakeSocket(), { readyState: 3 })))).toBe(false);
  });
});
