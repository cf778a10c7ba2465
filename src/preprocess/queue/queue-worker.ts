/** The worker's side: jobs of a queue are run as `preprocess` runs its own. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DeliveredJob } from '../../cluster/index.ts';
import { DiskSync } from '../disk-sync.ts';
import { errorText, PreprocessError } from '../errors.ts';
import { runBatch } from '../job-batches.ts';
import type { JobResult } from '../job-result.ts';
import { keepParts, removeParts } from '../keep-outputs.ts';
import { framesFolder } from '../output-names.ts';
import type { JobAnswer, JobSetting } from '../run-job.ts';
import { sourceState } from '../source-state.ts';
import { WorkerRunner, type JobRunner } from '../worker-runner.ts';
import { stagingOf } from '../write-whole.ts';
import { canonicalDigest } from './canonical-json.ts';
import { decodeJobs, encodeAnswers, type JobMessage, type QueuedRecording } from './job-message.ts';
import { RunnerPool, type PooledRunner } from './runner-pool.ts';
import { pathHere, type Share } from './shares.ts';

/** Some file systems and protocols keep times to the millisecond. */
const TIME_MS = 1;

/** See {@link QueueWorker}. */
export interface QueueWorkerOptions {
  /** Version of saccade: jobs of another are refused. */
  readonly version: string;
  /** What it may read and write. */
  readonly shares: readonly Share[];
  /** Jobs at a time. */
  readonly slots: number;
  /** Told what is begun, before anything else happens to it. */
  readonly onBegin?: (job: DeliveredJob, recordings: readonly string[]) => void;
  /** Told what was made. */
  readonly onDone?: (job: DeliveredJob, made: number, failed: number) => void;
  /** Makes a runner; default: a worker thread each. */
  readonly createRunner?: (setting: JobSetting, timeoutMs: number) => JobRunner;
}

/** Whether an error of {@link QueueWorker.handle} says that this worker cannot do a job, though others may. */
export function isRefusal(error: unknown): boolean {
  return error instanceof PreprocessError && (error.code === 'NOT_SHARED' || error.code === 'OTHER_VERSION');
}

/** A recording with its location here. */
interface Located extends QueuedRecording {
  readonly here: string;
}

/**
 * Runs jobs. Whatever keeps this worker from it is thrown, and another may do better: a recording that is not the submitter's, a folder that
 * no run is at work in, another version. What is wrong with a recording is its answer.
 *
 * Outputs are whole and durable when the answer goes. At the same time or later another worker may write the same ones: they have the
 * same bytes then, as a recording that is not the job's any more is refused before anything gets its name.
 */
export class QueueWorker {
  readonly #options: QueueWorkerOptions;
  readonly #pool: RunnerPool;

  constructor(options: QueueWorkerOptions) {
    this.#options = options;
    this.#pool = new RunnerPool(options.slots);
  }

  /** A handler of {@link JobQueue.work}. */
  readonly handle = async (delivered: DeliveredJob, signal: AbortSignal): Promise<Uint8Array> => {
    const message = decodeJobs(delivered.id, delivered.body);
    this.#options.onBegin?.(
      delivered,
      message.recordings.map(({ job }) => job.id),
    );
    const { version, shares } = this.#options;
    if (message.version !== version) {
      throw new PreprocessError(
        'OTHER_VERSION',
        `The worker on ${os.hostname()} is saccade ${version}, the submitter ${message.version}: both must be the same.`,
      );
    }
    const out = pathHere(shares, message.out);
    const located = message.recordings.map((recording) => locate(recording, shares));
    const folder = path.join(out, framesFolder(message.parameters));
    requireRun(folder);
    for (const recording of located) requireSame(recording);
    const answers = await this.#run(message, located, out, folder, signal);
    const failed = answers.filter((answer) => 'error' in answer).length;
    this.#options.onDone?.(delivered, answers.length - failed, failed);
    return encodeAnswers({ host: os.hostname(), answers });
  };

  /** Not while it has jobs. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #run(
    message: JobMessage,
    recordings: readonly Located[],
    out: string,
    folder: string,
    signal: AbortSignal,
  ): Promise<JobAnswer[]> {
    const { parameters, version, opening, timeoutMs } = message;
    const create = (): PooledRunner => {
      const staging = { folder: stagingOf(folder), tag: `${process.pid}-${randomUUID()}` };
      const setting: JobSetting = { parameters, out, version, opening, staging };
      const { createRunner = (own, ms) => new WorkerRunner(own, ms) } = this.#options;
      return { setting, runner: createRunner(setting, timeoutMs) };
    };
    const key = canonicalDigest({ parameters, out, opening, timeoutMs });
    return this.#pool.use(key, create, async ({ runner, setting }) => {
      const jobs = recordings.map(({ job, here }) => ({ ...job, location: here }));
      const answers: JobAnswer[] = (await runBatch(runner, jobs)).map(({ job: _, ...answer }) => answer);
      // Another run has begun, or this one has ended: that is not the recording's fault.
      const isSwept = answers.some(
        (answer) =>
          'error' in answer && answer.error.includes('ENOENT') && answer.error.includes(stagingOf(folder)),
      );
      if (isSwept)
        throw new PreprocessError('NOT_SHARED', `What was half written in ${folder} was swept away.`);
      const results = answers.flatMap((answer) => ('result' in answer ? [answer.result] : []));
      const lost = await keep(results, {
        ...{ out, disk: new DiskSync(folder) },
        ...(setting.staging && { staging: setting.staging }),
        check: () => {
          signal.throwIfAborted();
          requireRun(folder);
          for (const [i, answer] of answers.entries())
            if ('result' in answer) requireSame(recordings[i]!, answer.result);
        },
      });
      return answers.map((answer, i) =>
        'result' in answer && !lost.has(answer.result)
          ? { result: translated(answer.result, recordings[i]!) }
          : { error: named('error' in answer ? answer.error : lost.get(answer.result)!, recordings[i]!) },
      );
    });
  }
}

/** @returns what could not be kept, and why. @throws for what another try may do. */
async function keep(
  results: readonly JobResult[],
  options: Parameters<typeof keepParts>[2],
): Promise<Map<JobResult, string>> {
  const lost = new Map<JobResult, string>();
  const files = results.flatMap(({ outputs }) =>
    outputs.map((output) => path.join(options.out, output.path)),
  );
  let swept: Error | undefined;
  try {
    await keepParts(
      results,
      (result, error) => {
        // A run that begins sweeps away what lies about half written.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') swept = error;
        lost.set(result, errorText(error));
      },
      options,
    );
  } catch (error) {
    removeParts(files, options.staging);
    throw error;
  }
  if (swept !== undefined) throw swept;
  return lost;
}

function locate(recording: QueuedRecording, shares: readonly Share[]): Located {
  return { ...recording, here: pathHere(shares, recording.location) };
}

/** Nothing is written into a folder in which no such run is at work: it may not be the submitter's, or the run may have ended. */
function requireRun(folder: string): void {
  if (existsSync(stagingOf(folder))) return;
  throw new PreprocessError(
    'NOT_SHARED',
    `The worker on ${os.hostname()} sees no run at work in ${folder}: it must be the submitter's folder, and the submitter must be there.`,
  );
}

/**
 * @param result of reading it, where it was read.
 * @throws PreprocessError `NOT_SHARED` if a recording is not the one that the job is about.
 */
function requireSame({ here, source, job }: Located, result?: JobResult): void {
  const fail = (what: string): never => {
    throw new PreprocessError(
      'NOT_SHARED',
      `The worker on ${os.hostname()} does not see the submitter's ${job.id} at ${here}: ${what}.`,
    );
  };
  let now;
  try {
    now = sourceState({ location: here, bytes: job.bytes });
  } catch (error) {
    return fail(errorText(error));
  }
  for (const { bytes, mtimeMs } of [now, result?.source ?? now]) {
    if (bytes !== source.bytes) fail(`it has ${bytes} bytes, not ${source.bytes}`);
    if (source.sha256 === null && Math.abs(mtimeMs - source.mtimeMs) > TIME_MS) {
      fail(
        `it is of ${new Date(mtimeMs).toISOString()}, not ${new Date(source.mtimeMs).toISOString()} (--verify compares contents in place of times)`,
      );
    }
  }
  if (result !== undefined && source.sha256 !== null && result.source.sha256 !== source.sha256)
    fail(`it has SHA-256 ${result.source.sha256}, not ${source.sha256}`);
}

/** As the submitter would have made it. */
function translated(result: JobResult, recording: Located): JobResult {
  const notes = result.notes.map(({ code, message }) => ({ code, message: named(message, recording) }));
  return { ...result, notes };
}

/** A text that names a recording by its location there. */
function named(text: string, { here, job }: Located): string {
  return text.replaceAll(here, job.location);
}
