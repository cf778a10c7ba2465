/** Whether outputs that another machine wrote are here. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PreprocessError } from '../errors.ts';
import type { JobOutput, JobResult } from '../job-result.ts';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 2000;

/**
 * What is wrong with an output as it is seen here, `null` if nothing is. At once: another thread would take several times as
 * long.
 */
export function outputProblem(out: string, output: JobOutput): string | null {
  let content: Uint8Array;
  try {
    content = readFileSync(path.join(out, output.path));
  } catch {
    return 'cannot be read';
  }
  if (content.length !== output.bytes) return `has ${content.length} bytes, not ${output.bytes}`;
  const sha256 = createHash('sha256').update(content).digest('hex');
  return sha256 === output.sha256 ? null : 'has other bytes';
}

/**
 * Reads all outputs of a result, once more while they are not there: network file systems show what others wrote some time later.
 *
 * @throws PreprocessError `NOT_SHARED` if they do not come.
 */
export async function seeOutputs(
  out: string,
  { outputs, id }: JobResult,
  host: string,
  patienceMs: number,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (const output of outputs) {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const problem = outputProblem(out, output);
      if (problem === null) break;
      if (performance.now() > deadline) {
        throw new PreprocessError(
          'NOT_SHARED',
          `The worker on ${host} wrote ${output.path} of ${id}, which here ${problem}: it must share the output folder with the submitter.`,
        );
      }
      await sleep(pause);
    }
  }
}
