import { describe, expect, it } from 'vitest';
import { BoundedQueue, type BufferPolicy } from '../../src/pipeline/index.ts';

function fill(
  policy: BufferPolicy,
  items: number,
): { queue: BoundedQueue<number>; dropped: number[]; calls: string[] } {
  const dropped: number[] = [];
  const calls: string[] = [];
  const queue = new BoundedQueue<number>({
    maxItems: 4,
    policy,
    onDrop: (item) => dropped.push(item),
    onPause: () => calls.push('pause'),
    onResume: () => calls.push('resume'),
  });
  for (let i = 0; i < items; i++) queue.push(i);
  return { queue, dropped, calls };
}

function drain(queue: BoundedQueue<number>): number[] {
  const out: number[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) out.push(item);
  return out;
}

describe('BoundedQueue', () => {
  it.each([
    ['drop-oldest', 4, []],
    ['drop-oldest', 7, [0, 1, 2]],
    ['drop-newest', 7, [4, 5, 6]],
    ['pause', 7, []],
  ] as const)('%s with %i items drops %j', (policy, items, lost) => {
    const { queue, dropped } = fill(policy, items);
    expect(dropped).toEqual(lost);
    expect(queue.stats).toMatchObject({ waiting: items - lost.length, dropped: lost.length });
    const left = drain(queue);
    expect([...lost, ...left].sort()).toEqual(Array.from({ length: items }, (_, i) => i));
    expect(left).toEqual([...left].sort());
  });

  it('asks the source to stop when it is full, once, and to go on when half of it is free', () => {
    const { queue, calls } = fill('pause', 3);
    expect(calls).toEqual([]);
    queue.push(3);
    queue.push(4);
    expect([calls, queue.stats.paused]).toEqual([['pause'], true]);
    queue.shift();
    queue.shift();
    expect(calls).toEqual(['pause']);
    queue.shift();
    expect([calls, queue.stats.paused]).toEqual([['pause', 'resume'], false]);
  });

  it('never asks under the other policies', () => {
    expect([fill('drop-oldest', 9).calls, fill('drop-newest', 9).calls]).toEqual([[], []]);
  });

  it('lets all go as dropped', () => {
    const { queue, dropped, calls } = fill('pause', 4);
    queue.clear();
    expect([dropped, queue.stats, calls]).toEqual([
      [0, 1, 2, 3],
      { waiting: 0, dropped: 4, paused: false },
      ['pause', 'resume'],
    ]);
  });

  it('holds a single item, and goes on when it is gone', () => {
    const calls: string[] = [];
    const queue = new BoundedQueue<number>({
      maxItems: 1,
      policy: 'pause',
      onPause: () => calls.push('pause'),
      onResume: () => calls.push('resume'),
    });
    queue.push(7);
    expect(calls).toEqual(['pause']);
    expect(queue.shift()).toBe(7);
    expect(calls).toEqual(['pause', 'resume']);
  });

  it('refuses a bound below one', () => {
    expect(() => new BoundedQueue({ maxItems: 0, policy: 'pause' })).toThrow(
      expect.objectContaining({ option: 'maxItems' }),
    );
  });
});
