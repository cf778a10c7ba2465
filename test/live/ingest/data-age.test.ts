import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { DataAge, type PingedSocket } from '../../../src/live/ingest/data-age.ts';

/** A socket that notes pings; answers are given by hand. */
class Peer extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  readonly pings: string[] = [];

  ping(token: string): void {
    this.pings.push(token);
  }

  answer(index: number): void {
    this.emit('pong', Buffer.from(this.pings[index]!));
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function open(): { peer: Peer; age: DataAge; read: () => number } {
  const peer = new Peer();
  const age = new DataAge(peer as unknown as PingedSocket);
  onTestFinished(() => {
    age.stop();
  });
  const read = (): number => {
    age.heard(performance.now());
    return age.atMost(performance.now());
  };
  return { peer, age, read };
}

describe('the age of what is read', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is what an answer took, less the half of the shortest way', () => {
    const { peer, age, read } = open();
    expect(age.ageMs).toBeNull();
    vi.advanceTimersByTime(40);
    peer.answer(0);
    expect([age.ageMs, read()]).toEqual([20, 20]);
    vi.advanceTimersByTime(210 + 3000);
    peer.answer(1);
    expect(read()).toBe(3000 - 20);
  });

  it('says nothing long after an answer', async () => {
    const { peer, read } = open();
    vi.advanceTimersByTime(2000);
    peer.answer(0);
    expect(read()).toBe(1000);
    await turn();
    await turn();
    vi.advanceTimersByTime(1001);
    expect(read()).toBe(0);
  });

  it('grows while there is always more to read, and no answer comes', async () => {
    const { peer, read } = open();
    vi.advanceTimersByTime(10);
    peer.answer(0);
    read();
    // A message in every turn of the loop.
    let oldest = 0;
    for (let i = 0; i < 2000; i++) {
      vi.advanceTimersByTime(1);
      oldest = read();
      await turn();
    }
    expect(oldest).toBeGreaterThan(1900);
    peer.answer(peer.pings.length - 1);
    expect(read()).toBeLessThan(300);
  });

  it('is nothing where all was read, whether pings are answered or not', async () => {
    const { read } = open();
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(500);
      expect(read()).toBe(0);
      await turn();
      await turn();
    }
  });

  it('asks a peer that never answers only so often', () => {
    const { peer } = open();
    vi.advanceTimersByTime(60_000);
    expect(peer.pings.length).toBe(64);
  });

  it('an answer to a later ping is one to those before', () => {
    const { peer, age } = open();
    vi.advanceTimersByTime(1000);
    peer.answer(3);
    peer.answer(0);
    peer.emit('pong', Buffer.from('of others'));
    expect(age.ageMs).toBeCloseTo((1000 - 750) / 2, 6);
  });
});
