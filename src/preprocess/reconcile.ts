/** Compares what an output folder holds with what the data set is now. Changes nothing. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Sample } from '../../datasets/index.ts';
import type { JobOutput, JobResult } from './job-result.ts';
import type { PreprocessJob } from './plan.ts';
import { hashRecording, sourceState } from './source-state.ts';

/** What is to be done with a folder. Results by their jobs' targets. */
export interface Reconciliation {
  /** Whole, and of recordings as they are now. */
  readonly kept: Map<string, JobResult>;
  /** Of recordings that changed since. Their outputs are wrong. */
  readonly stale: readonly JobResult[];
  /** Of recordings as they are now, but damaged or gone. */
  readonly damaged: readonly JobResult[];
  /** Still there, of recordings that are no longer in the data set. */
  readonly orphans: readonly JobResult[];
}

/** See {@link reconcile}. */
export interface ReconcileOptions {
  /** Of each job. */
  readonly samples: readonly Sample[];
  readonly jobs: readonly PreprocessJob[];
  readonly out: string;
  /** Trust the content of recordings, not size and time. */
  readonly verify: boolean;
  /** Whether an output lies in a pack that is whole. */
  readonly isPacked?: (output: string) => boolean;
}

/**
 * Sorts what was recorded. An output counts only if its recording is the one that it was made from and its bytes have
 * the recorded hash.
 */
export async function reconcile(
  recorded: ReadonlyMap<string, JobResult>,
  { samples, jobs, out, verify, isPacked = () => false }: ReconcileOptions,
): Promise<Reconciliation> {
  const kept = new Map<string, JobResult>();
  const stale: JobResult[] = [];
  const damaged: JobResult[] = [];
  for (const [i, { target, clip, label, drawn }] of jobs.entries()) {
    const result = recorded.get(target);
    if (result === undefined) continue;
    const same =
      sameClip(result.clip ?? null, clip) &&
      (result.label ?? null) === label &&
      // Another version may draw otherwise.
      isDeepStrictEqual(result.drawn ?? null, drawn);
    const current = same ? await refreshed(result, samples[i]!, verify) : null;
    if (current === null) stale.push(result);
    else if (await allIntact(out, current.outputs, isPacked)) kept.set(target, current);
    else damaged.push(result);
  }
  const targets = new Set(jobs.map(({ target }) => target));
  const gone = [...recorded.values()].filter(({ target }) => !targets.has(target));
  const orphans = gone.filter(({ outputs }) =>
    outputs.some((output) => isPacked(output.path) || existsSync(path.join(out, output.path))),
  );
  return { kept, stale, damaged, orphans };
}

/** Labels may change where recordings do not. */
function sameClip(a: PreprocessJob['clip'], b: PreprocessJob['clip']): boolean {
  return a?.startMicros === b?.startMicros && a?.endMicros === b?.endMicros;
}

/** The result with its recording's time as it is now, `null` if the recording is another. */
async function refreshed(result: JobResult, sample: Sample, verify: boolean): Promise<JobResult | null> {
  const { source } = result;
  const now = sourceState(sample);
  if (now.bytes !== source.bytes) return null;
  if (!verify) return now.mtimeMs === source.mtimeMs ? result : null;
  if ((await hashRecording(sample)) !== source.sha256) return null;
  return { ...result, source: { ...source, ...now } };
}

async function allIntact(
  out: string,
  outputs: readonly JobOutput[],
  isPacked: (output: string) => boolean,
): Promise<boolean> {
  for (const output of outputs) if (!isPacked(output.path) && !(await isIntact(out, output))) return false;
  return true;
}

async function isIntact(out: string, { path: relative, bytes, sha256 }: JobOutput): Promise<boolean> {
  const content = await readFile(path.join(out, relative)).catch(() => null);
  return content?.length === bytes && createHash('sha256').update(content).digest('hex') === sha256;
}
