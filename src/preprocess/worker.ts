/** A worker thread: jobs in, what became of them out. */
import { parentPort, workerData } from 'node:worker_threads';
import { RecordingOpener } from '../../datasets/index.ts';
import type { PreprocessJob } from './plan.ts';
import { runJobs, type JobSetting } from './run-job.ts';

const setting = workerData as JobSetting;
const opener = new RecordingOpener(setting.opening);

parentPort?.on('message', (jobs: readonly PreprocessJob[]) => {
  void runJobs(jobs, setting, opener).then((answers) => {
    parentPort?.postMessage(answers);
  });
});
