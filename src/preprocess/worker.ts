/** A worker thread: jobs in, results out. */
import { parentPort, workerData } from 'node:worker_threads';
import { RecordingOpener } from '../../datasets/index.ts';
import { errorText } from './errors.ts';
import type { JobResult } from './job-result.ts';
import type { PreprocessJob } from './plan.ts';
import { runJob, type JobSetting } from './run-job.ts';

/** What it answers. */
export type WorkerAnswer = { readonly result: JobResult } | { readonly error: string };

const setting = workerData as JobSetting;
const opener = new RecordingOpener(setting.opening);

parentPort?.on('message', (job: PreprocessJob) => {
  runJob(job, setting, opener).then(
    (result) => {
      parentPort?.postMessage({ result } satisfies WorkerAnswer);
    },
    (error: unknown) => {
      parentPort?.postMessage({ error: errorText(error) } satisfies WorkerAnswer);
    },
  );
});
