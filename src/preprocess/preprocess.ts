/** Offline preprocessing: all recordings of a data set become files of frames. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { OpenDataset } from '../../datasets/index.ts';
import { Journal, PreprocessError } from './journal.ts';
import {
  framesFolder,
  parametersDigest,
  planJobs,
  type PreprocessJob,
  type PreprocessParameters,
} from './plan.ts';
import { writeWhole, type JobResult } from './run-job.ts';
import { WorkerRunner, type JobRunner } from './worker-runner.ts';

/** See {@link preprocess}. */
export interface PreprocessOptions {
  readonly dataset: OpenDataset;
  readonly parameters: PreprocessParameters;
  readonly out: string;
  /** Version of saccade, for the manifest. */
  readonly version: string;
  /** Worker threads. Default: one per core. */
  readonly workers?: number;
  /** Longest time for one recording. Default 5 min. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Makes a runner; default: a worker thread each. */
  readonly createRunner?: () => JobRunner;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A recording that could not be turned into frames. */
export interface PreprocessFailure {
  readonly id: string;
  readonly error: string;
}

/** The result of a run. */
export interface PreprocessSummary {
  /** Folder of the frames. */
  readonly folder: string;
  readonly total: number;
  /** Outputs that were there already, whole and unchanged. */
  readonly reused: number;
  readonly written: number;
  readonly failures: readonly PreprocessFailure[];
  /** `false` after an interruption: run again to go on. */
  readonly complete: boolean;
}

/**
 * Turns recordings into `.npz` frames in SpikingJelly's layout, in parallel. Interrupt or kill it at any
 * time: the next run finishes what is missing and redoes nothing.
 *
 * @throws PreprocessError `OTHER_PARAMETERS`.
 */
export async function preprocess(options: PreprocessOptions): Promise<PreprocessSummary> {
  const { dataset, parameters, out, signal, onProgress } = options;
  const folder = path.join(out, framesFolder(parameters));
  const jobs = planJobs(dataset, framesFolder(parameters));
  const { journal, finished } = await Journal.open(folder, parameters);
  const reused = jobs.filter(({ id }) => finished.has(id)).length;
  const queue = jobs.filter(({ id }) => !finished.has(id));
  const failures: PreprocessFailure[] = [];
  let done = reused;
  onProgress?.(done, jobs.length);

  const create =
    options.createRunner ??
    ((): JobRunner => new WorkerRunner({ parameters, out }, options.timeoutMs ?? 300_000));
  const work = async (): Promise<void> => {
    const runner = create();
    try {
      for (let job = queue.shift(); job !== undefined && !signal?.aborted; job = queue.shift()) {
        const result = await runTwice(runner, job);
        if ('error' in result) failures.push(result);
        else {
          await journal.add(result);
          finished.set(result.id, result);
        }
        done++;
        onProgress?.(done, jobs.length);
      }
    } finally {
      await runner.close();
    }
  };
  const workers = Math.max(1, Math.min(options.workers ?? availableParallelism(), queue.length));
  await Promise.all(Array.from({ length: workers }, work));

  const complete = done === jobs.length;
  if (complete) await writeManifest(options, folder, jobs, finished, failures);
  return { folder, total: jobs.length, reused, written: done - reused - failures.length, failures, complete };
}

/** A dead worker may be another job's fault or the machine's: the job gets a second chance. */
async function runTwice(runner: JobRunner, job: PreprocessJob): Promise<JobResult | PreprocessFailure> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runner.run(job);
    } catch (error) {
      const died = error instanceof PreprocessError && error.code === 'WORKER_DIED';
      if (!died || attempt === 2) return { id: job.id, error: String(error) };
    }
  }
}

async function writeManifest(
  { parameters, version, dataset }: PreprocessOptions,
  folder: string,
  jobs: readonly PreprocessJob[],
  finished: ReadonlyMap<string, JobResult>,
  failures: readonly PreprocessFailure[],
): Promise<void> {
  const manifest = {
    tool: 'saccade',
    version,
    parameters,
    parametersSha256: parametersDigest(parameters),
    classes: dataset.classes,
    outputs: jobs.flatMap(({ id }) => finished.get(id) ?? []),
    failures,
  };
  await writeWhole(path.join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
}
