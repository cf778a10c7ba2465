import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpzFrames } from '../../datasets/index.ts';
import type { PreprocessSummary } from '../../src/preprocess/index.ts';
import { PARAMETERS, rows, runPreprocess, writeRecording, type RunOptions } from '../helpers/preprocess.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Class a of a 128x128 sensor, b of 346x260; both state it. 400 events a recording. */
const mixed = path.resolve(import.meta.dirname, '../field-cases/mixed-sensors/data');
const rule = { ...PARAMETERS.rule, binning: { by: 'number', steps: 4 } } as const;
const FOLDER = 'frames_number_4_split_by_number';

function run(out: string, own: RunOptions['parameters'] = {}): Promise<PreprocessSummary> {
  return runPreprocess(mixed, out, { parameters: { geometry: null, rule, ...own } });
}

function framesOf(out: string, file: string): { shape: readonly number[]; events: number } {
  const { shape, data } = readNpzFrames(readFileSync(path.join(out, file)), file);
  return { shape: [...shape], events: Array.from(data).reduce((a, b) => a + b, 0) };
}

describe('recordings of several sensors', () => {
  it('are refused with their sizes and the option that helps, before anything is written', async () => {
    const out = path.join(temporaryFolder(), 'out');
    await expect(run(out)).rejects.toMatchObject({
      code: 'SEVERAL_SENSORS',
      message: expect.stringMatching(
        /128x128 \(2 recordings: a\/0\.aedat4, a\/1\.aedat4\), 346x260 \(2 .*--resize WxH/,
      ),
    });
    expect(existsSync(out)).toBe(false);
  });

  it('are each scaled from their own size with --resize; no event is lost', async () => {
    const out = temporaryFolder();
    const summary = await run(out, { output: { width: 32, height: 32 } });
    expect(summary).toMatchObject({ written: 4, losses: {}, complete: true });
    expect(summary.sensors.map(({ sensor, recordings }) => [sensor.width, recordings])).toEqual([
      [128, 2],
      [346, 2],
    ]);
    for (const name of ['a/0', 'a/1', 'b/0', 'b/1']) {
      const { shape, events } = framesOf(out, `${FOLDER}_32x32/${name}.npz`);
      expect(shape).toEqual([4, 2, 32, 32]);
      expect(events).toBe(400);
    }
  });

  it('are fitted to --sensor, which is said: what they state is not overridden', async () => {
    const out = temporaryFolder();
    const summary = await run(out, {
      rule: { ...rule, sensor: { width: 128, height: 128 } },
      output: { width: 32, height: 32 },
    });
    expect(summary).toMatchObject({ written: 4, losses: {} });
    expect(summary.sensors).toMatchObject([
      { sensor: { width: 128 }, change: null, recordings: 2 },
      { sensor: { width: 346 }, change: 'resized', recordings: 2, example: 'b/0.aedat4' },
    ]);
    expect(framesOf(out, `${FOLDER}_32x32/b/0.npz`).events).toBe(400);
  });

  it('lose what lies outside a crop, and it is counted', async () => {
    const out = temporaryFolder();
    const summary = await run(out, { rule: { ...rule, sensor: { width: 128, height: 128 }, fit: 'crop' } });
    const b = framesOf(out, `${FOLDER}/b/0.npz`).events + framesOf(out, `${FOLDER}/b/1.npz`).events;
    expect(b).toBeLessThan(800);
    expect(summary.losses).toMatchObject({ 'outside-sensor': { total: 800 - b, recordings: 2 } });
    expect(summary.events).toBe(800 + b);
  });

  it.each([
    ['OTHER_SENSOR', { rule: { ...rule, sensor: { width: 128, height: 128 }, fit: 'refuse' } }],
    ['SMALLER_SENSOR', { output: { width: 200, height: 200 } }],
  ] as const)('give %s before anything is written where they cannot be fitted', async (code, own) => {
    const out = path.join(temporaryFolder(), 'out');
    await expect(run(out, own)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^[ab]\/0.aedat4 and 1 more: /),
    });
    expect(existsSync(out)).toBe(false);
  });
});

describe('recordings that state no size', () => {
  it('are refused as a whole if nobody does', async () => {
    const [data, out] = [temporaryFolder(), path.join(temporaryFolder(), 'out')];
    writeRecording(data, 'a/1.csv', rows(6));
    await expect(runPreprocess(data, out, { parameters: { geometry: null } })).rejects.toMatchObject({
      code: 'OTHER_SENSOR',
      message: expect.stringContaining('--geometry WxH'),
    });
    expect(existsSync(out)).toBe(false);
  });

  it('take --geometry, which those that state theirs do not', async () => {
    const [data, out] = [temporaryFolder(), temporaryFolder()];
    writeRecording(data, 'a/1.csv', rows(6));
    copyInto(data, 'b/1.aedat4', 'b/0.aedat4');
    await expect(runPreprocess(data, out)).rejects.toMatchObject({
      code: 'SEVERAL_SENSORS',
      message: expect.stringContaining('4x4 (1 recording: a/1.csv)'),
    });
    const summary = await runPreprocess(data, out, {
      parameters: { output: { width: 2, height: 2 } },
    });
    expect(summary).toMatchObject({ written: 2, events: 406, losses: {} });
  });

  it('fail alone beside good ones, as do files that cannot be read', async () => {
    const [data, out] = [temporaryFolder(), temporaryFolder()];
    copyInto(data, 'b/1.aedat4', 'b/0.aedat4');
    writeRecording(data, 'a/1.csv', rows(6));
    writeFileSync(path.join(data, 'a/2.csv'), '');
    const summary = await runPreprocess(data, out, { parameters: { geometry: null } });
    expect(summary).toMatchObject({ written: 1, complete: true });
    expect(summary.failures.map(({ id, error }) => [id, error]).sort()).toEqual([
      ['a/1.csv', expect.stringContaining('--geometry WxH')],
      ['a/2.csv', expect.stringContaining('no bytes')],
    ]);
  });
});

it('a recording that turns out to be of another sensor when it is read fails, and asks for --resize', async () => {
  const [data, out] = [temporaryFolder(), temporaryFolder()];
  for (const name of ['a/1.aedat4', 'a/2.aedat4']) copyInto(data, name, 'a/0.aedat4');
  const summary = await runPreprocess(data, out, {
    parameters: { geometry: null },
    before: ({ id }) => {
      if (id === 'a/2.aedat4') copyInto(data, id, 'b/0.aedat4');
    },
  });
  expect(summary).toMatchObject({ written: 1, strangers: [] });
  expect(summary.failures).toMatchObject([
    { id: 'a/2.aedat4', error: expect.stringMatching(/346x260 pixels, others are of 128x128.*--resize WxH/) },
  ]);
});

/** Puts a recording of the field case into a data set. */
function copyInto(data: string, name: string, from: string): void {
  const file = path.join(data, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, readFileSync(path.join(mixed, from)));
}
