import { describe, expect, it } from 'vitest';
import { Turns } from '../../../src/live/index.ts';

/** Keeps this thread busy. */
function compute(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

describe('Turns', () => {
  it('a backlog of one delays another by one turn', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const works = async (name: string, times: number): Promise<void> => {
      for (let i = 0; i < times; i++)
        await turns.run(() => {
          order.push(`${name}${i}`);
          return Promise.resolve();
        });
    };
    await Promise.all([works('a', 4), works('b', 2), works('c', 1)]);
    expect(order).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'a2', 'a3']);
  });

  it('timers and input come between rounds, however much waits', async () => {
    const turns = new Turns();
    let done = 0;
    const all = Promise.all(
      Array.from({ length: 40 }, () =>
        turns.run(() => {
          compute(2);
          done++;
          return Promise.resolve();
        }),
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(done).toBeLessThan(40);
    await all;
    expect(done).toBe(40);
  });

  it('results and failures are those of the work', async () => {
    const turns = new Turns();
    await expect(turns.run(() => Promise.resolve(7))).resolves.toBe(7);
    await expect(turns.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(turns.run(() => Promise.resolve(8))).resolves.toBe(8);
  });

  it('work that waits lets others go on', async () => {
    const turns = new Turns();
    let finish = (): void => undefined;
    const slow = turns.run(() => new Promise<void>((resolve) => (finish = resolve)));
    await turns.run(() => Promise.resolve());
    finish();
    await slow;
  });
});
