import { createHash } from 'node:crypto';
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
import { describe, expect, it } from 'vitest';
import { readNpzFrames } from '../../datasets/index.ts';
import { PreprocessError, type PreprocessParameters } from '../../src/preprocess/index.ts';
import { LOCK_NAME } from '../../src/preprocess/folder-lock.ts';
import { PARAMETERS, rows, runPreprocess, writeRecording, type Row } from '../helpers/preprocess.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const bundled = path.join(root, 'examples/recordings/nmnist');

const sensor = { width: 34, height: 34 };
const parameters: Partial<PreprocessParameters> = {
  dataset: 'nmnist',
  decoding: { format: 'atis40' },
  geometry: sensor,
  rule: { ...PARAMETERS.rule, sensor, binning: { by: 'number', steps: 10 } },
  dtype: 'uint8',
};

const outputs = (out: string): string[] =>
  readdirSync(out, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.npz'))
    .sort();

interface Manifest {
  readonly recordings: number;
  readonly events: number;
  readonly losses: Record<string, { total: number; recordings: number; most: string }>;
  readonly classes: string[];
  readonly failures: unknown[];
  readonly outputs: {
    readonly id: string;
    readonly path: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly events: number;
    readonly saturated: number;
    readonly outside: number;
    readonly source: { readonly bytes: number; readonly sha256: string };
  }[];
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as Manifest;
}

const sum = (numbers: Iterable<number>): number => Array.from(numbers).reduce((a, b) => a + b, 0);
const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

describe('preprocess', () => {
  it("writes SpikingJelly's layout, conserves events, and a manifest that fits", async () => {
    const out = temporaryFolder();
    const summary = await runPreprocess(bundled, out, { parameters });
    expect(summary).toMatchObject({ total: 29, written: 29, reused: 0, failures: [], complete: true });
    expect(outputs(out)).toContain('frames_number_10_split_by_number/test/7/00001.npz');
    const manifest = manifestOf(summary.folder);
    expect(manifest.outputs.map(({ path: file }) => file).sort()).toEqual(outputs(out));
    for (const { path: file, bytes, events, saturated, outside, source, ...rest } of manifest.outputs) {
      const { shape, data } = readNpzFrames(readFileSync(path.join(out, file)), file);
      expect([...shape]).toEqual([10, 2, 34, 34]);
      expect(sum(data)).toBe(events);
      expect(events + saturated + outside).toBe(source.bytes / 5);
      expect(bytes).toBe(statSync(path.join(out, file)).size);
      expect(rest.sha256).toBe(sha256(path.join(out, file)));
      const recording = path.join(bundled, 'Test', path.basename(path.dirname(file)), path.basename(file));
      expect(source.sha256).toBe(sha256(recording.replace('.npz', '.bin')));
    }
    expect(manifest).toMatchObject({
      recordings: 29,
      events: sum(manifest.outputs.map(({ events }) => events)),
      failures: [],
      classes: Array.from('0123456789'),
    });
    expect(summary.events).toBe(manifest.events);
  });

  it('counts each loss once, and says where most of it is', async () => {
    const [data, out] = [temporaryFolder(), temporaryFolder()];
    writeRecording(data, 'a/1.csv', [...Array<Row>(300).fill([5, 1, 1, 1]), [6, 2, 2, 0]]);
    writeRecording(data, 'a/2.csv', Array<Row>(257).fill([5, 1, 1, 1]));
    writeRecording(data, 'b/1.csv', rows(7));
    const summary = await runPreprocess(data, out, {
      parameters: { dtype: 'uint8', rule: { ...PARAMETERS.rule, binning: { by: 'number', steps: 1 } } },
    });
    const losses = { saturated: { total: 47, recordings: 2, most: 'a/1.csv' } };
    expect(summary).toMatchObject({ written: 3, events: 256 + 255 + 7, losses });
    const manifest = manifestOf(summary.folder);
    expect(manifest).toMatchObject({ recordings: 3, events: 518, losses });
    expect(manifest.outputs.map(({ id, events, saturated }) => [id, events, saturated])).toEqual([
      ['a/1.csv', 256, 45],
      ['a/2.csv', 255, 2],
      ['b/1.csv', 7, 0],
    ]);
  });

  it('goes on after an interruption: redoes nothing, repeats what was half written or changed', async () => {
    const out = temporaryFolder();
    const abort = new AbortController();
    let started = 0;
    const first = await runPreprocess(bundled, out, {
      parameters,
      signal: abort.signal,
      workers: 1,
      batchBytes: 1,
      before: () => {
        if (++started === 10) abort.abort();
      },
    });
    expect(first).toMatchObject({ complete: false, written: 10 });
    expect(existsSync(path.join(first.folder, 'manifest.json'))).toBe(false);
    const [kept, damaged] = outputs(out).map((name) => path.join(out, name));
    writeFileSync(damaged!, readFileSync(damaged!).subarray(0, 50));
    writeFileSync(path.join(first.folder, '.saccade-journal.jsonl'), '{"id":"cut', { flag: 'a' });
    const before = statSync(kept!).mtimeMs;
    const ran: string[] = [];
    const progress: number[] = [];
    const second = await runPreprocess(bundled, out, {
      parameters,
      batchBytes: 1,
      before: ({ id }) => void ran.push(id),
      onProgress: (done, total) => progress.push(done / total),
    });
    expect(second).toMatchObject({ complete: true, reused: 9, written: 20, total: 29 });
    expect(ran.length).toBe(20);
    expect(progress).toEqual(Array.from({ length: 21 }, (_, i) => (9 + i) / 29));
    expect(statSync(kept!).mtimeMs).toBe(before);
    expect(manifestOf(second.folder).outputs.length).toBe(29);
    expect(await runPreprocess(bundled, out, { parameters })).toMatchObject({ reused: 29, written: 0 });
  });

  it('does not begin a recording once it is asked to stop', async () => {
    const out = temporaryFolder();
    const stopped = await runPreprocess(bundled, out, { parameters, signal: AbortSignal.abort() });
    expect(stopped).toMatchObject({ complete: false, written: 0, total: 29 });
    expect(outputs(out)).toEqual([]);
  });

  it('reports a recording that fails and finishes the others; a dead worker gets a second chance, and no third', async () => {
    const data = temporaryFolder();
    const out = temporaryFolder();
    mkdirSync(path.join(data, 'Test/7'), { recursive: true });
    for (const name of ['00001.bin', '00003.bin'])
      copyFileSync(path.join(bundled, 'Test/7/00001.bin'), path.join(data, 'Test/7', name));
    writeFileSync(path.join(data, 'Test/7/00002.bin'), '');
    const deaths: Record<string, number> = {};
    const summary = await runPreprocess(data, out, {
      parameters,
      before: ({ location }) => {
        const name = path.basename(location);
        deaths[name] = (deaths[name] ?? 0) + 1;
        if (name === '00001.bin' && deaths[name] === 1) throw new PreprocessError('WORKER_DIED', 'gone');
        if (name === '00003.bin') throw new PreprocessError('WORKER_DIED', 'gone for good');
      },
    });
    expect(summary).toMatchObject({ written: 1, complete: true });
    expect(deaths).toEqual({ '00001.bin': 2, '00002.bin': 1, '00003.bin': 2 });
    const failures = [...summary.failures].sort((a, b) => (a.location < b.location ? -1 : 1));
    expect(failures).toMatchObject([
      { location: path.join(data, 'Test/7/00002.bin'), error: expect.stringContaining('no bytes') },
      { location: path.join(data, 'Test/7/00003.bin'), error: expect.stringContaining('gone for good') },
    ]);
    expect(manifestOf(summary.folder).failures.length).toBe(2);
  });

  it('keeps recordings of one name in two parts apart', async () => {
    const [data, out] = [temporaryFolder(), temporaryFolder()];
    for (const part of ['Train', 'Test']) mkdirSync(path.join(data, part, '7'), { recursive: true });
    const names = readdirSync(path.join(bundled, 'Test/7'));
    copyFileSync(path.join(bundled, 'Test/7', names[0]!), path.join(data, 'Train/7/00001.bin'));
    copyFileSync(path.join(bundled, 'Test/7', names[1]!), path.join(data, 'Test/7/00001.bin'));
    const summary = await runPreprocess(data, out, { parameters });
    expect(summary).toMatchObject({ written: 2, total: 2 });
    expect(
      manifestOf(summary.folder).outputs.map(({ path: file }) =>
        path.basename(path.dirname(path.dirname(file))),
      ),
    ).toEqual(['test', 'train']);
    expect(await runPreprocess(data, out, { parameters })).toMatchObject({ reused: 2 });
  });

  it.each([[['a/1.csv', 'a/1.txt.csv', 'a/1.npy']], [['x/a/1.csv', 'y/a/1.csv']]])(
    'refuses %s, which would have one name, before anything is written',
    async (names) => {
      const [data, out] = [temporaryFolder(), path.join(temporaryFolder(), 'out')];
      for (const name of names) writeRecording(data, name, rows(6));
      await expect(runPreprocess(data, out, { opened: { classFolder: 'inner' } })).rejects.toMatchObject({
        code: 'SAME_OUTPUT',
        message: expect.stringContaining(
          `${path.join(data, names[0]!)} and ${path.join(data, names.at(-1)!)}`,
        ),
      });
      expect(existsSync(out)).toBe(false);
    },
  );

  it.each([
    ['Cat/1.csv', 'cat/1.csv'],
    ['cat/A.csv', 'cat/a.csv'],
    ['caf\u00e9/1.csv', 'cafe\u0301/1.csv'],
  ])('keeps %s and %s apart, but on a disk where they are one file', async (...names) => {
    const [data, out] = [temporaryFolder(), temporaryFolder()];
    for (const [i, name] of names.entries()) writeRecording(data, name, rows(6 + 2 * i));
    const summary = await runPreprocess(data, out);
    expect(summary).toMatchObject({ written: 2, events: 14 });
    // What such a disk says of the lock.
    writeFileSync(path.join(summary.folder, LOCK_NAME.toUpperCase()), '');
    await expect(runPreprocess(data, out)).rejects.toMatchObject({
      code: 'SAME_OUTPUT',
      message: expect.stringContaining('which are one file on this disk'),
    });
  });
});
