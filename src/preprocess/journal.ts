/**
 * What was finished: a line of JSON per recording, appended when its outputs are safely on disk. Lines that are not
 * whole count for nothing.
 */
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PreprocessError } from './errors.ts';
import { parseResult, type JobResult } from './job-result.ts';
import { parsePack, type PackRecord } from './packs/pack-record.ts';
import { parametersDigest } from './plan.ts';
import { writeWhole } from './write-whole.ts';
import type { AnyParameters } from './image-parameters.ts';

/** Its name in the folder. */
export const JOURNAL = '.saccade-journal.jsonl';

/** See the file comment. Only for whoever holds the folder's lock. */
export class Journal {
  readonly #file: string;
  readonly #digest: string;
  readonly #recorded = new Map<string, JobResult>();
  readonly #packs = new Map<string, PackRecord>();

  private constructor(file: string, digest: string) {
    this.#file = file;
    this.#digest = digest;
  }

  /**
   * Opens the journal of an output folder.
   *
   * @throws PreprocessError `OTHER_PARAMETERS` if the folder was begun with others.
   */
  static async open(folder: string, parameters: AnyParameters): Promise<Journal> {
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
    for (const line of lines) journal.#take(line);
    return journal;
  }

  /** The last line of each job, whether or not its outputs are still there. By the job's target. */
  get recorded(): ReadonlyMap<string, JobResult> {
    return this.#recorded;
  }

  /** The last line of each pack, whether or not it is still there. By its path. */
  get packs(): ReadonlyMap<string, PackRecord> {
    return this.#packs;
  }

  /** Writes the journal anew with these lines: what a kill tore goes. */
  async rewrite(results: Iterable<JobResult>, packs: readonly PackRecord[] = []): Promise<void> {
    const lines = [{ parameters: this.#digest }, ...results, ...packs.map((pack) => ({ pack }))];
    await writeWhole(this.#file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  /** Records finished jobs, durably. */
  async add(results: readonly JobResult[]): Promise<void> {
    await this.#append(results);
  }

  /** Records packs, durably: their outputs are in them from now on. */
  async addPacks(packs: readonly PackRecord[]): Promise<void> {
    await this.#append(packs.map((pack) => ({ pack })));
  }

  #take(line: string): void {
    const value = valueOf(line);
    const result = parseResult(value);
    if (result !== null) this.#recorded.set(result.target, result);
    const pack = parsePack(value);
    if (pack !== null) this.#packs.set(pack.path, pack);
  }

  async #append(lines: readonly object[]): Promise<void> {
    const file = await open(this.#file, 'a');
    try {
      await file.appendFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
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
  const { parameters } = (valueOf(line) ?? {}) as { parameters?: unknown };
  return typeof parameters === 'string' ? parameters : null;
}

/** `null` for what is no JSON. */
function valueOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}
