/**
 * What was finished: a line of JSON per output, appended when the output is safely on disk. An output
 * counts only if its line is whole and its bytes still have the recorded hash.
 */
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { SaccadeError } from '../events/index.ts';
import { parametersDigest, type PreprocessParameters } from './plan.ts';
import type { JobResult } from './run-job.ts';

const NAME = '.saccade-journal.jsonl';

/** An output folder cannot be used. */
export class PreprocessError extends SaccadeError<'OTHER_PARAMETERS' | 'WORKER_DIED' | 'TIMED_OUT'> {
  override readonly name = 'PreprocessError';
}

/** See the file comment. */
export class Journal {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /**
   * Opens the journal of an output folder and tells which outputs are finished.
   *
   * @throws {@link PreprocessError} `OTHER_PARAMETERS` if the folder was begun with others.
   */
  static async open(
    folder: string,
    parameters: PreprocessParameters,
  ): Promise<{ journal: Journal; finished: Map<string, JobResult> }> {
    const file = path.join(folder, NAME);
    const digest = parametersDigest(parameters);
    await mkdir(folder, { recursive: true });
    const text = await readFile(file, 'utf8').catch(() => '');
    const [first, ...lines] = text.split('\n');
    const journal = new Journal(file);
    if (text === '') {
      await appendFile(file, `${JSON.stringify({ parameters: digest })}\n`);
      return { journal, finished: new Map() };
    }
    if ((JSON.parse(first!) as { parameters?: string }).parameters !== digest) {
      throw new PreprocessError(
        'OTHER_PARAMETERS',
        `${folder} was made with other parameters. Use another --out, or remove it.`,
      );
    }
    // A kill may have cut the last line; the next one must not be glued to it.
    if (!text.endsWith('\n')) await appendFile(file, '\n');
    const finished = new Map<string, JobResult>();
    for (const line of lines) {
      const result = parseLine(line);
      if (result !== null && (await isIntact(path.dirname(folder), result))) finished.set(result.id, result);
    }
    return { journal, finished };
  }

  /** Records an output. */
  async add(result: JobResult): Promise<void> {
    await appendFile(this.#file, `${JSON.stringify(result)}\n`);
  }
}

function parseLine(line: string): JobResult | null {
  try {
    return JSON.parse(line) as JobResult;
  } catch {
    return null;
  }
}

async function isIntact(out: string, { path: relative, bytes, sha256 }: JobResult): Promise<boolean> {
  const content = await readFile(path.join(out, relative)).catch(() => null);
  return content?.length === bytes && createHash('sha256').update(content).digest('hex') === sha256;
}
