import { describe, expect, it } from 'vitest';
import { compareWith, disposeAll, interleave, type Contestant } from '../../../src/cli/bench/interleave.ts';

/** A contestant that says whenever it runs, and claims how long it took. */
function fake(log: string[], name: string, millis: number, options: Partial<Contestant> = {}): Contestant {
  return {
    name,
    threads: 1,
    run: async () => {
      log.push(name);
      return [millis];
    },
    warmup: 0,
    ...options,
  };
}

describe('interleave', () => {
  it('warms each up, then goes round', async () => {
    const log: string[] = [];
    const done: number[] = [];
    const rows = await interleave(
      [fake(log, 'a', 1, { warmup: 1, repeats: 2 }), fake(log, 'b', 2, { everyRounds: 2 })],
      3,
      (round) => done.push(round),
    );
    expect(log.join('')).toBe('a' + 'aab' + 'aa' + 'aab');
    expect(done).toEqual([1, 2, 3]);
    expect(rows).toMatchObject([
      { name: 'a', n: 6, min: 1, p10: 1, median: 1, p90: 1 },
      { name: 'b', n: 2, min: 2, p10: 2, median: 2, p90: 2 },
    ]);
  });

  it('takes the time itself where none is given, without the pause afterwards', async () => {
    const run = async (): Promise<void> => undefined;
    const [row] = await interleave([{ name: 'a', threads: 1, run, settleMs: 200 }], 1);
    expect(row!.n).toBe(1);
    expect(row!.median).toBeGreaterThanOrEqual(0);
    expect(row!.median).toBeLessThan(200);
  });

  it('ends those that have something to end', async () => {
    const log: string[] = [];
    const dispose = (): void => void log.push('end');
    await disposeAll([fake(log, 'a', 1), fake(log, 'b', 1, { dispose })]);
    expect(log).toEqual(['end']);
  });
});

describe('ratios', () => {
  it('are to ours on as many threads, or on one', async () => {
    const row = (name: string, threads: number, millis: number) => ({
      name,
      threads,
      n: 1,
      min: millis,
      p10: millis,
      median: 2 * millis,
      p90: 2 * millis,
    });
    const rows = compareWith('ours', [
      row('ours', 1, 10),
      row('ours', 2, 5),
      row('x', 1, 100),
      row('x', 2, 100),
      row('x', 4, 100),
    ]);
    expect(rows.map(({ ratioP10 }) => ratioP10)).toEqual([null, null, 10, 20, 10]);
    expect(rows.map(({ ratioMedian }) => ratioMedian)).toEqual([null, null, 10, 20, 10]);
  });
});
