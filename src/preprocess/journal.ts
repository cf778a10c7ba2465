/**
 * What was finished: a line of JSON per recording, appended when its outputs are safely on disk. Lines that are not
 * whole count for nothing.
 */
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PreprocessError } from './errors.ts';
import { parseResult, type JobResult } from './job-result.ts';
import { parametersDigest, type PreprocessParameters } from './plan.ts';
import { writeWhole } from './write-whole.ts';

/** Its name in the folder. */
export const JOURNAL = '.saccade-journal.jsonl';

/** See the file comment. Only for whoever holds the folder's lock. */
export class Journal {
  readonly #file: string;
  readonly #digest: string;
  readonly #recorded = new Map<string, JobResult>();

  private constructor(file: string, digest: string) {
    this.#file = file;
    this.#digest = digest;
  }

  /**
   * Opens the journal of an output folder.
   *
   * @throws PreprocessError `OTHER_PARAMETERS` if the folder was begun with others.
   */
  static async open(folder: string, parameters: PreprocessParameters): Promise<Journal> {
    const journal = new Journal(path.join(folder, JOURNAL), parametersDigest(parameters));
    const [first = '', ...lines] = (await textOf(journal.#file)).split('\n');
    const digest = digestOf(first);
    // Without its first line nobody knows what the others were made with.
    if (digest === null) return journal;
    if (digest !== journal.#digest) {
      throw new PreprocessError(
        'OTHER_PARAMETERS',
        `${folder} was made with other parameters. Use another --out, or remove it.`,
      );
    }
    for (const line of lines) {
      const result = parseResult(line);
      if (result !== null) journal.#recorded.set(result.target, result);
    }
    return journal;
  }

  /** The last line of each job, whether or not its outputs are still there. By the job's target. */
  get recorded(): ReadonlyMap<string, JobResult> {
    return this.#recorded;
  }

  /** Writes the journal anew with these lines: what a kill tore goes. */
  async rewrite(results: Iterable<JobResult>): Promise<void> {
    const lines = [{ parameters: this.#digest }, ...results].map((line) => `${JSON.stringify(line)}\n`);
    await writeWhole(this.#file, lines.join(''));
  }

  /** Records finished jobs, durably. */
  async add(results: readonly JobResult[]): Promise<void> {
    const file = await open(this.#file, 'a');
    try {
      await file.appendFile(results.map((result) => `${JSON.stringify(result)}\n`).join(''));
      await file.datasync();
    } finally {
      await file.close();
    }
  }
}

/** The text of a file, empty where there is none. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function digestOf(line: string): string | null {
  try {
    const { parameters } = JSON.parse(line) as { parameters?: unknown };
    return typeof parameters === 'string' ? parameters : null;
  } catch {
    return null;
  }
}
