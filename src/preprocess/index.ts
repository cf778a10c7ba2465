/** Offline preprocessing, crash-safe and in parallel. For Node. */
export { copiesOfManifest, MANIFEST } from './manifest.ts';
export { checkOutputs, type OutputCheck } from './check-outputs.ts';
export * from './errors.ts';
export { IMAGE_DTYPES, type AnyParameters, type ImageParameters } from './image-parameters.ts';
export type { JobOutput, JobResult } from './job-result.ts';
export type { LossTotal, NoteTotal } from './losses.ts';
export {
  parametersDigest,
  recordingOfCopy,
  usualDtype,
  type CopiesOfRecordings,
  type DrawnCopy,
  type PreprocessJob,
  type PreprocessParameters,
} from './plan.ts';
export * from './preprocess.ts';
export type { PreprocessFailure, PreprocessSummary } from './summary.ts';
export { outputForms, type OutputForm } from './forms/index.ts';
export { DEFAULT_PACK_BYTES } from './packs/pack-form.ts';
export { runJobs, type JobAnswer, type JobSetting } from './run-job.ts';
export type { PreprocessQueue } from './queue/queue-executor.ts';
export { isRefusal, QueueWorker, type QueueWorkerOptions } from './queue/queue-worker.ts';
export { parseShare, type Share } from './queue/shares.ts';
export { WorkerRunner, type JobRunner } from './worker-runner.ts';
export { writeWhole } from './write-whole.ts';
