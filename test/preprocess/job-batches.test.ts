import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runBatch, takeBatch } from '../../src/preprocess/job-batches.ts';
import {
  PreprocessError,
  type JobAnswer,
  type JobRunner,
  type PreprocessJob,
} from '../../src/preprocess/index.ts';

const job = (id: string, bytes = 1): PreprocessJob => ({
  id,
  location: id,
  bytes,
  target: id,
  clip: null,
  geometry: null,
  frames: null,
  label: null,
  drawn: null,
});
const done = (id: string): JobAnswer => ({ error: `done ${id}` });

describe('batches of jobs', () => {
  it('take all jobs once, in order, within their limits, and get smaller towards the end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 1000 }),
        (sizes, workers, most) => {
          const jobs = sizes.map((bytes, i) => job(String(i), bytes));
          const queue = [...jobs];
          const taken: PreprocessJob[] = [];
          while (queue.length > 0) {
            const left = queue.length;
            const batch = takeBatch(queue, workers, most);
            taken.push(...batch);
            expect(batch.length).toBeGreaterThan(0);
            expect(batch.length).toBeLessThanOrEqual(Math.min(64, Math.ceil(left / (4 * workers))));
            const bytes = batch.reduce((sum, one) => sum + one.bytes, 0);
            expect(batch.length === 1 || bytes <= most).toBe(true);
          }
          expect(taken).toEqual(jobs);
        },
      ),
    );
    expect(
      takeBatch(
        Array.from({ length: 10_000 }, (_, i) => job(String(i))),
        2,
        50,
      ).length,
    ).toBe(50);
  });

  /** Runs batches, and dies or hangs on some jobs. */
  function runner(
    fault: (id: string, run: number) => 'WORKER_DIED' | 'TIMED_OUT' | null,
  ): JobRunner & { runs: string[] } {
    const runs: string[] = [];
    return {
      runs,
      run: async (jobs) => {
        runs.push(jobs.map(({ id }) => id).join(''));
        for (const { id } of jobs) {
          const code = fault(id, runs.length);
          if (code !== null) throw new PreprocessError(code, `because of ${id}`);
        }
        return jobs.map(({ id }) => done(id));
      },
      close: async () => undefined,
    };
  }

  it('are run at once', async () => {
    const own = runner(() => null);
    const jobs = ['a', 'b'].map((id) => job(id));
    expect(await runBatch(own, jobs)).toEqual(jobs.map((one) => ({ job: one, ...done(one.id) })));
    expect(own.runs).toEqual(['ab']);
  });

  it('are run one by one after a death, which gets a second chance and no third', async () => {
    const own = runner((id) => (id === 'b' ? 'WORKER_DIED' : null));
    const outcomes = await runBatch(
      own,
      ['a', 'b', 'c'].map((id) => job(id)),
    );
    expect(own.runs).toEqual(['abc', 'a', 'b', 'b', 'c']);
    expect(outcomes.map((outcome) => 'error' in outcome && outcome.error)).toEqual([
      'done a',
      'WORKER_DIED: because of b',
      'done c',
    ]);
  });

  it("lose nothing if the death was the machine's", async () => {
    const own = runner((_, run) => (run === 1 ? 'WORKER_DIED' : null));
    const outcomes = await runBatch(
      own,
      ['a', 'b'].map((id) => job(id)),
    );
    expect(own.runs).toEqual(['ab', 'a', 'b']);
    expect(outcomes.map((outcome) => 'error' in outcome && outcome.error)).toEqual(['done a', 'done b']);
  });

  it('do not wait twice for one that hangs alone', async () => {
    const own = runner((id) => (id === 'b' ? 'TIMED_OUT' : null));
    await runBatch(
      own,
      ['a', 'b'].map((id) => job(id)),
    );
    expect(own.runs).toEqual(['ab', 'a', 'b']);
  });
});
