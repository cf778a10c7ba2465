import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readNpzFrames, RecordingOpener } from '../../datasets/index.ts';
import { filterSpec } from '../../src/filters/index.ts';
import { MANIFEST } from '../../src/preprocess/manifest.ts';
import { runJobs, type JobAnswer, type JobResult } from '../../src/preprocess/index.ts';
import { filesBelow, partOf } from '../../src/preprocess/write-whole.ts';
import {
  framesBelow,
  PARAMETERS,
  rows,
  runPreprocess,
  writeRecording,
  type Row,
} from '../helpers/preprocess.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const rule = { ...PARAMETERS.rule, binning: { by: 'fixed-count', stepEvents: 3, steps: 2 } } as const;
const FOLDER = 'frames_number_2_fixed_count_3';
let data: string;
let out: string;

beforeEach(() => {
  data = temporaryFolder();
  out = temporaryFolder();
  writeRecording(data, 'a/1.csv', rows(20));
  writeRecording(data, 'b/1.csv', rows(6));
});

const eventsOf = (file: string): number =>
  Array.from(readNpzFrames(readFileSync(path.join(out, file)), file).data).reduce((a, b) => a + b, 0);

function resultOf(answer: JobAnswer | undefined): JobResult {
  if (answer === undefined || 'error' in answer) throw new Error(answer?.error);
  return answer.result;
}

describe('windows of a recording', () => {
  it('are counted where only the first is written', async () => {
    const summary = await runPreprocess(data, out, { parameters: { rule } });
    expect(framesBelow(out)).toEqual([`${FOLDER}/a/1.npz`, `${FOLDER}/b/1.npz`]);
    expect(summary).toMatchObject({
      events: 12,
      losses: {
        windows: { total: 2, recordings: 1, most: 'a/1.csv' },
        'incomplete-window': { total: 2, recordings: 1 },
      },
    });
  });

  it.each([
    ['all' as const, 3, 24],
    [2, 2, 18],
  ])('are written as asked, each with its number: %s', async (windows, written, events) => {
    const summary = await runPreprocess(data, out, { parameters: { rule, windows } });
    const names = Array.from({ length: written }, (_, i) => `${FOLDER}/a/1_${i}.npz`);
    expect(framesBelow(out)).toEqual([...names, `${FOLDER}/b/1_0.npz`]);
    for (const name of names) expect(eventsOf(name)).toBe(6);
    expect(summary).toMatchObject({ written: 2, total: 2, events });
    expect(summary.losses['windows']?.total).toBe(written === 3 ? undefined : 1);
    expect(await runPreprocess(data, out, { parameters: { rule, windows } })).toMatchObject({ reused: 2 });
  });

  it('that overlap are files of their own, and what is repeated is counted', async () => {
    const binning = { ...rule.binning, strideEvents: 4 };
    const parameters = { rule: { ...PARAMETERS.rule, binning }, windows: 'all' as const };
    const folder = `${FOLDER}_stride_4`;
    const summary = await runPreprocess(data, out, { parameters });
    // [0, 6), [4, 10), [8, 14), [12, 18) of 20, and [0, 6) of 6.
    expect(framesBelow(out)).toEqual(
      ['a/1_0', 'a/1_1', 'a/1_2', 'a/1_3', 'b/1_0'].map((name) => `${folder}/${name}.npz`),
    );
    expect(summary).toMatchObject({
      events: 30,
      losses: {
        repeated: { total: 6, recordings: 1, most: 'a/1.csv' },
        'incomplete-window': { total: 2, recordings: 1, most: 'a/1.csv' },
      },
    });
    const manifest = JSON.parse(readFileSync(path.join(summary.folder, MANIFEST), 'utf8')) as object;
    expect(manifest).toMatchObject({ parameters: { rule: { binning } } });
    expect(await runPreprocess(data, out, { parameters })).toMatchObject({ reused: 2, written: 0 });
    // Of the first windows alone nothing is repeated.
    const first = { ...parameters, windows: 1 };
    const alone = await runPreprocess(data, temporaryFolder(), { parameters: first });
    expect(alone.losses).not.toHaveProperty('repeated');
  });

  it('cut by a rule that cuts nothing are refused before anything is written', async () => {
    const binning = { ...rule.binning, strideEvents: 7 };
    await expect(
      runPreprocess(data, out, { parameters: { rule: { ...PARAMETERS.rule, binning } } }),
    ).rejects.toMatchObject({ option: 'strideEvents' });
    expect(await filesBelow(out)).toEqual([]);
  });

  it('are all made anew if one is damaged', async () => {
    await runPreprocess(data, out, { parameters: { rule, windows: 'all' } });
    rmSync(path.join(out, FOLDER, 'a/1_2.npz'));
    expect(await runPreprocess(data, out, { parameters: { rule, windows: 'all' } })).toMatchObject({
      reused: 1,
      written: 1,
      strangers: [],
    });
    expect(framesBelow(out).length).toBe(4);
  });

  it('that a changed recording no longer has go', async () => {
    await runPreprocess(data, out, { parameters: { rule, windows: 'all' } });
    writeRecording(data, 'a/1.csv', rows(7));
    await runPreprocess(data, out, { parameters: { rule, windows: 'all' } });
    expect(framesBelow(out)).toEqual([`${FOLDER}/a/1_0.npz`, `${FOLDER}/b/1_0.npz`]);
  });

  it('are none if a later one cannot be written', async () => {
    const setting = { parameters: { ...PARAMETERS, rule, windows: 'all' as const }, out, version: 'test' };
    const opener = new RecordingOpener();
    const job = {
      id: 'a/1.csv',
      location: path.join(data, 'a/1.csv'),
      bytes: 1,
      target: 'a/1',
      clip: null,
      geometry: { width: 4, height: 4 },
      frames: null,
      label: null,
      drawn: null,
    };
    const [whole] = await runJobs([job], setting, opener);
    const parts = resultOf(whole).outputs.map((output) => partOf(path.join(out, output.path)));
    expect(parts.map((part) => existsSync(part))).toEqual([true, true, true]);
    // A folder stands where the third is to go.
    for (const part of parts) rmSync(part);
    mkdirSync(parts[2]!);
    expect(await runJobs([job], setting, opener)).toMatchObject([
      { error: expect.stringContaining('EISDIR') },
    ]);
    expect(parts.map((part) => existsSync(part))).toEqual([false, false, true]);
    await opener.close();
  });

  it('are none if a later one cannot get its name', async () => {
    const taken = path.join(out, FOLDER, 'a/1_2.npz');
    mkdirSync(taken, { recursive: true });
    writeRecording(data, 'a/2.csv', rows(6));
    const summary = await runPreprocess(data, out, { parameters: { rule, windows: 'all' } });
    expect(summary).toMatchObject({
      written: 2,
      failures: [{ id: 'a/1.csv', error: expect.stringContaining('1_2.npz') }],
      complete: true,
    });
    rmSync(taken, { recursive: true });
    expect(framesBelow(out)).toEqual([`${FOLDER}/a/2_0.npz`, `${FOLDER}/b/1_0.npz`]);
  });

  it('are none if a recording is cut off in the middle: nothing of it is left', async () => {
    const bad: Row[] = [...rows(12), [Number.NaN, 0, 0, 0]];
    writeRecording(data, 'a/1.csv', bad);
    const summary = await runPreprocess(data, out, {
      parameters: { rule, windows: 'all', decoding: { policy: 'strict' } },
    });
    expect(summary).toMatchObject({ written: 1, failures: [{ id: 'a/1.csv' }], strangers: [] });
    expect(framesBelow(out)).toEqual([`${FOLDER}/b/1_0.npz`]);
  });

  it('are taken back by their job itself when the recording turns out to be bad', async () => {
    const location = writeRecording(data, 'a/1.csv', [...rows(12), [Number.NaN, 0, 0, 0]]);
    const parameters = { ...PARAMETERS, rule, windows: 'all', decoding: { policy: 'strict' } } as const;
    const job = {
      id: 'a/1.csv',
      location,
      bytes: 1,
      target: 'x/a/1',
      geometry: PARAMETERS.geometry,
      clip: null,
      frames: null,
      label: null,
      drawn: null,
    };
    const setting = { parameters, out, version: 'test' };
    expect(await runJobs([job], setting, new RecordingOpener())).toMatchObject([
      { error: expect.any(String) },
    ]);
    expect(await filesBelow(out)).toEqual([]);
    writeRecording(data, 'a/1.csv', rows(12));
    const [whole] = await runJobs([job], setting, new RecordingOpener());
    expect(resultOf(whole).outputs.map((output) => output.path)).toEqual(['x/a/1_0.npz', 'x/a/1_1.npz']);
  });

  it('that a given-up job wrote all the same go, and those of other recordings do not', async () => {
    writeRecording(data, 'a/1_0.csv', rows(6));
    const summary = await runPreprocess(data, out, {
      parameters: { rule, windows: 'all' },
      before: ({ id, target }) => {
        if (id !== 'a/1.csv') return;
        for (const name of ['_0', '_0_x', '']) writeRecording(out, `${target}${name}.npz`, rows(3));
        throw new Error('took too long');
      },
    });
    expect(framesBelow(out)).toEqual(
      ['a/1.npz', 'a/1_0_0.npz', 'a/1_0_x.npz', 'b/1_0.npz'].map((name) => `${FOLDER}/${name}`),
    );
    expect(summary.strangers).toEqual(['a/1.npz', 'a/1_0_x.npz'].map((name) => `${FOLDER}/${name}`));
  });

  it('that no event fills make a recording fail, which is not the same as one without events', async () => {
    writeRecording(data, 'a/1.csv', []);
    const { failures } = await runPreprocess(data, out, { parameters: { rule } });
    expect(failures).toMatchObject([{ id: 'a/1.csv', error: expect.stringContaining('has no events') }]);
    const filters = [filterSpec({ filter: 'polarity', keep: 'on' })];
    writeRecording(data, 'a/1.csv', Array<Row>(4).fill([1, 0, 0, 0]));
    for (const binning of [rule.binning, PARAMETERS.rule.binning]) {
      const parameters = { rule: { ...rule, filters, binning } };
      const { failures: left } = await runPreprocess(data, temporaryFolder(), { parameters });
      expect(left).toMatchObject([
        { id: 'a/1.csv', error: expect.stringContaining("Filters leave none of the recording's 4 events") },
      ]);
    }
  });
});

describe('what is lost on the way', () => {
  it('is counted by kind: late, outside, damage', async () => {
    const late: Row[] = [
      [0, 0, 0, 1],
      [50, 1, 1, 1],
      [5, 2, 2, 0],
      [55, 9, 3, 0],
      [60, 3, 3, 1],
      [99, 3, 3, 1],
    ];
    writeRecording(data, 'a/1.csv', late);
    const { losses } = await runPreprocess(data, out, {
      parameters: {
        rule: { ...PARAMETERS.rule, binning: { by: 'fixed-duration', stepMicros: 25, steps: 4 } },
        geometry: null,
      },
    }).catch((error: unknown) => ({ losses: error }));
    expect(losses).toMatchObject({ code: 'OTHER_SENSOR' });
    const summary = await runPreprocess(data, out, {
      parameters: {
        rule: { ...PARAMETERS.rule, binning: { by: 'fixed-duration', stepMicros: 25, steps: 4 } },
      },
    });
    expect(summary.losses).toMatchObject({
      late: { total: 1, recordings: 1, most: 'a/1.csv' },
      'outside-sensor': { total: 1, recordings: 1, most: 'a/1.csv' },
    });
  });

  it('is refused under --strict', async () => {
    writeRecording(data, 'a/1.csv', [
      [0, 0, 0, 1],
      [50, 1, 1, 1],
      [5, 2, 2, 0],
      [99, 3, 3, 1],
    ]);
    const summary = await runPreprocess(data, out, {
      parameters: {
        rule: { ...PARAMETERS.rule, binning: { by: 'fixed-duration', stepMicros: 25, steps: 4 } },
        reading: { strict: true },
      },
    });
    expect(summary).toMatchObject({ written: 1, failures: [{ id: 'a/1.csv' }] });
  });
});

/** 70,000 events in one pixel. */
describe('element types', () => {
  it.each([
    ['float64', 70_000, undefined],
    ['uint16', 65_535, 4465],
    ['uint8', 255, 69_745],
  ] as const)('%s holds what it can, and the rest is counted', async (dtype, held, lost) => {
    const own = temporaryFolder();
    const one = temporaryFolder();
    writeRecording(one, 'c/hot.csv', Array<Row>(70_000).fill([1, 2, 3, 1]));
    const summary = await runPreprocess(one, own, {
      parameters: { dtype, rule: { ...PARAMETERS.rule, binning: { by: 'number', steps: 1 } } },
    });
    const file = path.join(summary.folder, 'c/hot.npz');
    const { data: counts } = readNpzFrames(readFileSync(file), file);
    expect(Math.max(...counts)).toBe(held);
    expect(summary.events).toBe(held);
    expect(summary.losses['saturated']?.total).toBe(lost);
  });
});

it('what decoders note is summed up by code', async () => {
  for (const name of ['a/1.csv', 'a/2.csv'])
    writeRecording(
      data,
      name,
      Array<Row>(1000)
        .fill([1, 2, 3, 1])
        .map(([t, x, y, p], i): Row => [t + i, x, y, p]),
    );
  const summary = await runPreprocess(data, out);
  expect(summary.notes).toEqual([
    { code: 'ONE_POLARITY', message: expect.stringContaining('ON'), recordings: 2, first: 'a/1.csv' },
  ]);
  const again = await runPreprocess(data, out);
  expect(again.notes).toEqual(summary.notes);
});
