/** Runs jobs on a worker thread; a thread that dies or hangs is replaced. */
import { Worker } from 'node:worker_threads';
import { PreprocessError } from './errors.ts';
import type { JobResult } from './job-result.ts';
import type { PreprocessJob } from './plan.ts';
import type { JobSetting } from './run-job.ts';
import type { WorkerAnswer } from './worker.ts';

/** Runs one job at a time. */
export interface JobRunner {
  run(job: PreprocessJob): Promise<JobResult>;
  close(): Promise<void>;
}

/** See the file comment. */
export class WorkerRunner implements JobRunner {
  readonly #setting: JobSetting;
  readonly #timeoutMs: number;
  #worker: Worker | undefined;
  readonly #ended: Promise<unknown>[] = [];

  constructor(setting: JobSetting, timeoutMs: number) {
    this.#setting = setting;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws PreprocessError `WORKER_DIED`, `TIMED_OUT`; Error with the job's own fault. */
  async run(job: PreprocessJob): Promise<JobResult> {
    this.#worker ??= new Worker(new URL('./worker.js', import.meta.url), { workerData: this.#setting });
    const worker = this.#worker;
    return new Promise<JobResult>((resolve, reject) => {
      const replace = (error: Error): void => {
        finish();
        this.#worker = undefined;
        this.#ended.push(worker.terminate());
        reject(error);
      };
      const timer = setTimeout(() => {
        replace(new PreprocessError('TIMED_OUT', `${job.id} took longer than ${this.#timeoutMs} ms.`));
      }, this.#timeoutMs);
      const onMessage = (answer: WorkerAnswer): void => {
        finish();
        if ('result' in answer) resolve(answer.result);
        else reject(new Error(answer.error));
      };
      const onError = (error: unknown): void => {
        replace(new PreprocessError('WORKER_DIED', `The worker died on ${job.id}: ${String(error)}.`));
      };
      const onExit = (code: number): void => {
        onError(`exit code ${code}`);
      };
      const finish = (): void => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      };
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage(job);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#ended, this.#worker?.terminate()]);
  }
}
