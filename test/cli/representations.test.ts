import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readClips, type RecordingEntry } from '../../datasets/index.ts';
import { FRAME_RULE_DEFAULTS, parseRepresentation } from '../../src/frames/index.ts';
import { readModel } from '../../src/network/index.ts';
import { saccade } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const SENSOR = { width: 34, height: 34 };
const reading = ['--format', 'atis40', '--sensor', '34x34'];

function dataSet(): { readonly folder: string; readonly data: string } {
  const folder = temporaryFolder();
  const data = path.join(folder, 'data');
  for (const [digit, name] of [
    ['one', 'Test/1'],
    ['seven', 'Test/7'],
  ] as const) {
    mkdirSync(path.join(data, digit), { recursive: true });
    cpSync(path.join(root, 'examples/recordings/nmnist', name), path.join(data, digit), { recursive: true });
  }
  return { folder, data };
}

describe('preprocess', () => {
  it('refuses an element type that values do not fit into', async () => {
    const { folder, data } = dataSet();
    const out = path.join(folder, 'voxels');
    const text = 'voxel-grid=bins:3';
    const flags = ['--by', 'number', '--steps', '2', '--representation', text, '--workers', '1'];
    const { code, err } = await saccade(
      'preprocess',
      data,
      '--out',
      out,
      ...reading,
      ...flags,
      '--dtype',
      'uint8',
    );
    expect(code).toBe(2);
    expect(err).toMatch(/--dtype must be one of float32, float64 for the representation voxel-grid=bins:3,/);
  });
});

describe('train', () => {
  const training = [
    '--epochs',
    '1',
    '--steps',
    '2',
    '--width',
    '0.1',
    '--by',
    'number',
    '--split',
    'time-0.5',
  ];

  it.each([
    'binary',
    'signed=planes:two',
    'time-surface=tauMicros:30ms,levels:16',
    'bina-rep=bits:4,values:levels',
  ])('takes %s, states it in the model, and measures and classifies with it', async (text) => {
    const { folder, data } = dataSet();
    const out = path.join(folder, 'model.safetensors');
    const flags = ['--representation', text];
    const trained = await saccade(
      'train',
      data,
      '--out',
      out,
      '--restart',
      ...reading,
      ...training,
      ...flags,
    );
    expect(trained.err).not.toMatch(/error/i);
    expect(trained.code).toBe(0);
    const { input } = readModel(new Uint8Array(readFileSync(out)));
    expect(input.representation).toEqual(parseRepresentation(text));
    const measured = await saccade('evaluate', data, '--model', out, '--part', 'all', '--format', 'atis40');
    expect(measured.code).toBe(0);
    const one = path.join(data, 'seven', '00001.bin');
    const own = await saccade('classify', one, '--model', out, '--format', 'atis40', '--json');
    const other = await saccade(
      ...(['classify', one, '--model', out, '--format', 'atis40', '--json'] as const),
      ...['--representation', 'counts'],
    );
    expect([own.code, other.code]).toEqual([0, 0]);
    const logits = (said: string): string => JSON.stringify(JSON.parse(said.split('\n')[0]!).logits ?? said);
    expect(logits(other.out)).not.toEqual(logits(own.out));
  });

  it.each([
    ['voxel-grid', /NOT_FOR_NETWORKS.*make.*fractions.*take counts, binary, or a time surface with levels/],
    ['time-surface', /NOT_FOR_NETWORKS.*state its levels \(time-surface=levels:16\)/],
    ['signed', /NOT_FOR_NETWORKS.*give each sign a plane \(signed=planes:two\)/],
    [
      'time-surface=levels:64',
      /NOT_FOR_NETWORKS.*values up to 63, and the network cuts them at 15.*--max-count/,
    ],
    ['voxel', /--representation voxel cannot be: No representation is called "voxel"/],
    ['time-surface=tau:3', /has no option "tau"\. It has tauMicros, decay, levels, memory, like/],
  ])('refuses %s', async (text, message) => {
    const { folder, data } = dataSet();
    const out = path.join(folder, 'none.safetensors');
    const flags = ['--representation', text];
    const { code, err } = await saccade('train', data, '--out', out, ...reading, ...training, ...flags);
    expect(code).not.toBe(0);
    expect(err).toMatch(message);
    expect(readdirSync(folder)).not.toContain('none.safetensors');
  });
});

it('a clip of a recording has the channels of its representation', async () => {
  const { data } = dataSet();
  const bytes = readFileSync(path.join(data, 'seven', '00001.bin'));
  const entry: RecordingEntry = {
    ...{ id: 'a.bin', bytes: bytes.length, location: 'a.bin' },
    open: async function* () {
      yield bytes;
    },
  };
  const representation = parseRepresentation('voxel-grid=bins:3');
  const binning = { by: 'number', steps: 2 } as const;
  const rule = { ...FRAME_RULE_DEFAULTS, sensor: SENSOR, binning, representation };
  const { clips } = await readClips(entry, { decoding: { format: 'atis40' }, rule });
  expect(clips[0]!.counts).toBeInstanceOf(Float32Array);
  expect(clips[0]!.counts).toHaveLength(2 * 3 * 34 * 34);
});
