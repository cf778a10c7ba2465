/** Offline preprocessing, crash-safe and in parallel. For Node. */
export { PreprocessError } from './journal.ts';
export * from './plan.ts';
export * from './preprocess.ts';
export { runJob, writeWhole, type JobResult } from './run-job.ts';
export { WorkerRunner, type JobRunner } from './worker-runner.ts';
