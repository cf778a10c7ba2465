/** Where jobs are run. */
import type { ArchiveOptions } from '../../datasets/index.ts';
import { DiskSync } from './disk-sync.ts';
import { keepParts, type KeepOutputs } from './keep-outputs.ts';
import { WorkerRunner, type JobRunner } from './worker-runner.ts';
import type { AnyParameters } from './image-parameters.ts';

/** What a run knows of its jobs before they begin. */
export interface ExecutorSetting {
  readonly parameters: AnyParameters;
  readonly out: string;
  /** Folder of the frames, below `out`. */
  readonly folder: string;
  readonly version: string;
  readonly opening?: ArchiveOptions;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Runs jobs: threads of this process, or a queue that others work on. */
export interface JobExecutor {
  /** Batches that may be on their way at a time. */
  readonly lanes: number;
  /** Workers that share the jobs, as far as it is known: that all end together, the last batches are small. */
  readonly workers: number;
  /** One a lane. */
  createRunner(): JobRunner;
  /** Makes outputs of results files that stay. */
  readonly keep: KeepOutputs;
  /** @param isComplete whether all jobs are done or failed for good. */
  close(isComplete: boolean): Promise<void>;
}

/** Worker threads of this process. */
export function localExecutor(
  { parameters, out, folder, version, opening, timeoutMs }: ExecutorSetting,
  lanes: number,
  createRunner: () => JobRunner = () =>
    new WorkerRunner({ parameters, out, version, ...(opening && { opening }) }, timeoutMs),
): JobExecutor {
  const disk = new DiskSync(folder);
  return {
    lanes,
    workers: lanes,
    createRunner,
    keep: async (results, onLost) => keepParts(results, onLost, { out, disk }),
    close: async () => Promise.resolve(),
  };
}
