/** Runs jobs on a worker thread; a thread that dies or hangs is replaced. */
import { Worker } from 'node:worker_threads';
import { PreprocessError } from './errors.ts';
import type { PreprocessJob } from './plan.ts';
import type { JobAnswer, JobSetting } from './run-job.ts';

/** Runs some jobs at a time, one after the other. */
export interface JobRunner {
  /**
   * Answers in the order of the jobs.
   *
   * @throws PreprocessError if it could not go on: nobody knows which job's fault that was.
   */
  run(jobs: readonly PreprocessJob[]): Promise<readonly JobAnswer[]>;
  close(): Promise<void>;
}

/** What a runner needs of a thread. */
export type JobThread = Pick<Worker, 'on' | 'off' | 'postMessage' | 'terminate'>;

function startThread(setting: JobSetting): JobThread {
  return new Worker(new URL('./worker.js', import.meta.url), { workerData: setting });
}

/** See the file comment. */
export class WorkerRunner implements JobRunner {
  readonly #setting: JobSetting;
  readonly #timeoutMs: number;
  readonly #start: (setting: JobSetting) => JobThread;
  #worker: JobThread | undefined;
  readonly #ended: Promise<unknown>[] = [];

  constructor(
    setting: JobSetting,
    timeoutMs: number,
    start: (setting: JobSetting) => JobThread = startThread,
  ) {
    this.#setting = setting;
    this.#timeoutMs = timeoutMs;
    this.#start = start;
  }

  /** @throws PreprocessError `WORKER_DIED`; `TIMED_OUT` if all together take longer than one may. */
  async run(jobs: readonly PreprocessJob[]): Promise<readonly JobAnswer[]> {
    this.#worker ??= this.#start(this.#setting);
    const worker = this.#worker;
    const [first] = jobs;
    const names = jobs.length === 1 ? first!.id : `${first?.id} and ${jobs.length - 1} more`;
    return new Promise<readonly JobAnswer[]>((resolve, reject) => {
      const replace = (error: Error): void => {
        finish();
        this.#worker = undefined;
        this.#ended.push(worker.terminate());
        reject(error);
      };
      const timer = setTimeout(() => {
        replace(new PreprocessError('TIMED_OUT', `${names} took longer than ${this.#timeoutMs} ms.`));
      }, this.#timeoutMs);
      const onMessage = (answers: readonly JobAnswer[]): void => {
        finish();
        resolve(answers);
      };
      const onError = (error: unknown): void => {
        replace(new PreprocessError('WORKER_DIED', `The worker died on ${names}: ${String(error)}.`));
      };
      const onExit = (code: number): void => {
        onError(`exit code ${code}`);
      };
      const finish = (): void => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      };
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage(jobs);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#ended, this.#worker?.terminate()]);
  }
}
