/** Makes parts whole files. */
import { renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { DiskSync } from './disk-sync.ts';
import type { JobResult } from './job-result.ts';
import { partOf } from './write-whole.ts';

/** Told of a result of which no output could be kept. */
export type OnLost = (result: JobResult, error: Error) => void;

/** Makes sure that the outputs of results are there, whole and durable; returns those of which they are. */
export type KeepOutputs = (results: readonly JobResult[], onLost: OnLost) => Promise<readonly JobResult[]>;

/** See {@link keepParts}. */
export interface KeepPartsOptions {
  readonly out: string;
  readonly disk: DiskSync;
  /** Of the parts' names; default: this process's. */
  readonly tag?: string;
  /** Others may make the same outputs at the same time: where one cannot be kept, those that are there stay. */
  readonly isShared?: boolean;
  /** Asked between the sync and the renaming. What it throws is thrown; parts are gone then. */
  readonly check?: () => void;
}

/** Outputs that were written under the names of parts are made durable, then renamed, then the names made durable. */
export async function keepParts(
  results: readonly JobResult[],
  onLost: OnLost,
  { out, disk, tag, isShared = false, check }: KeepPartsOptions,
): Promise<readonly JobResult[]> {
  const filesOf = (result: JobResult): string[] =>
    result.outputs.map((output) => path.join(out, output.path));
  const part = (file: string): string => partOf(file, tag);
  const all = results.flatMap(filesOf);
  const faults = await disk.files(all.map(part));
  try {
    check?.();
  } catch (error) {
    removeParts(all, tag);
    throw error;
  }
  const kept: JobResult[] = [];
  for (const result of results) {
    const files = filesOf(result);
    try {
      for (const file of files) {
        const fault = faults.get(part(file));
        if (fault !== undefined) throw fault;
        renameSync(part(file), file);
      }
      kept.push(result);
    } catch (error) {
      removeParts(files, tag);
      if (!isShared) removeAll(files);
      onLost(result, error as Error);
    }
  }
  const folders = new Set(kept.flatMap(filesOf).map((file) => path.dirname(file)));
  for (const fault of (await disk.folders([...folders])).values()) throw fault;
  return kept;
}

/** Removes the parts of files. */
export function removeParts(files: readonly string[], tag?: string): void {
  removeAll(files.map((file) => partOf(file, tag)));
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
