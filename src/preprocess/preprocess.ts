/** Offline preprocessing: all recordings of a data set become files of frames. */
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { OpenDataset, Sample, ArchiveOptions } from '../../datasets/index.ts';
import { requireFrameRule } from '../frames/index.ts';
import { errorText } from './errors.ts';
import { localExecutor, type ExecutorSetting, type JobExecutor } from './executor.ts';
import { outputForm } from './forms/index.ts';
import { FolderLock, foldsCase } from './folder-lock.ts';
import { DEFAULT_BATCH_BYTES, runBatch, takeBatch } from './job-batches.ts';
import type { JobResult } from './job-result.ts';
import { Journal } from './journal.ts';
import { sumLosses, sumNotes } from './losses.ts';
import { removeOutputs, strangeFiles } from './output-folder.ts';
import { MANIFEST, writeManifest } from './manifest.ts';
import { OutputBatches } from './output-batches.ts';
import { framesFolder, isOutputOf } from './output-names.ts';
import type { PackItem } from './packs/pack-form.ts';
import type { PackRecord } from './packs/pack-record.ts';
import { Packer } from './packs/packer.ts';
import {
  planJobs,
  requireApart,
  requireCopies,
  requireDtype,
  type PlannedJobs,
  type PreprocessJob,
} from './plan.ts';
import { QueueExecutor, type PreprocessQueue } from './queue/queue-executor.ts';
import { reconcile } from './reconcile.ts';
import { surveySensors, type SurveyedSensor } from './sensor-survey.ts';
import type { PreprocessFailure, PreprocessSummary } from './summary.ts';
import type { JobRunner } from './worker-runner.ts';
import { sweepParts } from './write-whole.ts';
import { areOfImages, type AnyParameters } from './image-parameters.ts';

/** See {@link preprocess}. */
export interface PreprocessOptions {
  readonly dataset: OpenDataset;
  readonly parameters: AnyParameters;
  readonly out: string;
  /** Version of saccade, for the manifest. */
  readonly version: string;
  /** Worker threads. Default: one per core. */
  readonly workers?: number;
  /** How archives are opened. */
  readonly opening?: ArchiveOptions;
  /** Most bytes of small recordings that a worker is given at once. Default 16 MiB. */
  readonly batchBytes?: number;
  /** Longest time for one recording. Default 5 min. */
  readonly timeoutMs?: number;
  /** Tell changed recordings by their content, not by size and time. */
  readonly verify?: boolean;
  /** Remove outputs whose recordings are gone. Default: they are kept and reported. */
  readonly prune?: boolean;
  /** The batches of recordings in hand are finished, no other is begun. */
  readonly signal?: AbortSignal;
  /** Makes a runner; default: a worker thread each. */
  readonly createRunner?: () => JobRunner;
  /** Workers elsewhere run the jobs, in place of threads of this process. */
  readonly queue?: PreprocessQueue;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Turns recordings into files of a form (SpikingJelly's layout of `.npz` frames, and others), in parallel. Interrupt or kill it
 * at any time: the next run finishes what is missing and redoes nothing but what changed. Files of a form that are packed are packed
 * when all are there.
 *
 * @throws PreprocessError for what no output can be made of, before anything is written: `SAME_OUTPUT`,
 * `SEVERAL_SENSORS`, `FOLDER_IN_USE`, `OTHER_PARAMETERS`; OptionError for strides and overlaps that do not go with the steps and for an element type that the representation does not
 * fit into; RepresentationError for one that the binning does not go with; RecordingError for sensors that cannot be fitted.
 */
export async function preprocess(options: PreprocessOptions): Promise<PreprocessSummary> {
  const { dataset, parameters, out } = options;
  if (!areOfImages(parameters)) requireFrameRule(parameters.rule);
  requireDtype(parameters);
  requireCopies(parameters);
  const name = framesFolder(parameters);
  const survey = await surveySensors(dataset, parameters);
  const planned = planJobs(dataset, name, survey, parameters);
  const folder = path.join(out, name);
  const lock = await FolderLock.acquire(folder);
  try {
    if (foldsCase(folder)) requireApart(planned.jobs);
    return await new Run(options, folder, planned, survey.sensors).finish();
  } finally {
    await lock.release();
  }
}

/** A run that holds its folder's lock. */
class Run {
  readonly #options: PreprocessOptions;
  readonly #folder: string;
  readonly #jobs: readonly PreprocessJob[];
  /** Of each job. */
  readonly #samples: readonly Sample[];
  readonly #sensors: readonly SurveyedSensor[];
  /** By the target of the job. */
  readonly #failures = new Map<string, PreprocessFailure>();
  #finished = new Map<string, JobResult>();
  #done = 0;

  constructor(
    options: PreprocessOptions,
    folder: string,
    { jobs, samples }: PlannedJobs,
    sensors: readonly SurveyedSensor[],
  ) {
    this.#options = options;
    this.#folder = folder;
    this.#jobs = jobs;
    this.#samples = samples;
    this.#sensors = sensors;
  }

  async finish(): Promise<PreprocessSummary> {
    const { parameters, out, verify = false, prune = false, version } = this.#options;
    const journal = await Journal.open(this.#folder, parameters);
    await sweepParts(this.#folder);
    const jobs = this.#jobs;
    const packer = await this.#openPacker(journal);
    const isPacked = (output: string): boolean => packer?.packOf(output) !== undefined;
    const found = await reconcile(journal.recorded, { samples: this.#samples, jobs, out, verify, isPacked });
    this.#finished = found.kept;
    const reused = [...found.kept.values()];
    const orphans = prune ? [] : found.orphans;
    const queue = jobs.filter(({ target }) => !found.kept.has(target));
    // A loader must not find what is wrong, nor a manifest of another state.
    if (queue.length > 0 || prune) await rm(this.#manifest, { force: true });
    const gone = [...found.stale, ...found.damaged];
    await packer?.free(outputsOf([...gone, ...found.orphans]), journal.recorded.values());
    await removeOutputs(out, this.#folder, [...gone, ...(prune ? found.orphans : [])]);
    await journal.rewrite([...reused, ...orphans], packer?.packs);

    await this.#work(queue, journal);
    const isPackedUp = await this.#pack(packer, orphans);
    const packs = packer?.packs ?? [];
    const strangers = await this.#strangers(orphans, packs);
    await sweepParts(this.#folder);
    const complete = this.#done === jobs.length && isPackedUp;
    const results = jobs.flatMap(({ target }) => this.#finished.get(target) ?? []);
    const outputs = results.flatMap((result) => result.outputs);
    const summary: PreprocessSummary = {
      folder: this.#folder,
      total: jobs.length,
      reused: reused.length,
      written: results.length - reused.length,
      stale: found.stale.length,
      // As the data set has them, whichever failed first.
      failures: jobs.flatMap(({ target }) => this.#failures.get(target) ?? []),
      packs: packs.length,
      orphans: outputsOf(found.orphans),
      pruned: prune,
      strangers,
      sensors: this.#sensors,
      otherVersions: [...new Set(reused.map((result) => result.version))].filter((own) => own !== version),
      events: outputs.reduce((sum, { events }) => sum + events, 0),
      losses: sumLosses(results),
      notes: sumNotes(results),
      complete,
    };
    const {
      dataset: { classes },
    } = this.#options;
    if (complete)
      await writeManifest(this.#manifest, { parameters, version, classes, results, orphans, packs, summary });
    return summary;
  }

  /** `null` where the form is a file a sample. */
  async #openPacker(journal: Journal): Promise<Packer | null> {
    const { out, parameters } = this.#options;
    const form = outputForm(parameters.form).pack;
    if (form === undefined) return null;
    return Packer.open({ form, limits: parameters, out, folder: this.#folder, journal });
  }

  /** Packs what is there, once nothing is left to do. */
  async #pack(packer: Packer | null, orphans: readonly JobResult[]): Promise<boolean> {
    if (packer === null || this.#done < this.#jobs.length) return true;
    const { dataset, signal } = this.#options;
    const items = this.#jobs.flatMap(({ id, target }, i): PackItem[] => {
      const { label, part } = this.#samples[i]!;
      const outputs = this.#finished.get(target)?.outputs ?? [];
      return outputs.map((output) => ({ id, label, part, className: dataset.classes[label]!, output }));
    });
    return packer.pack(items, {
      results: [...this.#finished.values(), ...orphans],
      onChange: () => rm(this.#manifest, { force: true }),
      signal,
    });
  }

  get #manifest(): string {
    return path.join(this.#folder, MANIFEST);
  }

  async #work(jobs: readonly PreprocessJob[], journal: Journal): Promise<void> {
    const { onProgress } = this.#options;
    this.#done = this.#jobs.length - jobs.length;
    onProgress?.(this.#done, this.#jobs.length);
    const executor = await this.#openExecutor();
    const outputs = this.#outputBatches(journal, executor);
    const queue = [...jobs];
    const lanes = Math.min(executor.lanes, queue.length);
    try {
      await Promise.all(Array.from({ length: lanes }, () => this.#lane(queue, executor, outputs)));
    } finally {
      try {
        await outputs.finish();
      } finally {
        await executor.close(this.#done === this.#jobs.length);
      }
    }
  }

  /** Runs jobs as long as there are some. */
  async #lane(queue: PreprocessJob[], executor: JobExecutor, outputs: OutputBatches): Promise<void> {
    const { signal, onProgress, batchBytes = DEFAULT_BATCH_BYTES } = this.#options;
    const runner = executor.createRunner();
    try {
      while (queue.length > 0 && !signal?.aborted) {
        for (const outcome of await runBatch(runner, takeBatch(queue, executor.workers, batchBytes))) {
          if ('result' in outcome) outputs.add(outcome.result);
          else this.#fail(outcome.job, outcome.error);
          this.#done++;
        }
        onProgress?.(this.#done, this.#jobs.length);
      }
    } catch (error) {
      // Jobs that others have in hand are not waited for.
      if (error !== signal?.reason) throw error;
    } finally {
      await runner.close();
    }
  }

  async #openExecutor(): Promise<JobExecutor> {
    const { parameters, out, version, opening, workers, timeoutMs = 300_000, signal } = this.#options;
    const { createRunner, queue, verify = false } = this.#options;
    const setting: ExecutorSetting = {
      ...{ parameters, out, folder: this.#folder, version, timeoutMs },
      ...(opening && { opening }),
      ...(signal && { signal }),
    };
    if (queue === undefined) {
      const lanes = Math.min(workers ?? availableParallelism(), this.#jobs.length);
      return localExecutor(setting, lanes, createRunner);
    }
    return QueueExecutor.open(setting, queue, verify);
  }

  #outputBatches(journal: Journal, executor: JobExecutor): OutputBatches {
    const jobs = new Map(this.#jobs.map((job) => [job.target, job]));
    return new OutputBatches({
      journal,
      keep: executor.keep,
      onKept: (results) => {
        for (const result of results) this.#finished.set(result.target, result);
      },
      onLost: ({ target }, error) => {
        this.#fail(jobs.get(target)!, errorText(error));
      },
    });
  }

  #fail({ id, location, target }: PreprocessJob, error: string): void {
    this.#failures.set(target, { id, location, error });
  }

  /** A job that was given up may have written its output all the same: that goes. */
  async #strangers(orphans: readonly JobResult[], packs: readonly PackRecord[]): Promise<string[]> {
    const { parameters, out } = this.#options;
    const { extension, pack } = outputForm(parameters.form);
    const extensions = [extension, ...(pack ? [pack.extension] : [])];
    const failed = this.#jobs.filter(({ target }) => !this.#finished.has(target));
    const known = new Set(outputsOf([...this.#finished.values(), ...orphans]));
    for (const { path: file } of packs) known.add(file);
    const strangers: string[] = [];
    for (const file of await strangeFiles(out, this.#folder, known, extensions)) {
      if (failed.some(({ target }) => isOutputOf(target, parameters, file)))
        await rm(path.join(out, file), { force: true });
      else strangers.push(file);
    }
    return strangers;
  }
}

/** Their paths. */
function outputsOf(results: readonly JobResult[]): string[] {
  return results.flatMap(({ outputs }) => outputs.map((output) => output.path));
}
