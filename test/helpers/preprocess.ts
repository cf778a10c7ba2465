/** Small data sets of text recordings, and preprocessing in this thread. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openDataset, RecordingOpener, type OpenDatasetOptions } from '../../datasets/index.ts';
import { FRAME_RULE_DEFAULTS } from '../../src/frames/index.ts';
import {
  preprocess,
  PreprocessError,
  runJobs,
  type JobAnswer,
  type JobRunner,
  type JobSetting,
  type PreprocessJob,
  type PreprocessOptions,
  type PreprocessParameters,
  type PreprocessSummary,
} from '../../src/preprocess/index.ts';

const { fit, convention, filters, remainder, representation } = FRAME_RULE_DEFAULTS;

/** Two time steps by number of a 4x4 sensor. */
export const PARAMETERS: PreprocessParameters = {
  dataset: 'folder',
  decoding: {},
  geometry: { width: 4, height: 4 },
  rule: {
    ...{ fit, convention, filters, remainder, representation },
    sensor: null,
    binning: { by: 'number', steps: 2 },
  },
  reading: {},
  output: null,
  dtype: 'uint16',
  windows: 1,
  content: 'frames',
  form: 'npz',
  packBytes: 2 ** 27,
};

/** An event as text recordings have it. */
export type Row = readonly [t: number, x: number, y: number, p: number];

/** So many events, one a microsecond, along the diagonal of a 4x4 sensor. */
export function rows(count: number, from = 0): Row[] {
  return Array.from({ length: count }, (_, i) => [from + i, i % 4, i % 4, i % 2]);
}

/** Writes a recording into a data set, with the folders on its way. */
export function writeRecording(root: string, name: string, events: readonly Row[]): string {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, ['t,x,y,p', ...events.map((row) => row.join(',')), ''].join('\n'));
  return file;
}

/** How {@link runPreprocess} differs from the usual. */
export interface RunOptions extends Partial<Omit<PreprocessOptions, 'dataset' | 'out' | 'parameters'>> {
  readonly parameters?: Partial<PreprocessParameters>;
  readonly opened?: OpenDatasetOptions;
  /** Called before each job; what it throws is the job's fault, a PreprocessError the worker's. */
  readonly before?: (job: PreprocessJob) => void | Promise<void>;
}

/** Preprocesses a folder in this thread: tests cannot start TypeScript workers on Node 20. */
export async function runPreprocess(
  root: string,
  out: string,
  { parameters: own, opened, before, ...options }: RunOptions = {},
): Promise<PreprocessSummary> {
  const dataset = await openDataset(root, undefined, opened);
  const parameters = { ...PARAMETERS, ...own };
  const version = options.version ?? 'test';
  try {
    return await preprocess({
      dataset,
      parameters,
      out,
      version,
      workers: 2,
      createRunner: () => inThread({ parameters, out, version }, before),
      ...options,
    });
  } finally {
    await dataset.close();
  }
}

/** A runner of this thread. */
export function inThread(setting: JobSetting, before?: RunOptions['before']): JobRunner {
  const opener = new RecordingOpener();
  const answer = async (job: PreprocessJob): Promise<JobAnswer> => {
    try {
      await before?.(job);
    } catch (error) {
      if (error instanceof PreprocessError) throw error;
      return { error: (error as Error).message };
    }
    const [made] = await runJobs([job], setting, opener);
    return made!;
  };
  return {
    run: async (jobs) => {
      const answers: JobAnswer[] = [];
      for (const job of jobs) answers.push(await answer(job));
      return answers;
    },
    close: () => opener.close(),
  };
}

/** All files of frames below a folder, sorted. */
export function framesBelow(out: string): string[] {
  return readdirSync(out, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.npz'))
    .sort();
}
