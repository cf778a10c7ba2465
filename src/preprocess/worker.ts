/** A worker thread: jobs in, results out. */
import { parentPort, workerData } from 'node:worker_threads';
import { RecordingOpener } from '../../datasets/index.ts';
import type { PreprocessJob, PreprocessParameters } from './plan.ts';
import { runJob, type JobResult } from './run-job.ts';

/** What the thread is started with. */
export interface WorkerStart {
  readonly parameters: PreprocessParameters;
  readonly out: string;
}

/** What it answers. */
export type WorkerAnswer = { readonly result: JobResult } | { readonly error: string };

const { parameters, out } = workerData as WorkerStart;
const opener = new RecordingOpener();

parentPort?.on('message', (job: PreprocessJob) => {
  runJob(job, parameters, out, opener).then(
    (result) => {
      parentPort?.postMessage({ result } satisfies WorkerAnswer);
    },
    (error: unknown) => {
      parentPort?.postMessage({ error: String(error) } satisfies WorkerAnswer);
    },
  );
});
