/** The submitter's side: jobs go to a queue, and answers come back. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ClusterError,
  MAX_DELIVERIES,
  type JobGroup,
  type JobQueue,
  type QueueOutcome,
} from '../../cluster/index.ts';
import { RecordingOpener } from '../../../datasets/index.ts';
import { errorText, PreprocessError } from '../errors.ts';
import type { ExecutorSetting, JobExecutor } from '../executor.ts';
import type { JobResult } from '../job-result.ts';
import type { KeepOutputs } from '../keep-outputs.ts';
import type { PreprocessJob } from '../plan.ts';
import type { JobAnswer } from '../run-job.ts';
import { hashRecording, sourceState } from '../source-state.ts';
import type { JobRunner } from '../worker-runner.ts';
import { stagingOf } from '../write-whole.ts';
import {
  decodeAnswers,
  encodeJobs,
  groupName,
  type JobMessage,
  type QueuedRecording,
} from './job-message.ts';
import { outputProblem, seeOutputs } from './see-outputs.ts';

/** A queue that is full is asked again this often. */
const FULL_PAUSE_MS = 1000;
/** Batches are given up earlier than single jobs: theirs are tried one by one then. */
const BATCH_DELIVERIES = 2;

/** More may come than are there when the run begins. */
const LEAST_WORKERS = 4;

/** How jobs go to workers elsewhere. */
export interface PreprocessQueue {
  readonly queue: JobQueue;
  /** Batches that wait or are worked on at a time. Default 64. */
  readonly outstanding?: number;
  /** So many workers may die of a recording, or refuse it, before it is given up. Default 5. */
  readonly maxDeliveries?: number;
  /** So long after a worker wrote an output it may be until it is seen here. Default 60 s. */
  readonly visibleWithinMs?: number;
}

/** See the file comment. */
export class QueueExecutor implements JobExecutor {
  readonly lanes: number;
  readonly workers: number;
  readonly #setting: ExecutorSetting;
  readonly #options: PreprocessQueue;
  readonly #verify: boolean;
  readonly #opener: RecordingOpener;
  #group!: JobGroup;
  /** Outcomes of jobs that were not asked for yet: an earlier run submitted them. */
  readonly #early = new Map<string, QueueOutcome>();
  readonly #waiting = new Map<string, (outcome: QueueOutcome | Error) => void>();
  readonly #settled = new Set<string>();
  /** Submitted, and without an outcome. */
  readonly #outstanding = new Set<string>();
  readonly #onAbort = (): void => {
    for (const settle of this.#waiting.values()) settle(this.#setting.signal!.reason as Error);
  };

  private constructor(setting: ExecutorSetting, options: PreprocessQueue, workers: number, verify: boolean) {
    this.#setting = setting;
    this.#options = options;
    this.#verify = verify;
    this.#opener = new RecordingOpener(setting.opening);
    this.lanes = options.outstanding ?? 64;
    this.workers = workers;
    setting.signal?.addEventListener('abort', this.#onAbort);
  }

  /**
   * Joins the jobs of these parameters and this folder, those of an earlier run too.
   *
   * @param verify whether recordings are told by their content.
   * @throws ClusterError
   */
  static async open(
    setting: ExecutorSetting,
    options: PreprocessQueue,
    verify: boolean,
  ): Promise<QueueExecutor> {
    const { idle, inHand } = await options.queue.state();
    await mkdir(stagingOf(setting.folder), { recursive: true });
    const executor = new QueueExecutor(setting, options, Math.max(LEAST_WORKERS, idle + inHand), verify);
    const name = groupName(setting.parameters, path.resolve(setting.out));
    executor.#group = await options.queue.openGroup(name, (outcome) => {
      executor.#take(outcome);
    });
    return executor;
  }

  createRunner(): JobRunner {
    return { run: async (jobs) => this.#run(jobs), close: async () => Promise.resolve() };
  }

  /** Workers have renamed and synced them, and {@link seeOutputs} has read them. */
  readonly keep: KeepOutputs = async (results) => Promise.resolve(results);

  /** Outcomes stay until the run is complete: one that goes on after a kill gathers what its journal lacks. */
  async close(isComplete: boolean): Promise<void> {
    this.#setting.signal?.removeEventListener('abort', this.#onAbort);
    await this.#opener.close();
    const closed = new ClusterError('CLOSED', 'The run has ended.');
    for (const settle of this.#waiting.values()) settle(closed);
    try {
      // What nobody will gather is not to be worked on; what was finished stays for the next run.
      if (isComplete) await this.#group.clear();
      else for (const id of this.#outstanding) await this.#group.forget(id);
    } finally {
      await this.#group.close();
    }
  }

  #take(outcome: QueueOutcome): void {
    const settle = this.#waiting.get(outcome.id);
    if (settle !== undefined) settle(outcome);
    else if (!this.#settled.has(outcome.id)) this.#early.set(outcome.id, outcome);
  }

  async #run(jobs: readonly PreprocessJob[]): Promise<readonly JobAnswer[]> {
    const message = await this.#messageOf(jobs);
    const { id, body } = encodeJobs(message);
    const early = await this.#earlyAnswers(id, message);
    if (early !== null) return early;
    const outcome = await this.#ask(id, body, jobs.length);
    if ('dead' in outcome) {
      // It is not the answer of whoever tries again.
      await this.#group.forget(id);
      throw new PreprocessError('GIVEN_UP', `No worker could do it: ${outcome.dead.replace(/\.$/, '')}.`);
    }
    this.#settled.add(id);
    return this.#answersIn(outcome.done, message);
  }

  async #messageOf(jobs: readonly PreprocessJob[]): Promise<JobMessage> {
    const { parameters, out, version, opening = {}, timeoutMs } = this.#setting;
    const recordings = await Promise.all(jobs.map((job) => this.#recordingOf(job)));
    return { version, parameters, out: path.resolve(out), opening, timeoutMs, recordings };
  }

  async #recordingOf(job: PreprocessJob): Promise<QueuedRecording> {
    const sha256 = this.#verify ? await hashRecording(await this.#opener.open(job.location)) : null;
    return { job, location: path.resolve(job.location), source: { ...sourceState(job), sha256 } };
  }

  /** What an earlier run's workers made, if that is whole and all there; faults may have gone since. */
  async #earlyAnswers(id: string, message: JobMessage): Promise<readonly JobAnswer[] | null> {
    const outcome = this.#early.get(id);
    if (outcome === undefined) return null;
    this.#early.delete(id);
    if ('done' in outcome) {
      const { answers } = decodeAnswers(outcome.done, message);
      const results = answers.flatMap((answer) => ('result' in answer ? [answer.result] : []));
      const outputs = results.flatMap((result) => result.outputs);
      const areThere = outputs.every((output) => outputProblem(this.#setting.out, output) === null);
      if (results.length === answers.length && areThere) {
        this.#settled.add(id);
        return results.map((result, i) => ({ result: asSubmitted(result, message.recordings[i]!) }));
      }
    }
    await this.#group.forget(id);
    return null;
  }

  async #ask(id: string, body: Uint8Array, jobs: number): Promise<QueueOutcome> {
    const { maxDeliveries = MAX_DELIVERIES } = this.#options;
    const { signal } = this.#setting;
    signal?.throwIfAborted();
    const answered = new Promise<QueueOutcome>((resolve, reject) => {
      this.#waiting.set(id, (outcome) => {
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      });
    });
    // An abort may come while it is submitted.
    answered.catch(() => undefined);
    this.#outstanding.add(id);
    try {
      await this.#submit({
        ...{ id, body },
        maxDeliveries: jobs > 1 ? Math.min(BATCH_DELIVERIES, maxDeliveries) : maxDeliveries,
      });
      const outcome = await answered;
      this.#outstanding.delete(id);
      return outcome;
    } finally {
      this.#waiting.delete(id);
    }
  }

  async #submit(job: Parameters<JobGroup['submit']>[0]): Promise<void> {
    for (;;) {
      try {
        await this.#group.submit(job);
        return;
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
        if (error.code === 'TOO_LARGE')
          throw new PreprocessError('GIVEN_UP', error.message, { cause: error });
        if (error.code !== 'FULL') throw error;
        await sleep(FULL_PAUSE_MS, undefined, this.#setting.signal && { signal: this.#setting.signal }).catch(
          () => {
            throw this.#setting.signal?.reason as Error;
          },
        );
      }
    }
  }

  async #answersIn(body: Uint8Array, message: JobMessage): Promise<readonly JobAnswer[]> {
    const { host, answers } = decodeAnswers(body, message);
    const { visibleWithinMs = 60_000 } = this.#options;
    return Promise.all(
      answers.map(async (answer, i): Promise<JobAnswer> => {
        if ('error' in answer) return answer;
        try {
          await seeOutputs(this.#setting.out, answer.result, host, visibleWithinMs);
          return { result: asSubmitted(answer.result, message.recordings[i]!) };
        } catch (error) {
          return { error: errorText(error) };
        }
      }),
    );
  }
}

/** The journal tells recordings by size and time as they are seen here. */
function asSubmitted(result: JobResult, { source }: QueuedRecording): JobResult {
  const { bytes, mtimeMs } = source;
  return { ...result, source: { ...result.source, bytes, mtimeMs } };
}
