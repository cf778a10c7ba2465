import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../src/network/index.ts';
import { saccade } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const bundled = path.resolve(import.meta.dirname, '../../examples/recordings/nmnist/Test');

/** Six recordings of two classes, two windows each, and a model trained on two thirds of them for one epoch. */
async function train(...neuron: string[]): Promise<{
  readonly result: Awaited<ReturnType<typeof saccade>>;
  readonly data: string;
  readonly model: string;
}> {
  const folder = temporaryFolder();
  const data = path.join(folder, 'data');
  for (const label of ['0', '1'])
    cpSync(path.join(bundled, label), path.join(data, label), { recursive: true });
  const model = path.join(folder, 'm.safetensors');
  const size = [
    '--sensor',
    '34x34',
    '--resize',
    '8x8',
    '--width',
    '0.1',
    '--step-us',
    '30000',
    '--steps',
    '4',
  ];
  const run = ['--split', 'random-1', '--epochs', '1', '--backend', 'wasm', '--out', model];
  return { result: await saccade('train', data, ...size, ...run, ...neuron), data, model };
}

const neuronOf = (file: string): object => readModel(readFileSync(file)).network.layers[1]!;

describe('train and evaluate', () => {
  it('a resetting LIF, which has no Eq. 9', async () => {
    const { result, data, model } = await train('--neuron', 'lif', '--decay', '0.75');
    expect(result.code).toBe(0);
    expect(neuronOf(model)).toEqual({ id: 'lif1', kind: 'lif', decay: 0.75 });
    const arguments_ = ['evaluate', data, '--split', 'random-1', '--part', 'train', '--model', model];
    const { out } = await saccade(...arguments_);
    expect(out).toContain('LIF, exact');
    expect(out).toContain('there is no Eq. 9 to compare with');
    const found = JSON.parse((await saccade(...arguments_, '--json')).out) as Record<string, object>;
    expect(found).toMatchObject({ exact: { rule: 'LIF', samples: 8 }, eq9: null });
    expect(found['gap']).toMatchObject([
      { layer: 'lif1', mixes: false },
      { layer: 'lif2', mixes: false },
    ]);
  });

  it('a sliding M, with its gap', async () => {
    const { result, data, model } = await train('--structure', 'sliding', '--taps', '3', '--decay', '0.5');
    expect(result.code).toBe(0);
    expect(neuronOf(model)).toEqual({ id: 'mfp1', kind: 'mfp', structure: 'sliding', decay: 0.5, taps: 3 });
    const { out } = await saccade(
      'evaluate',
      data,
      '--split',
      'random-1',
      '--part',
      'train',
      '--model',
      model,
    );
    expect(out).toContain('Eq. 7, exact');
    expect(out).toContain('Eq. 9, literal');
  });

  it.each([
    [2, '--neuron', 'lif', '--structure', 'full'],
    [2, '--neuron', 'lif', '--taps', '2'],
    [2, '--structure', 'rank1', '--taps', '2'],
    [2, '--taps', '0'],
    [3, '--neuron', 'lif', '--decay', '0.3'],
  ] as [number, ...string[]][])('exit code %i for %s %s %s %s', async (code, ...options) => {
    expect((await train(...options)).result.code).toBe(code);
  });
});
