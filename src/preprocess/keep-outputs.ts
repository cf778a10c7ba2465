/** Makes parts whole files. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { DiskSync } from './disk-sync.ts';
import type { JobResult } from './job-result.ts';
import { partOf, type Staging } from './write-whole.ts';

/** Told of a result of which no output could be kept. */
export type OnLost = (result: JobResult, error: Error) => void;

/** Makes sure that the outputs of results are there, whole and durable; returns those of which they are. */
export type KeepOutputs = (results: readonly JobResult[], onLost: OnLost) => Promise<readonly JobResult[]>;

/** See {@link keepParts}. */
export interface KeepPartsOptions {
  readonly out: string;
  readonly disk: DiskSync;
  /** Where the parts are. Others may make the same outputs then: where one cannot be kept, those that are there stay. */
  readonly staging?: Staging;
  /** Asked between the sync and the renaming. What it throws is thrown; parts are gone then. */
  readonly check?: () => void;
}

/** Outputs that were written under the names of parts are made durable, then renamed, then the names made durable. */
export async function keepParts(
  results: readonly JobResult[],
  onLost: OnLost,
  { out, disk, staging, check }: KeepPartsOptions,
): Promise<readonly JobResult[]> {
  const filesOf = (result: JobResult): string[] =>
    result.outputs.map((output) => path.join(out, output.path));
  const part = (file: string): string => partOf(file, staging);
  const all = results.flatMap(filesOf);
  const faults = await disk.files(all.map(part));
  try {
    check?.();
  } catch (error) {
    removeParts(all, staging);
    throw error;
  }
  const kept: JobResult[] = [];
  for (const result of results) {
    const files = filesOf(result);
    try {
      for (const file of files) {
        const fault = faults.get(part(file));
        if (fault !== undefined) throw fault;
        renamePart(part(file), file);
      }
      kept.push(result);
    } catch (error) {
      removeParts(files, staging);
      if (staging === undefined) removeAll(files);
      onLost(result, error as Error);
    }
  }
  const folders = new Set(kept.flatMap(filesOf).map((file) => path.dirname(file)));
  for (const fault of (await disk.folders([...folders])).values()) throw fault;
  return kept;
}

/** Its folder may be missing where parts lie elsewhere. */
function renamePart(part: string, file: string): void {
  try {
    renameSync(part, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || !existsSync(part)) throw error;
    mkdirSync(path.dirname(file), { recursive: true });
    renameSync(part, file);
  }
}

/** Removes the parts of files. */
export function removeParts(files: readonly string[], staging?: Staging): void {
  removeAll(files.map((file) => partOf(file, staging)));
}

/** Removes files; what is no file of ours, a folder of that name say, stays. */
function removeAll(files: readonly string[]): void {
  for (const file of files) {
    try {
      rmSync(file, { force: true });
    } catch {
      // It is in the way of this output and of nobody else.
    }
  }
}
