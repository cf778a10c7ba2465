/** Jobs go to workers some at a time: a message for each of a thousand jobs a second would take longer than small ones do. */
import { errorText, PreprocessError } from './errors.ts';
import type { PreprocessJob } from './plan.ts';
import type { JobAnswer } from './run-job.ts';
import type { JobRunner } from './worker-runner.ts';

/** Most recordings that a worker is given at once. */
const MOST_JOBS = 64;
/** Most bytes of them; a larger recording goes alone. */
export const DEFAULT_BATCH_BYTES: number = 16 << 20;

/** A job with what became of it. */
export type JobOutcome = JobAnswer & { readonly job: PreprocessJob };

/**
 * Takes the next jobs out of a queue: fewer towards its end, so that all workers end together.
 *
 * @param queue of which some are left.
 */
export function takeBatch(queue: PreprocessJob[], workers: number, maxBytes: number): PreprocessJob[] {
  const most = Math.min(MOST_JOBS, Math.ceil(queue.length / (4 * workers)));
  let count = 1;
  let bytes = queue[0]!.bytes;
  while (count < most && (bytes += queue[count]!.bytes) <= maxBytes) count++;
  return queue.splice(0, count);
}

/**
 * Runs a batch. If the worker dies or hangs, its jobs are run anew one by one, and one that is alone gets a second chance after
 * a death: that may be the machine's fault.
 *
 * @throws what the runner throws that is no PreprocessError: then no job would fare better.
 */
export async function runBatch(runner: JobRunner, jobs: readonly PreprocessJob[]): Promise<JobOutcome[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answers = await runner.run(jobs);
      return jobs.map((job, i) => ({ job, ...answers[i]! }));
    } catch (error) {
      if (!(error instanceof PreprocessError)) throw error;
      if (jobs.length > 1) return oneByOne(runner, jobs);
      const died = error.code === 'WORKER_DIED';
      if (!died || attempt === 2) return jobs.map((job) => ({ job, error: errorText(error) }));
    }
  }
}

async function oneByOne(runner: JobRunner, jobs: readonly PreprocessJob[]): Promise<JobOutcome[]> {
  const outcomes: JobOutcome[] = [];
  for (const job of jobs) outcomes.push(...(await runBatch(runner, [job])));
  return outcomes;
}
