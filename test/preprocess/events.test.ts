/** Caches of events: what they hold is what frames count, at the same places. */
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset, readNpzFrames } from '../../datasets/index.ts';
import { concatBatches, type EventBatch } from '../../src/events/index.ts';
import { filterSpec } from '../../src/filters/index.ts';
import { NpzDecoder, NpzEncoder } from '../../src/formats/index.ts';
import { binRecording } from '../../src/frames/index.ts';
import type { PreprocessParameters } from '../../src/preprocess/index.ts';
import { hdf5File } from '../formats/hdf5/files.ts';
import { PARAMETERS, rows, runPreprocess, writeRecording } from '../helpers/preprocess.ts';
import { pythonWith } from '../helpers/python.ts';
import { encodeAll } from '../helpers/round-trip.ts';
import { saccade } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const bundled = path.resolve(import.meta.dirname, '../../examples/recordings/nmnist');
const sensor = { width: 34, height: 34 };
const python = pythonWith('h5py', 'numpy');

function eventsIn(file: string): EventBatch {
  const decoder = new NpzDecoder();
  return concatBatches([...decoder.push(readFileSync(file)), ...decoder.finish()]);
}

function parameters(rule: Partial<PreprocessParameters['rule']>): Partial<PreprocessParameters> {
  return {
    dataset: 'nmnist',
    decoding: { format: 'atis40' },
    geometry: sensor,
    rule: { ...PARAMETERS.rule, sensor, binning: { by: 'number', steps: 5 }, ...rule },
  };
}

describe('a cache of events', () => {
  it.each<[string, Partial<PreprocessParameters['rule']>, Partial<PreprocessParameters>]>([
    ['as recorded', {}, {}],
    ['in another convention', { convention: 'tonic' }, {}],
    ['behind filters', { filters: [filterSpec({ filter: 'polarity', keep: 'on' })] }, {}],
    ['scaled', {}, { output: { width: 17, height: 16 } }],
  ])('holds what frames count: %s', async (_, rule, more) => {
    const [frames, events] = [temporaryFolder(), temporaryFolder()];
    const own = { ...parameters(rule), ...more };
    const binned = await runPreprocess(bundled, frames, { parameters: own });
    const kept = await runPreprocess(bundled, events, { parameters: { ...own, content: 'events' } });
    expect(kept).toMatchObject({ written: 29, events: binned.events, losses: binned.losses });
    expect(path.basename(kept.folder)).toBe(more.output ? 'events_np_17x16' : 'events_np');
    for (const name of ['test/0/00004.npz', 'test/7/00027.npz']) {
      const batch = eventsIn(path.join(kept.folder, name));
      const size = more.output ?? sensor;
      const [clip] = binRecording({ ...batch, geometry: size }, { by: 'number', steps: 5 });
      const wanted = readNpzFrames(readFileSync(path.join(binned.folder, name)), name);
      expect([...clip!.counts]).toEqual([...wanted.data]);
    }
  });

  it('holds what frames count where events lie outside', async () => {
    const size = { width: 20, height: 20 };
    const own = parameters({ sensor: size, fit: 'crop', binning: { by: 'number', steps: 1 } });
    const binned = await runPreprocess(bundled, temporaryFolder(), { parameters: own });
    const kept = await runPreprocess(bundled, temporaryFolder(), {
      parameters: { ...own, content: 'events' },
    });
    expect(binned.losses['outside-sensor']!.total).toBeGreaterThan(1000);
    expect(kept).toMatchObject({ written: 29, events: binned.events, losses: binned.losses });
    for (const name of ['test/0/00004.npz', 'test/7/00027.npz']) {
      const batch = eventsIn(path.join(kept.folder, name));
      const [clip] = binRecording({ ...batch, geometry: size }, { by: 'number', steps: 1 });
      const wanted = readNpzFrames(readFileSync(path.join(binned.folder, name)), name);
      expect([...clip!.counts]).toEqual([...wanted.data]);
    }
  });

  it('has the bytes that `saccade convert` to npz writes', async () => {
    const out = temporaryFolder();
    const { folder } = await runPreprocess(bundled, out, {
      parameters: { ...parameters({}), content: 'events' },
    });
    const file = path.join(folder, 'test/5/00009.npz');
    const bytes = encodeAll(new NpzEncoder(), eventsIn(file));
    expect(Buffer.from(bytes).equals(readFileSync(file))).toBe(true);
  });

  it('says what recordings lack, and refuses those of which nothing is left', async () => {
    const [data, out] = [temporaryFolder(), temporaryFolder()];
    writeRecording(data, 'a/1.csv', [...rows(8), [9, 9, 9, 1]]);
    writeRecording(data, 'a/2.csv', [[1, 9, 9, 1], [2, 8, 8, 1]]); // prettier-ignore
    writeRecording(data, 'a/3.csv', []);
    const summary = await runPreprocess(data, out, { parameters: { content: 'events' } });
    expect(summary).toMatchObject({ written: 1, events: 8, losses: { 'outside-sensor': { total: 1 } } });
    expect(summary.failures.map(({ id, error }) => [id, error.split(':')[0]])).toEqual([
      ['a/2.csv', 'EMPTY_RECORDING'],
      ['a/3.csv', expect.any(String)],
    ]);
  });

  it.skipIf(python === null)('is records of x, y, t, p for Tonic', async () => {
    const [data, out] = [temporaryFolder(), temporaryFolder()];
    writeRecording(data, 'a/1.csv', rows(5, 2 ** 40));
    const { folder } = await runPreprocess(data, out, { parameters: { content: 'events', form: 'tonic' } });
    const script = `
import sys, json, h5py
with h5py.File(sys.argv[1]) as f:
    events = f["data/0"][()]
    print(json.dumps([str(events.dtype), [[int(v) for v in row] for row in events], int(f["target/0"][()])]))
`;
    expect(JSON.parse(python!(script, path.join(folder, '0_0.hdf5')))).toEqual([
      "[('x', '<i2'), ('y', '<i2'), ('t', '<i8'), ('p', 'i1')]",
      rows(5, 2 ** 40).map(([t, x, y, p]) => [x, y, t, p]),
      0,
    ]);
  });
});

it('recordings of one HDF5 file are jobs of their own, as old as it', async () => {
  const [data, out] = [temporaryFolder(), temporaryFolder()];
  writeFileSync(path.join(data, 'shd_train.h5'), hdf5File('shd.h5'));
  const units = { width: 700, height: 1 };
  const own: Partial<PreprocessParameters> = {
    ...{ dataset: 'shd', decoding: { format: 'npz', timeUnit: 's' }, geometry: units },
    rule: { ...PARAMETERS.rule, sensor: units, binning: { by: 'number', steps: 1 } },
  };
  const { folder } = await runPreprocess(data, out, { parameters: own });
  const { shape, data: counts } = readNpzFrames(readFileSync(path.join(folder, 'train/4/0.npz')), '0.npz');
  expect([...shape]).toEqual([1, 2, 1, 700]);
  // ON comes behind OFF.
  expect([3, 699, 0, 20].map((unit) => counts[700 + unit])).toEqual([1, 1, 1, 1]);
  expect(await runPreprocess(data, out, { parameters: own })).toMatchObject({ reused: 2, written: 0 });
  utimesSync(path.join(data, 'shd_train.h5'), 1, 1);
  expect(await runPreprocess(data, out, { parameters: own })).toMatchObject({ stale: 2, written: 2 });
  const verified = await runPreprocess(data, out, { parameters: own, verify: true });
  expect(verified).toMatchObject({ reused: 2, written: 0 });
});

it('--events takes nothing that is of frames', async () => {
  const dataset = await openDataset(bundled);
  await dataset.close();
  for (const [flag, value] of [
    ['--steps', '2'],
    ['--windows', '2'],
    ['--step-us', '2'],
    ['--representation', 'binary'],
  ] as const)
    expect(
      await saccade('preprocess', bundled, '--out', temporaryFolder(), '--events', flag, value),
    ).toMatchObject({
      code: 2,
      err: expect.stringContaining(`${flag} has no effect with --events`),
    });
});
