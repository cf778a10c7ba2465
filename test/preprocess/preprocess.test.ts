import { execFile, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openDataset, readNpzFrames, RecordingOpener } from '../../datasets/index.ts';
import {
  PreprocessError,
  preprocess,
  runJob,
  type JobRunner,
  type PreprocessOptions,
  type PreprocessParameters,
} from '../../src/preprocess/index.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const bundled = path.join(root, 'examples/recordings/nmnist');
const main = path.join(root, 'dist/src/cli/main.js');

const PARAMETERS: PreprocessParameters = {
  dataset: 'nmnist',
  convention: 'canonical',
  decoding: { format: 'atis40', geometry: { width: 34, height: 34 } },
  binning: { by: 'number', steps: 10 },
  sensor: { width: 34, height: 34 },
  output: null,
  dtype: 'uint8',
};

/** Runs jobs in this thread: tests cannot start TypeScript workers on Node 20. */
function inProcess(
  out: string,
  before: (id: string) => void = () => undefined,
  parameters = PARAMETERS,
): () => JobRunner {
  const opener = new RecordingOpener();
  return () => ({
    run: async (job) => {
      before(job.id);
      return runJob(job, parameters, out, opener);
    },
    close: async () => undefined,
  });
}

async function options(out: string, own: Partial<PreprocessOptions> = {}): Promise<PreprocessOptions> {
  return {
    dataset: await openDataset(bundled),
    parameters: PARAMETERS,
    out,
    version: 'test',
    createRunner: inProcess(out),
    workers: 2,
    ...own,
  };
}

const outputs = (out: string): string[] =>
  readdirSync(out, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.npz'))
    .sort();

describe('preprocess', () => {
  it("writes SpikingJelly's layout, conserves events, and a manifest that fits", async () => {
    const out = temporaryFolder();
    const summary = await preprocess(await options(out));
    expect(summary).toMatchObject({ total: 29, written: 29, reused: 0, failures: [], complete: true });
    expect(outputs(out)).toContain('frames_number_10_split_by_number/test/7/00001.npz');
    const manifest = JSON.parse(readFileSync(path.join(summary.folder, 'manifest.json'), 'utf8')) as {
      outputs: { path: string; events: number; saturated: number; sourceBytes: number }[];
    };
    for (const { path: file, events, saturated, sourceBytes } of manifest.outputs) {
      const { shape, data } = readNpzFrames(readFileSync(path.join(out, file)), file);
      expect([...shape]).toEqual([10, 2, 34, 34]);
      expect(Array.from(data).reduce((a, b) => a + b, 0)).toBe(events);
      expect(events + saturated).toBe(sourceBytes / 5);
    }
  });

  it('goes on after an interruption: redoes nothing, repeats what was half written or changed', async () => {
    const out = temporaryFolder();
    const abort = new AbortController();
    let started = 0;
    const first = await preprocess(
      await options(out, {
        signal: abort.signal,
        workers: 1,
        createRunner: inProcess(out, () => ++started === 10 && abort.abort()),
      }),
    );
    expect(first).toMatchObject({ complete: false, written: 10 });
    expect(existsSync(path.join(first.folder, 'manifest.json'))).toBe(false);
    const [kept, damaged] = outputs(out).map((name) => path.join(out, name));
    writeFileSync(damaged!, readFileSync(damaged!).subarray(0, 50));
    writeFileSync(path.join(first.folder, '.saccade-journal.jsonl'), '{"id":"cut', { flag: 'a' });
    const before = statSync(kept!).mtimeMs;
    const ran: string[] = [];
    const second = await preprocess(
      await options(out, { createRunner: inProcess(out, (id) => ran.push(id)) }),
    );
    expect(second).toMatchObject({ complete: true, reused: 9, written: 20 });
    expect(ran.length).toBe(20);
    expect(statSync(kept!).mtimeMs).toBe(before);
    expect(await preprocess(await options(out))).toMatchObject({ reused: 29, written: 0 });
  });

  it('refuses a folder that was made with other parameters', async () => {
    const out = temporaryFolder();
    await preprocess(await options(out));
    const parameters: PreprocessParameters = { ...PARAMETERS, dtype: 'uint16' };
    await expect(preprocess(await options(out, { parameters }))).rejects.toMatchObject({
      code: 'OTHER_PARAMETERS',
    });
  });

  it('reports a recording that fails and finishes the others; a dead worker gets a second chance', async () => {
    const data = temporaryFolder();
    const out = temporaryFolder();
    mkdirSync(path.join(data, 'Test/7'), { recursive: true });
    copyFileSync(path.join(bundled, 'Test/7/00001.bin'), path.join(data, 'Test/7/00001.bin'));
    writeFileSync(path.join(data, 'Test/7/00002.bin'), '');
    let deaths = 0;
    const createRunner = inProcess(out, (id) => {
      if (id.endsWith('00001.bin') && deaths++ === 0) throw new PreprocessError('WORKER_DIED', 'gone');
    });
    const summary = await preprocess({
      ...(await options(out, { createRunner })),
      dataset: await openDataset(data),
    });
    expect(summary).toMatchObject({ written: 1, complete: true });
    expect(summary.failures).toMatchObject([{ id: '7/00002.bin' }]);
    expect(summary.failures[0]!.error).toContain('no bytes');
  });
});

/** The built command with its worker threads. */
describe('saccade preprocess', () => {
  const args = (out: string): string[] => [
    main,
    'preprocess',
    bundled,
    '--out',
    out,
    '--by',
    'time',
    '--empty-bin',
    'zero',
    '--json',
  ];

  it('is built', () => {
    expect(existsSync(main), 'run `npm run build` first').toBe(true);
  });

  it('survives kill -9: the next run completes it and accepts nothing half written', async () => {
    const out = temporaryFolder();
    const child = spawn(process.execPath, args(out), { stdio: 'ignore' });
    await expect
      .poll(() => existsSync(out) && outputs(out).length, { timeout: 20_000, interval: 1 })
      .toBeGreaterThan(2);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const { stdout } = await promisify(execFile)(process.execPath, args(out));
    const summary = JSON.parse(stdout) as { written: number; reused: number; complete: boolean };
    expect(summary.complete).toBe(true);
    expect(summary.written + summary.reused).toBe(29);
    for (const name of outputs(out))
      expect([...readNpzFrames(readFileSync(path.join(out, name)), name).shape]).toEqual([10, 2, 34, 34]);
  });
});
